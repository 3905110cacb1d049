from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.f016_regression_gaps import RegressionGaps
from audit.core.check import Findings
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.exhibit import Kind
from audit.core.limit import Limit
from audit.core.status import Status
from audit.stats.range_of_means import range_of_means
from tests.answers import findings, one, status, subject_of


def frame(n: int = 600, seed: int = 1, bias: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n)
    y = rng.normal(50, 10, n)
    return pd.DataFrame({"y": y, "p": y + rng.normal(0, 3, n) + bias * (sex == "f"), "sex": sex})


def measured(data: pd.DataFrame, **parameters: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(data, target="y", prediction="p", sensitive=("sex",))
    check = RegressionGaps(attribute="sex", **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand() -> None:
    # errors of a: 1, 2, 3; of b: -1, 0, 1, 4
    data = pd.DataFrame({"y": [1.5, 2, 3, 4, 5, 6, 7], "p": [2.5, 4, 6, 3, 5, 7, 11], "sex": list("aaabbbb")})
    found, _ = measured(data, tolerance=2)
    assert one(found, "mean_error", {"sex": "a"}).value == pytest.approx(2)
    assert one(found, "mean_error", {"sex": "b"}).value == pytest.approx(1)
    assert one(found, "mean_absolute_error", {"sex": "b"}).value == pytest.approx(6 / 4)
    assert one(found, "mean_prediction", {"sex": "a"}).value == pytest.approx(12.5 / 3)
    assert one(found, "mean_label", {"sex": "b"}).value == pytest.approx(5.5)
    assert one(found, "share_beyond_tolerance", {"sex": "a"}).value == pytest.approx(1 / 3)
    assert one(found, "share_beyond_tolerance", {"sex": "b"}).value == pytest.approx(1 / 4)
    assert one(found, "mean_error_difference").value == pytest.approx(1)
    assert one(found, "mean_prediction_difference").value == pytest.approx(6.5 - 12.5 / 3)
    assert one(found, "mean_absolute_error_difference").value == pytest.approx(0.5)
    assert one(found, "share_beyond_tolerance_difference").value == pytest.approx(1 / 12)
    assert one(found, "standardised_mean_error_difference").value == pytest.approx(1 / np.std(data["y"]))


def test_moments_of_groups_are_those_of_numpy() -> None:
    data = frame(seed=5, bias=1.0)
    data["p"] += np.random.default_rng(2).exponential(4, len(data))
    found, _ = measured(data, looks=3)
    parts = [(data["p"] - data["y"])[data["sex"] == s].to_numpy() for s in "fm"]
    mean, second, third = ([float(((e - c) ** k).mean()) for e, c in zip(parts, centres, strict=True)] for k, centres in
                           ((1, (0, 0)), (2, [e.mean() for e in parts]), (3, [e.mean() for e in parts])))  # fmt: skip
    theirs = range_of_means(mean, second, third, [len(e) for e in parts], looks=3)
    mine = one(found, "mean_error_difference")
    assert (mine.value, mine.interval, mine.level) == (pytest.approx(theirs.value), pytest.approx(theirs.interval), theirs.level)
    assert one(found, "p_value", {"metric": "mean_error"}).value == pytest.approx(theirs.p_value, rel=0.01)


def test_a_planted_bias_is_found_and_told_with_its_direction() -> None:
    found, state = measured(frame(2_000, bias=5.0))
    assert state is Status.WARNED
    gap = one(found, "mean_error_difference")
    assert gap.interval[0] < 5 < gap.interval[1]
    assert "where sex is m (n = " in found.message
    assert "by +" in found.message
    assert one(found, "p_value", {"metric": "mean_error"}).value < 1e-6


def test_alike_groups_pass_once_there_are_rows_enough() -> None:
    found, state = measured(frame(4_000))
    assert state is Status.PASSED
    assert "Chance alone could explain it" in found.message
    found, state = measured(frame(30, bias=2.0))
    assert state is Status.UNDECIDED
    assert "These rows cannot decide whether the gap is above 0.2 standard deviations; about" in found.message


def test_missing_groups_and_numbers_are_shown_and_left_out() -> None:
    data = frame(200)
    data.loc[:9, "sex"] = None
    data.loc[10:12, "p"] = np.nan
    data.loc[13, "p"] = np.inf
    found, _ = measured(data)
    assert one(found, "mean_error", {"sex": "(missing)"}).n == 10
    assert one(found, "missing_predictions").value == 3
    assert "10 rows without a value of 'sex' are shown and left out of the gaps." in found.message
    assert "Left out: 3 rows have no prediction, 1 row has an infinite prediction." in found.message


def test_a_group_of_one_row_is_named_and_left_out_of_the_gap() -> None:
    data = pd.concat([frame(300), pd.DataFrame({"y": [50.0], "p": [90.0], "sex": ["x"]})])
    found, _ = measured(data)
    assert one(found, "mean_error", {"sex": "x"}).interval is None
    assert one(found, "mean_error_difference").value < 5
    assert "1 group of one row is left out of the gap." in found.message


def test_constant_predictions_by_group() -> None:
    data = frame(300)
    data["p"] = np.where(data["sex"] == "f", 40.0, 60.0)
    found, state = measured(data)
    assert one(found, "mean_prediction_difference").value == pytest.approx(20)
    assert one(found, "mean_prediction", {"sex": "f"}).interval is None
    assert state is Status.WARNED


def test_the_same_prediction_for_all_is_no_praise() -> None:
    found, state = measured(frame(4_000).assign(p=50.0))
    assert state is Status.UNDECIDED
    assert found.message.startswith("The model predicts 50 for every row, so mean predictions are equal by construction")
    assert one(found, "mean_prediction_difference").value is None
    assert one(found, "mean_error", {"sex": "f"}).value is not None


@pytest.mark.parametrize(("groups", "words"), [(1, "has one group only"), (0, "has no value in any held-out row")])
def test_nothing_to_compare(groups: int, words: str) -> None:
    data = frame(50)
    data["sex"] = pd.Series(["f" if groups else None] * 50, dtype="str")
    with pytest.raises(NotApplicable, match=words):
        measured(data)


def test_too_many_groups_are_undecided_and_told_what_to_do() -> None:
    data = frame(6_000)
    data["sex"] = np.arange(6_000) % 5_000
    found, state = measured(data)
    assert state is Status.UNDECIDED
    assert "more than 50 groups" in found.message
    assert "roles: {bins: {sex: [25, 45]}}" in found.message


def test_declared_bins_make_groups_of_numbers() -> None:
    data = frame(600).assign(age=np.random.default_rng(3).integers(18, 90, 600))
    subject, engine = subject_of(data, target="y", prediction="p", sensitive=("age",), bins={"age": [40, 65]})
    found = findings(RegressionGaps(attribute="age"), subject, engine)
    assert len([m for m in found.measurements if m.name == "mean_error"]) == 3


def test_is_planned_for_each_attribute_with_shared_looks_and_the_limit_of_a_rule() -> None:
    data = frame(60).assign(race=np.arange(60) % 3)
    subject, _ = subject_of(data, target="y", prediction="p", sensitive=("sex", "race"))
    rule = Rule("custom", Place("c.yaml", 3), column="race", engine="assay", implementation={"check": "F016", "tolerance": 4}, limit=Limit(high=0.5))
    checks = {c.attribute: c for c in RegressionGaps.plan(subject, Contract(rules=(rule,)))}
    assert [c.looks for c in checks.values()] == [8, 8]  # four questions, two attributes
    assert (checks["race"].limit.high, checks["race"].tolerance) == (0.5, 4)
    assert checks["sex"].limit.high == 0.2


def test_what_is_no_regression_or_no_tolerance_is_refused_in_words() -> None:
    data = frame(60)
    with pytest.raises(NotApplicable, match="is of classes"):
        measured(data.assign(y=np.arange(60) % 3, p=np.arange(60) % 3))
    with pytest.raises(DataError, match="expected numbers"):
        measured(data.assign(p="high"))
    with pytest.raises(UsageError, match="'tolerance' is an error in the unit of the target"):
        measured(data, tolerance=-1)
    subject, engine = subject_of(data, target="y", prediction="p")
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(RegressionGaps(), subject, engine)


def test_equal_labels_have_no_standard_deviation() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"y": 5.0, "p": rng.normal(5, 1, 60), "sex": np.arange(60) % 2})
    subject, engine = subject_of(data, target="y", prediction="p", sensitive=("sex",), task="regression")
    check = RegressionGaps(attribute="sex")
    found = findings(check, subject, engine)
    assert one(found, "standardised_mean_error_difference").value is None
    assert one(found, "mean_error_difference").value is not None
    assert status(check, found) is Status.UNDECIDED


def test_pictures_show_every_group() -> None:
    found, _ = measured(frame(300), tolerance=3)
    kinds = [(e.kind, len(e.rows)) for e in found.exhibits]
    assert kinds == [(Kind.BARS, 2), (Kind.BARS, 2), (Kind.BARS, 4), (Kind.TABLE, 4)]
