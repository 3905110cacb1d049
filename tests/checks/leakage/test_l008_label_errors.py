import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from audit.checks.leakage.l008_label_errors import LabelErrors
from audit.checks.leakage.out_of_fold import out_of_fold
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def people(rows=2_000, seed=0, distance=4.0):
    """Two classes with known overlap: the right labels and features that tell them apart."""
    rng = np.random.default_rng(seed)
    y = (rng.random(rows) < 0.4).astype(int)
    frame = pd.DataFrame({"a": rng.normal(size=rows) + distance * 0.75 * y, "b": rng.normal(size=rows) + distance * 0.66 * y})
    frame["town"] = rng.choice(["x", "y", "z"], rows)
    frame.loc[rng.random(rows) < 0.05, "a"] = np.nan
    return frame.assign(y=y)


def flipped(frame, share, seed=1):
    wrong = np.random.default_rng(seed).random(len(frame)) < share
    return frame.assign(y=np.where(wrong, 1 - frame.y, frame.y)), wrong


def scored(rows=3_000, seed=0, share=0.0, spread=3.0):
    """A score that is the true chance, and labels drawn by it, some of them turned."""
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-rng.normal(0, spread, rows)))
    y = (rng.random(rows) < score).astype(int)
    wrong = rng.random(rows) < share
    return pd.DataFrame({"id": np.arange(rows), "part": "test", "score": score, "y": np.where(wrong, 1 - y, y)}), wrong


ROLES = {"target": "y", "score": "score", "split": "part", "key": ("id",)}


def test_overlapping_classes_are_flagged_by_confident_learning_and_not_called_wrong():
    alarms = 0
    for seed in range(12):
        frame, _ = scored(rows=1_500, seed=seed, spread=2.5)
        subject, engine = subject_of(frame, **ROLES)
        found = findings(LabelErrors(seed=seed), subject, engine)
        assert one(found, "flagged_rows").value > 50
        alarms += status(LabelErrors(), found) is Status.WARNED
        expected = one(found, "flagged_by_overlap")
        assert expected.interval[0] * 0.8 < one(found, "flagged_rows").value < expected.interval[1] * 1.2
    assert alarms <= 1


@pytest.mark.parametrize("share", [0.05, 0.1])
def test_turned_labels_are_found(share):
    frame, wrong = scored(share=share, spread=5.0)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(LabelErrors(), subject, engine)
    assert status(LabelErrors(), found) is Status.WARNED
    estimated = one(found, "label_error_share")
    assert estimated.interval[0] <= share <= estimated.interval[1]
    suspect = found.suspects[0]
    picked = engine.fetch(subject.table.filter(suspect.failing(subject.table)).select("id"))[1]
    rows = np.array([row for (row,) in picked])
    assert len(rows) == suspect.rows == one(found, "suspect_rows", {"column": "y"}).value
    assert wrong[rows].mean() > 0.6  # each is more probably wrong than not
    assert wrong[rows].sum() / wrong.sum() > 0.4
    assert yaml.safe_load(found.proposal)["quality"][0]["implementation"] == {"check": "L008"}
    shown = found.exhibits[0].rows
    assert len(shown) == 25
    assert all(len(row[0]) == 32 for row in shown)


@pytest.mark.slow
def test_a_model_is_fitted_where_there_is_no_score():
    frame = people()
    subject, engine = subject_of(frame, target="y")
    clean = findings(LabelErrors(), subject, engine)
    assert status(LabelErrors(), clean) is Status.PASSED
    assert "out of fold) is sure, labels agree with it" in clean.message
    turned, wrong = flipped(frame, 0.1)
    subject, engine = subject_of(turned, target="y")
    found = findings(LabelErrors(), subject, engine)
    assert status(LabelErrors(), found) is Status.WARNED
    suspect = found.suspects[0]
    numbered = engine.fetch_frame(subject.table.mutate(bad=suspect.failing(subject.table)))
    bad = numbered["bad"].to_numpy()
    assert bad.sum() == suspect.rows
    assert wrong[bad].mean() > 0.85
    assert bad[wrong].mean() > 0.6
    again = findings(LabelErrors(), subject, engine)
    assert again.measurements == found.measurements


def test_several_classes_from_declared_columns():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 4, (3_000, 3))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = np.array([rng.choice(3, p=row) for row in p])
    wrong = rng.random(len(y)) < 0.08
    given = np.where(wrong, (y + 1) % 3, y)
    frame = pd.DataFrame(p, columns=["pa", "pb", "pc"]).assign(y=np.array(["a", "b", "c"])[given])
    subject, engine = subject_of(frame, target="y")
    check = LabelErrors(probabilities=("pa", "pb", "pc"))
    found = findings(check, subject, engine)
    assert status(check, found) is Status.WARNED
    assert one(found, "label_error_share").value == pytest.approx(0.08, abs=0.03)
    assert found.exhibits[1].kind == "heatmap"
    with pytest.raises(UsageError, match="names 2 columns, and 'y' has 3 classes"):
        findings(LabelErrors(probabilities=("pa", "pb")), subject, engine)
    with pytest.raises(UsageError, match="'y', which has the type string"):
        findings(LabelErrors(probabilities=("y",)), subject, engine)


def test_classes_that_overlap_everywhere_cannot_be_told_from_errors():
    frame, _ = scored(spread=0.6, share=0.1)
    subject, engine = subject_of(frame, **ROLES)
    found = findings(LabelErrors(), subject, engine)
    assert status(LabelErrors(), found) is Status.PASSED
    assert "too few to tell errors from overlap" in found.message


def test_rows_without_a_probability_are_left_out_and_scores_without_a_split_are_not_trusted():
    frame, _ = scored(rows=400)
    frame.loc[:9, "score"] = np.nan
    frame.loc[10:14, "score"] = 7.5
    subject, engine = subject_of(frame, **ROLES)
    assert one(findings(LabelErrors(), subject, engine), "flagged_rows").n == 385
    subject, engine = subject_of(frame[["score", "y"]], target="y", score="score")
    with pytest.raises(NotApplicable, match="needs columns that a model may learn from"):
        findings(LabelErrors(), subject, engine)


def test_words_alone_are_learnt_from_even_where_some_are_missing_or_rare():
    """The label follows from the street where it is known; a town of 40 names says nothing, and names of rows are not looked at."""
    rng = np.random.default_rng(5)
    street, town = rng.choice(["Elm", "Oak", "Ash", "Fir"], 1_000), np.char.add("town ", rng.integers(0, 40, 1_000).astype(str))
    labels = np.isin(street, ["Oak", "Fir"]).astype(np.int64)
    frame = pd.DataFrame({"street": street, "town": town, "name": np.char.add("n", np.arange(1_000).astype(str))})
    frame.loc[:49, "street"] = None
    for p in out_of_fold(frame, labels, 0).values():
        assert (p.argmax(axis=1) == labels)[50:].all()
        assert np.abs(p[:50, 1] - 0.5).max() < 0.4


def test_without_scikit_learn_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.model_selection", None)
    with pytest.raises(NotApplicable, match="pip install"):
        out_of_fold(people(100)[["a"]], np.zeros(100, dtype=int), 0)


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (people(), {}, "needs a target column"),
        (people(), {"target": "b"}, "the target 'b' is a quantity"),
        (people(150), {"target": "y"}, "needs at least 200 labelled rows; found 150"),
        (people().assign(y=1), {"target": "y"}, "found 1"),
        (people(300).assign(y=lambda f: f.index), {"target": "y"}, "found 0"),
        (pd.DataFrame({"name": [f"n{i}" for i in range(400)], "y": [0, 1] * 200}), {"target": "y"}, "do not merely name the rows"),
        (scored(100)[0], ROLES, "needs at least 200 labelled rows with probabilities"),
    ],
)
def test_not_applicable(frame, roles, words):
    subject, engine = subject_of(frame, **roles)
    with pytest.raises(NotApplicable, match=words):
        findings(LabelErrors(), subject, engine)


@pytest.mark.slow
def test_numbers_that_no_model_can_square_are_missing_to_it():
    frame = people()
    labels = frame.y.to_numpy()
    enormous, gaps = (frame.drop(columns="y").assign(c=np.where(np.arange(len(frame)) % 50 == 0, huge, frame.b)) for huge in (1.7e308, np.nan))
    with_inf = enormous.assign(c=enormous.c.replace(1.7e308, -np.inf))
    expected = out_of_fold(gaps, labels, 0)
    for rows in (enormous, with_inf):
        found = out_of_fold(rows, labels, 0)
        assert all(np.array_equal(found[name], expected[name]) for name in expected)
    largest = frame.drop(columns="y").assign(c=np.where(np.arange(len(frame)) % 50 == 0, 3.4e38, 0.0))
    assert all(np.isfinite(p).all() for p in out_of_fold(largest, labels, 0).values())


def test_a_column_of_nothing_but_such_numbers_teaches_nothing():
    rows = pd.DataFrame({"a": [1e300, 1.7e308] * 100})
    with pytest.raises(NotApplicable, match="columns that vary"):
        out_of_fold(rows, np.array([0, 1] * 100), 0)
