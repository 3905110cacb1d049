"""X006 on thresholds: distances by hand, the gap between groups, and what the contract declares."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.explanation.x006_counterfactuals import Counterfactuals
from audit.core.contract import Column, Contract
from audit.core.errors import DataError
from audit.core.subject import Model
from tests.answers import findings, one, subject_of

ROLES = {"target": "label", "positive": "yes", "prediction": "p", "sensitive": ("sex",), "key": ("row",)}


class Threshold:
    """Says yes from a = 5 on."""

    classes_ = np.array(["no", "yes"])

    def predict_proba(self, frame):
        chance = np.where(frame["a"] >= 5, 0.9, 0.1 + 0.01 * frame["a"])
        return np.column_stack([1 - chance, chance])


@pytest.fixture
def frame():
    """Women who are refused have a = 4, men 1; the others have 9."""
    a = [4] * 30 + [1] * 30 + [9] * 60
    made = pd.DataFrame({"a": a, "sex": ["f"] * 30 + ["m"] * 30 + ["f", "m"] * 30, "b": [0, 1, 2] * 40})
    return made.assign(row=range(120), label=np.where(made["a"] > 3, "yes", "no"), p="yes")


def found(frame, contract=None, **parameters):
    subject, engine = subject_of(frame, [Model("made", "p", "", Threshold(), ("a", "b", "sex"))], **ROLES)
    (check,) = Counterfactuals.plan(subject, contract or Contract())
    check = type(check)(**{**vars(check), **parameters})
    return findings(check, subject, engine)


def test_distances_and_the_gap_between_groups(frame):
    result = found(frame)
    # the median of a is 6.5, and the values lie 2.5, 5.5 and 2.5 away from it: the median deviation is 2.5
    unit = 2.5
    assert one(result, "counterfactual_found", {"model": "made"}).value == 1
    assert one(result, "counterfactual_distance", {"model": "made"}).value == pytest.approx((1 + 4) / 2 / unit)
    assert one(result, "counterfactual_distance", {"model": "made", "sex": "f"}).value == pytest.approx(1 / unit)
    gap = one(result, "counterfactual_distance_difference", {"model": "made", "sex": "f"})
    assert gap.value == pytest.approx(-3 / unit)
    assert one(result, "column_changed", {"model": "made", "feature": "a"}).value == 1
    assert "Of 60 rows that made answers with 'no' (among 120 held-out rows), 100 % would be answered otherwise" in result.message
    assert "Rows with sex = f have less far to go than the others: 0.40 against 1.60 deviations" in result.message
    assert "'sex' (sensitive)" in result.message


def test_rows_without_one_are_counted(frame):
    columns = [Column("a", {"": 1}, "c.yaml", options={"maximum": 4})]
    result = found(frame, Contract(columns=columns))
    assert one(result, "counterfactual_found", {"model": "made"}).value == 0
    assert "For 60 rows no change was found that does." in result.message
    assert one(result, "counterfactual_distance", {"model": "made"}).value is None


def test_the_budget_ends_the_search_and_is_told(frame):
    result = found(frame, budget=10)
    assert one(result, "over_budget", {"model": "made"}).value == 60
    assert "60 rows were given up when the budget was spent." in result.message


def test_the_favourable_outcome_is_the_one_to_be_reached(frame):
    target = Column("label", {"": 1}, "c.yaml", custom={"favourable": "no"})
    result = found(frame, Contract(columns=[target]))
    assert result.message.startswith("Of 60 rows that made answers with 'yes'")
    with pytest.raises(DataError, match="the wanted answer is 'maybe', which made never gives"):
        found(frame, wanted="maybe")


def test_what_is_immutable_stays(frame):
    with pytest.raises(DataError, match="'immutable' names 'A', which the model does not take"):
        found(frame, immutable=("A",))
    result = found(frame, immutable=("a",))
    assert one(result, "counterfactual_found", {"model": "made"}).value == 0
    mutable = Contract(columns=[Column("sex", {"": 1}, "c.yaml", custom={"immutable": False})])
    assert "(sensitive)" not in found(frame, mutable).message
