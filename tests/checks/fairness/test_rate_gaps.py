"""What F001, F002 and F003 share."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.fairness.f001_selection_rate_gap import SelectionRateGap
from audit.checks.fairness.f002_true_positive_rate_gap import TruePositiveRateGap
from audit.checks.fairness.f003_false_positive_rate_gap import FalsePositiveRateGap
from audit.checks.fairness.rate_gap import RateGap
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

CHECKS = [(SelectionRateGap, selection_rate), (TruePositiveRateGap, true_positive_rate), (FalsePositiveRateGap, false_positive_rate)]


def measured(kind: type[RateGap], frame: pd.DataFrame, limit: Limit | None = None, **parameters: Any) -> Any:
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    check = kind(attribute="g", **parameters) if limit is None else kind(attribute="g", limit=limit, **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def table(**groups: tuple[int, int, int, int]) -> pd.DataFrame:
    """Return rows of groups given as (true positives, false negatives, false positives, true negatives)."""
    cells = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(g, y, p) for g, counts in groups.items() for (y, p), n in zip(cells, counts, strict=True) for _ in range(n)]
    return pd.DataFrame(rows, columns=["g", "y", "p"])


def test_by_hand() -> None:
    frame = table(a=(30, 10, 20, 40), b=(20, 20, 10, 50))
    found, _ = measured(SelectionRateGap, frame)
    assert one(found, "selection_rate", {"g": "a"}).value == pytest.approx(0.5)
    assert one(found, "selection_rate").value == pytest.approx(0.4)
    assert one(found, "selection_rate_difference").value == pytest.approx(0.2)
    assert one(found, "selection_rate_ratio").value == pytest.approx(0.6)
    found, _ = measured(TruePositiveRateGap, frame)
    assert one(found, "true_positive_rate_difference").value == pytest.approx(0.25)
    assert one(found, "false_negative_rate", {"g": "b"}).value == pytest.approx(0.5)
    found, _ = measured(FalsePositiveRateGap, frame)
    assert one(found, "false_positive_rate", {"g": "a"}).value == pytest.approx(1 / 3)
    assert one(found, "false_positive_rate", {"g": "a"}).n == 60
    assert one(found, "false_positive_rate_difference").value == pytest.approx(1 / 6)
    assert "33.3 % where it is a (n = 60); a gap of 16.7 points" in found.message


ROWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1), st.integers(0, 1)), min_size=6, max_size=60)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_by_group_agrees_with_fairlearn(rows: list[tuple[str, int, int]]) -> None:
    frame = pd.DataFrame([*rows, ("a", 1, 1), ("a", 0, 0), ("b", 1, 0), ("b", 0, 1)], columns=["g", "y", "p"])
    for kind, metric in CHECKS:
        found, _ = measured(kind, frame)
        theirs = MetricFrame(metrics=metric, y_true=frame.y, y_pred=frame.p, sensitive_features=frame.g)
        for group, value in theirs.by_group.items():
            ours = one(found, kind.rate, {"g": group})
            # where nothing can be counted fairlearn says 0, and we say that it cannot be estimated
            assert value == 0 if ours.value is None else ours.value == pytest.approx(value)
        assert one(found, kind.rate).value == pytest.approx(theirs.overall)
        if all(one(found, kind.rate, {"g": g}).value is not None for g in theirs.by_group.index):
            assert one(found, f"{kind.rate}_difference").value == pytest.approx(theirs.difference())


def test_three_valued_verdict() -> None:
    far = table(a=(40, 10, 40, 10), b=(10, 40, 10, 40))
    near = table(a=(250, 250, 250, 250), b=(250, 250, 250, 250))
    some = table(a=(30, 20, 30, 20), b=(22, 28, 22, 28))
    assert measured(SelectionRateGap, far)[1] is Status.WARNED
    assert measured(SelectionRateGap, far, Limit(high=0.1))[1] is Status.FAILED
    assert measured(SelectionRateGap, near)[1] is Status.PASSED
    found, state = measured(SelectionRateGap, some)
    assert state is Status.UNDECIDED
    assert "more like them would, if the rates stay as they are" in found.message


def test_a_large_gap_of_few_rows_is_not_broken_while_chance_explains_it() -> None:
    found, state = measured(SelectionRateGap, table(a=(2, 0, 0, 0), b=(0, 1, 0, 1)), Limit(high=0.05))
    assert one(found, "selection_rate_difference").value == 1
    assert state is Status.UNDECIDED
    assert "Chance alone could explain it" in found.message


def test_model_that_selects_nobody_or_everybody_is_not_praised() -> None:
    for counts, whom in (((0, 50, 0, 50), "nobody"), ((50, 0, 50, 0), "everybody")):
        found, state = measured(SelectionRateGap, table(a=counts, b=counts))
        assert state is Status.UNDECIDED
        assert one(found, "selection_rate_difference").value is None
        assert f"for {whom}" in found.message


def test_group_without_positives_is_not_estimable_and_left_out() -> None:
    found, _ = measured(TruePositiveRateGap, table(a=(8, 2, 1, 9), b=(6, 4, 1, 9), c=(0, 0, 5, 5)))
    lonely = one(found, "true_positive_rate", {"g": "c"})
    assert (lonely.value, lonely.n, lonely.interval) == (None, 0, None)
    assert one(found, "true_positive_rate_difference").value == pytest.approx(0.2)
    assert "Not estimable for 'c'" in found.message
    assert [row[0] for row in found.exhibits[0].rows] == ["a", "b", "c"]


def test_only_one_group_with_positives_is_undecided() -> None:
    found, state = measured(TruePositiveRateGap, table(a=(8, 2, 1, 9), c=(0, 0, 5, 5)))
    assert state is Status.UNDECIDED
    assert "Fewer than two groups" in found.message


def test_missing_groups_labels_and_predictions() -> None:
    frame = table(a=(8, 2, 1, 9), b=(6, 4, 1, 9)).astype({"y": float, "p": float})
    extra = pd.DataFrame({"g": [None, None, "a", "b"], "y": [1.0, 0.0, np.nan, 1.0], "p": [1.0, 0.0, 1.0, np.nan]})
    found, _ = measured(SelectionRateGap, pd.concat([frame, extra]))
    assert one(found, "selection_rate", {"g": "(missing)"}).value == 0.5
    assert one(found, "selection_rate", {"g": "a"}).n == 21  # a row without a label is selected or not all the same
    assert one(found, "selection_rate_difference").value == pytest.approx(10 / 21 - 7 / 20)
    assert one(found, "missing_labels").value == 1
    assert one(found, "missing_predictions").value == 1
    assert "2 rows without a value of 'g' are shown and left out of the gap." in found.message
    found, _ = measured(TruePositiveRateGap, pd.concat([frame, extra]))
    assert one(found, "true_positive_rate", {"g": "a"}).n == 10


def test_group_with_one_member() -> None:
    found, state = measured(SelectionRateGap, table(a=(40, 10, 20, 30), b=(0, 1, 0, 0)))
    assert one(found, "selection_rate", {"g": "b"}).n == 1
    assert state is Status.UNDECIDED


@pytest.mark.parametrize(
    ("frame", "match"),
    [
        (table(a=(5, 5, 5, 5)), "one group only"),
        (table(a=(5, 5, 5, 5)).assign(g=None), "no value in any held-out row"),
    ],
)
def test_nothing_to_compare(frame: pd.DataFrame, match: str) -> None:
    with pytest.raises(NotApplicable, match=match):
        measured(SelectionRateGap, frame)


@pytest.mark.parametrize(
    ("groups", "words"), [(51, "'g' has 51 groups, too many"), (5_000, "'g' has 5,000 groups, too many"), (20_100, "thousands of groups")]
)
def test_too_many_groups_are_never_green(groups: int, words: str) -> None:
    frame = pd.DataFrame({"g": np.arange(groups).repeat(2), "y": [0, 1] * groups, "p": [0, 1] * groups, "sex": ["f", "m"] * groups})
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g", "sex"))
    for check in SelectionRateGap.plan(subject, Contract()):
        found = findings(check, subject, engine)
        if check.attribute == "g":
            assert words in found.message
            assert "roles: {bins: {g: [25, 45]}}" in found.message
            assert one(found, "selection_rate_difference").value is None
            assert status(check, found) is Status.UNDECIDED
        else:  # the other attribute does not suffer from it
            assert one(found, "selection_rate", {"sex": "f"}).n == groups


def test_scores_in_place_of_predictions_are_told() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"g": rng.integers(0, 3, 30_000), "y": rng.integers(0, 2, 30_000), "p": rng.random(30_000)})
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",))
    with pytest.raises(DataError, match=r"no predicted classes. If it is a score, name it under 'roles: score'"):
        findings(SelectionRateGap(attribute="g"), subject, engine)


def test_what_is_missing_is_named() -> None:
    frame = table(a=(5, 5, 5, 5), b=(5, 5, 5, 5))
    for roles, match in (
        ({"target": "y", "prediction": "p"}, "roles: sensitive"),
        ({"target": "y", "sensitive": ("g",)}, "roles: prediction"),
        ({"prediction": "p", "sensitive": ("g",)}, "roles: target"),
    ):
        subject, engine = subject_of(frame, **roles)
        (check,) = SelectionRateGap.plan(subject, Contract())
        with pytest.raises(NotApplicable, match=match):
            findings(check, subject, engine)


def test_plan_shares_the_error_rate_and_takes_limits_from_the_contract() -> None:
    frame = table(a=(5, 5, 5, 5), b=(5, 5, 5, 5)).assign(sex="x", age="y")
    subject, _ = subject_of(frame, target="y", prediction="p", sensitive=("g", "sex"))
    plain = list(SelectionRateGap.plan(subject, Contract()))
    assert [(c.attribute, c.looks, c.limit.high) for c in plain] == [("g", 22, 0.1), ("sex", 22, 0.1)]
    here = Place("arrests.odcs.yaml", 31)
    rules = [
        Rule("custom", here, engine="assay", implementation={"check": "F001", "attribute": "age"}, limit=Limit(high=0.2, source=str(here))),
        Rule("custom", here, column="sex", engine="assay", implementation={"check": "F001"}, limit=Limit(high=0.3, source=str(here))),
    ]
    declared = list(SelectionRateGap.plan(subject, Contract(rules=rules)))
    assert [(c.attribute, c.looks, c.limit.high) for c in declared] == [("g", 32, 0.1), ("sex", 32, 0.3), ("age", 32, 0.2)]
    assert {c.looks for c in TruePositiveRateGap.plan(subject, Contract(rules=rules))} == {32}


def test_awkward_names_and_types_of_groups() -> None:
    frame = table(a=(30, 10, 20, 40), b=(20, 20, 10, 50)).rename(columns={"g": 'n "x", группа'})
    frame['n "x", группа'] = frame['n "x", группа'] == "a"
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=('n "x", группа',))
    found = findings(SelectionRateGap(attribute='n "x", группа'), subject, engine)
    assert one(found, "selection_rate", {'n "x", группа': "true"}).value == pytest.approx(0.5)
