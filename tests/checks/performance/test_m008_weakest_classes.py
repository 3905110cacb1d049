from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.performance.m008_weakest_classes import WeakestClasses
from audit.core.check import Findings
from audit.core.errors import DataError, NotApplicable
from audit.core.status import Status
from audit.stats.rates import rate_interval
from tests.answers import findings, one, status, subject_of


def measured(labels: Any, predicted: Any, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(pd.DataFrame({"y": labels, "p": predicted}), target="y", prediction="p", **roles)
    check = WeakestClasses()
    found = findings(check, subject, engine)
    return found, status(check, found)


LABELS = ["a"] * 20 + ["b"] * 10 + ["c"] * 5
PREDICTED = ["a"] * 18 + ["b"] * 2 + ["b"] * 4 + ["a"] * 6 + ["c"] * 3 + ["a"] * 2


def test_by_hand() -> None:
    found, state = measured(LABELS, PREDICTED)
    assert state is Status.PASSED
    lowest = one(found, "lowest_recall", {"y": "b"})
    assert (lowest.value, lowest.n) == (pytest.approx(4 / 10), 10)
    each = 1 - 0.05 / 3
    assert one(found, "recall", {"y": "c"}).interval == pytest.approx(rate_interval(3, 5, each))
    ends = [rate_interval(k, n, each) for k, n in ((18, 20), (4, 10), (3, 5))]
    assert lowest.interval == pytest.approx((min(low for low, _ in ends), min(high for _, high in ends)))
    assert "'b' is recognised least: in 40.0 % of its 10 rows" in found.message
    assert "'a' most, in 90.0 %" in found.message
    assert [row[0] for row in found.exhibits[0].rows] == ["b", "c", "a"]


def test_a_class_that_is_never_predicted_is_warned_about() -> None:
    found, state = measured(LABELS, ["a" if p == "c" else p for p in PREDICTED])
    assert state is Status.WARNED
    assert one(found, "classes_never_predicted").value == 1
    assert "Never predicted: 'c'." in found.message


def test_a_class_predicted_for_rows_without_a_label_is_predicted() -> None:
    found, state = measured([*LABELS, None], [*("a" if p == "c" else p for p in PREDICTED), "c"])
    assert state is Status.PASSED
    assert one(found, "missing_labels").value == 1


def test_predictions_that_are_no_class_are_named() -> None:
    found, _ = measured(LABELS, ["maybe" if i % 7 == 0 else p for i, p in enumerate(PREDICTED)])
    assert one(found, "predictions_of_no_class").value == 5
    assert "5 predictions are no class of the target: 'maybe'." in found.message
    with pytest.raises(DataError, match="no prediction in 'p' is a class of 'y'"):
        measured(LABELS, ["maybe"] * 35)


def test_constant_predictions() -> None:
    found, state = measured(LABELS, ["a"] * 35)
    assert state is Status.WARNED
    assert one(found, "classes_never_predicted").value == 2


def test_two_classes_and_quantities_are_for_other_checks() -> None:
    with pytest.raises(NotApplicable, match="'y' has 2 classes; M001 measures those"):
        measured(["a", "b"] * 4, ["a", "b"] * 4)
    with pytest.raises(NotApplicable, match="is a quantity"):
        measured(np.linspace(0, 1, 200), np.linspace(0, 1, 200))


def test_many_classes_show_the_least_recognised() -> None:
    y = np.repeat(np.arange(60), 5)
    p = np.where(np.arange(300) % 5 < 3, y, (y + 1) % 60)
    found, _ = measured(y, p)
    assert len(found.exhibits[0].rows) == 40
    assert "40 least recognised of 60 classes" in found.exhibits[0].note
