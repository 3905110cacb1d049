"""M001 where the target has several classes."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from audit.checks.performance.m001_performance import Performance
from audit.core.check import Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

NAMES = np.array(["red", "green", "blue", "black"])


def measured(labels: Any, predicted: Any, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(pd.DataFrame({"y": labels, "p": predicted}), target="y", prediction="p", **roles)
    (check,) = Performance.plan(subject, Contract())
    found = findings(check, subject, engine)
    return found, status(check, found)


def exhibit(found: Findings, kind: Kind, title: str) -> Exhibit:
    (only,) = [e for e in found.exhibits if (e.kind, e.title) == (kind, title)]
    return only


def test_by_hand() -> None:
    # red: 3 of 4 right, 1 taken for green; green: 2 of 3, 1 taken for red; blue: 1 of 3, 2 taken for green
    labels = ["red"] * 4 + ["green"] * 3 + ["blue"] * 3
    predicted = ["red"] * 3 + ["green"] + ["green"] * 2 + ["red"] + ["blue"] + ["green"] * 2
    found, state = measured(labels, predicted)
    assert one(found, "accuracy").value == one(found, "micro_f1").value == pytest.approx(6 / 10)
    assert one(found, "balanced_accuracy").value == pytest.approx((3 / 4 + 2 / 3 + 1 / 3) / 3)
    f1 = {"red": 2 * 3 / (4 + 4), "green": 2 * 2 / (3 + 5), "blue": 2 * 1 / (3 + 1)}
    assert one(found, "macro_f1").value == pytest.approx(sum(f1.values()) / 3)
    assert one(found, "weighted_f1").value == pytest.approx((4 * f1["red"] + 3 * f1["green"] + 3 * f1["blue"]) / 10)
    # R_K: (10·6 - (4·4 + 3·5 + 3·1)) / sqrt((100 - 34)(100 - 42))
    assert one(found, "matthews_correlation").value == pytest.approx((60 - 34) / (66 * 58) ** 0.5)
    for name, recall, precision in (("red", (3, 4), (3, 4)), ("green", (2, 3), (2, 5)), ("blue", (1, 3), (1, 1))):
        assert one(found, "recall", {"y": name}).value == pytest.approx(recall[0] / recall[1])
        assert one(found, "recall", {"y": name}).n == recall[1]
        assert one(found, "precision", {"y": name}).value == pytest.approx(precision[0] / precision[1])
        assert one(found, "f1", {"y": name}).value == pytest.approx(f1[name])
    assert state is Status.PASSED
    cells = {(row[0], row[1]): (row[2], row[3]) for row in exhibit(found, Kind.HEATMAP, "Label and prediction").rows}
    assert cells["green", "blue"] == (pytest.approx(2 / 3), 2)
    assert [row[0] for row in exhibit(found, Kind.TABLE, "Each class against the rest").rows] == ["blue", "green", "red"]


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 4), st.integers(10, 300), st.integers(0, 10**6))
def test_agrees_with_sklearn(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = NAMES[np.concatenate([np.arange(classes), rng.integers(0, classes, n - classes)])]
    p = np.where(rng.random(n) < 0.7, y, NAMES[rng.integers(0, classes, n)])
    found, _ = measured(y, p)
    theirs = {f"{average}_f1": sk.f1_score(y, p, average=average) for average in ("macro", "weighted", "micro")}
    theirs["balanced_accuracy"] = sk.balanced_accuracy_score(y, p)
    theirs["matthews_correlation"] = sk.matthews_corrcoef(y, p)
    theirs["accuracy"] = sk.accuracy_score(y, p)
    for name, value in theirs.items():
        mine = one(found, name)
        if mine.value is None:
            assert len(set(p)) == 1
            continue
        assert mine.value == pytest.approx(value)
        assert mine.interval is not None
        assert mine.interval[0] <= value + 1e-9
        assert mine.interval[1] >= value - 1e-9
    precisions = sk.precision_score(y, p, average=None, labels=sorted(set(y)), zero_division=np.nan)
    for name, value in zip(sorted(set(y)), precisions, strict=True):
        mine = one(found, "precision", {"y": name}).value
        assert mine is None if np.isnan(value) else mine == pytest.approx(value)


def test_predictions_that_are_no_class_count_as_wrong_everywhere() -> None:
    found, _ = measured(["a", "b", "c"] * 4, ["a", "b", "c"] * 3 + ["x", "x", "x"])
    assert one(found, "accuracy").value == pytest.approx(0.75)
    assert one(found, "macro_f1").value == pytest.approx(2 * 3 / (4 + 3))
    assert one(found, "matthews_correlation").value == pytest.approx(sk.matthews_corrcoef(["a", "b", "c"] * 4, ["a", "b", "c"] * 3 + ["x"] * 3))
    assert "3 predictions are no class of the target (x) and counted as wrong" in found.message


def test_a_class_that_only_other_rows_have_is_left_out_of_the_means() -> None:
    frame = pd.DataFrame({"y": ["a", "b", "a", "b", "c"], "p": ["a", "b", "b", "b", "c"], "part": ["test"] * 4 + ["train"]})
    subject, engine = subject_of(frame, target="y", prediction="p", split="part")
    found = findings(Performance(), subject, engine)
    assert one(found, "macro_f1").value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert one(found, "recall", {"y": "c"}).value is None


def test_always_the_same_answer_has_no_correlation() -> None:
    found, _ = measured(["a", "b", "c"] * 5, ["a"] * 15)
    assert one(found, "matthews_correlation").value is None
    assert one(found, "macro_f1").value == pytest.approx(0.5 / 3)
    assert "The model predicts 'a' for every row." in found.message


def test_a_hundred_classes_fit_into_the_pictures() -> None:
    rng = np.random.default_rng(7)
    y = np.concatenate([np.arange(100), rng.zipf(1.6, 4_000) % 100])
    p = np.where(rng.random(len(y)) < 0.8, y, rng.integers(0, 100, len(y)))
    found, _ = measured(y, p, task="classification")
    assert one(found, "macro_f1").value == pytest.approx(sk.f1_score(y, p, average="macro"))
    cells = exhibit(found, Kind.HEATMAP, "Label and prediction")
    assert len(cells.rows) == 30 * 30 <= MAX_ROWS
    assert sum(int(row[3]) for row in cells.rows) == len(y)
    assert "The 29 commonest of 100 classes" in cells.note
    assert len(exhibit(found, Kind.TABLE, "Each class against the rest").rows) == 100


def test_five_thousand_classes_are_too_many_and_that_is_said() -> None:
    names = [f"c{i}" for i in range(5_000)]
    with pytest.raises(NotApplicable, match="more than 100 different values, too many for classes; gather the rare ones in one"):
        measured(names, names)


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [
        ([0, 1, 2], [0.0, 1.0, 2.0]),
        ([0.0, 1.0, 2.0], ["0", "1", "2"]),
        (["0", "1", "2"], [0, 1, 2]),
        ([True, False, True], ["true", "false", "true"]),
    ],
)
def test_classes_match_over_types(labels: Any, predicted: Any) -> None:
    found, _ = measured(labels * 5, predicted * 5)
    assert one(found, "accuracy").value == 1
