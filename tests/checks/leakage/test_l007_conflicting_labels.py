import ibis
import numpy as np
import pandas as pd
import pytest
import yaml

from audit.checks.leakage.l007_conflicting_labels import ConflictingLabels, beyond_chance
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

# three rows at (1.5, x) with labels yes, yes, no; two at (missing, y) with no, yes; the rest agree or are alone, one has no label
ROWS = pd.DataFrame(
    {
        "a": [1.5, 1.5, 1.5, None, None, 2.5, 2.5, 3.5, 1.5],
        "b": ["x", "x", "x", "y", "y", "x", "x", "x", "x"],
        "y": ["yes", "yes", "no", "no", "yes", "no", "no", "yes", None],
    }
)


def names_and_values(found):
    return {m.name: m.value for m in found.measurements}


def test_conflicts_by_hand():
    subject, engine = subject_of(ROWS, target="y")
    found = findings(ConflictingLabels(clauses=("c.yaml:1",)), subject, engine)
    assert names_and_values(found) == {"suspect_rows": 5, "conflicting_rows": 5, "conflicting_share": 5 / 8, "highest_accuracy": 6 / 8}
    assert found.message == (
        "5 of 8 rows (62.5 %) are equal in all 2 features to a row with another label, in 2 sets; "
        "no model can be right on more than 75.0 % of these data."
    )
    assert sorted(found.exhibits[0].rows) == [("no", 2), ("yes", 3)]
    suspect = found.suspects[0]
    rows = subject.table.mutate(n=ibis.row_number(), bad=suspect.failing(subject.table)).filter(lambda t: t.bad)
    assert sorted(v for (v,) in engine.fetch(rows.select("n"))[1]) == [0, 1, 2, 3, 4]
    assert suspect.rows == 5
    assert "1.5" not in found.message + str(found.exhibits)


def test_coarse_features_are_reported_and_not_judged():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.integers(0, 4, 500), "b": rng.choice(list("xyz"), 500), "y": rng.integers(0, 2, 500)})
    subject, engine = subject_of(frame, target="y")
    found = findings(ConflictingLabels(), subject, engine)
    assert one(found, "conflicting_share").value > 0.9
    assert status(ConflictingLabels(), found) is Status.PASSED
    assert "so coarse that such rows may be different cases" in found.message
    assert not found.suspects
    assert not found.proposal
    pairs = frame.merge(frame, how="cross")
    pairs = pairs[np.repeat(np.arange(500), 500) < np.tile(np.arange(500), 500)]
    same_a, same_b = pairs.a_x == pairs.a_y, pairs.b_x == pairs.b_y
    # 'a' has more values, so it is the telling one
    assert one(found, "pairs_by_chance").value == pytest.approx(same_b.sum() * same_a[~same_b].mean())


def test_a_single_feature_tells_nothing_about_coincidence():
    frame = pd.DataFrame({"a": [0.25, 0.25, 0.5], "y": [0, 1, 1]})
    subject, engine = subject_of(frame, target="y")
    found = findings(ConflictingLabels(), subject, engine)
    assert one(found, "pairs_by_chance").value is None
    assert status(ConflictingLabels(), found) is Status.PASSED


def test_equal_rows_that_cannot_be_a_coincidence_are_found():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": rng.normal(size=300), "b": rng.choice(list("xyz"), 300), "y": rng.integers(0, 2, 300)})
    frame = pd.concat([frame, frame[:6].assign(y=1 - frame.y[:6])], ignore_index=True)
    subject, engine = subject_of(frame, target="y")
    found = findings(ConflictingLabels(), subject, engine)
    assert one(found, "suspect_rows", {"column": "y"}).value == 12
    assert status(ConflictingLabels(), found) is Status.WARNED
    assert yaml.safe_load(found.proposal)["quality"][0]["implementation"] == {"check": "L007"}


def test_some_of_the_features_may_be_named():
    subject, engine = subject_of(ROWS, target="y")
    assert names_and_values(findings(ConflictingLabels(columns=("b",)), subject, engine))["suspect_rows"] == 8
    with pytest.raises(NotApplicable, match="no column 'c'"):
        findings(ConflictingLabels(columns=("c",)), subject, engine)


def test_no_conflict():
    subject, engine = subject_of(ROWS.assign(a=range(9)), target="y")
    found = findings(ConflictingLabels(), subject, engine)
    assert found.message == "No two of 8 rows with equal values in all 2 features have different labels."
    assert status(ConflictingLabels(), found) is Status.PASSED


@pytest.mark.parametrize(("count", "expected", "sure"), [(1, 0, True), (0, 0, False), (1, 0.0009, True), (1, 0.0011, False), (5_000, 4_000, True)])
def test_beyond_chance(count, expected, sure):
    # P(X ≥ 1) = 1 − exp(−expected)
    assert beyond_chance(count, expected) is sure


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (ROWS, {}, "needs a target column"),
        (ROWS[["y"]], {"target": "y"}, "needs columns that a model may learn from"),
        (ROWS[:0], {"target": "y"}, "none has one"),
        (ROWS[8:], {"target": "y"}, "none has one"),
    ],
)
def test_not_applicable(frame, roles, words):
    subject, engine = subject_of(frame.reset_index(drop=True), **roles)
    with pytest.raises(NotApplicable, match=words):
        findings(ConflictingLabels(), subject, engine)
