"""F005: the four-fifths rule and its clauses."""

import pandas as pd
import pytest
from fairlearn.metrics import demographic_parity_ratio

from audit.checks.fairness.f005_selection_rate_ratio import SelectionRateRatio
from audit.core.contract import Contract
from audit.core.errors import UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def pool(**groups):
    """Rows of groups given as (selected, not selected); whether it was right does not matter."""
    rows = [(g, 1, p) for g, counts in groups.items() for p, n in zip((1, 0), counts, strict=True) for _ in range(n)]
    return pd.DataFrame([*rows, (next(iter(groups)), 0, 0)], columns=["g", "y", "p"])


def ratio(frame, limit=None, **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", positive="1", sensitive=("g",))
    check = SelectionRateRatio(attribute="g", **({"limit": limit} if limit else {}), **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


def test_by_hand_and_as_fairlearn():
    frame = pool(a=(60, 39), b=(90, 10), c=(45, 55))
    found, _ = ratio(frame)
    judged = one(found, "selection_rate_ratio")
    assert judged.value == pytest.approx(0.45 / 0.9)
    assert judged.value == pytest.approx(demographic_parity_ratio(frame.y, frame.p, sensitive_features=frame.g))
    assert one(found, "impact_ratio", {"g": "a"}).value == pytest.approx(0.6 / 0.9)
    assert one(found, "impact_ratio", {"g": "c"}).n == 100
    assert "45.0 % where g is c (n = 100), which is 0.50 of the 90.0 % where it is b (n = 100)" in found.message


def test_below_four_fifths_and_significant():
    found, state = ratio(pool(a=(300, 700), b=(600, 400)))
    assert state is Status.WARNED
    assert "Below four fifths and significant" in found.message
    assert "generally takes for evidence of adverse impact" in found.message


def test_below_four_fifths_on_small_numbers():
    # 1607.4(D): "small numbers and not statistically significant"; 3 of 6 against 5 of 7 is 0.7, and (3+1)/6 over (5-1)/7 is 1.17 or its inverse 0.86
    found, state = ratio(pool(a=(3, 2), b=(5, 2)))
    assert one(found, "selection_rate_ratio").value == pytest.approx((3 / 6) / (5 / 7))
    assert state is Status.UNDECIDED
    assert "Below four fifths, but not significant" in found.message
    assert "makes an exception for differences that rest on small numbers" in found.message
    assert "One person more selected in the one group and one fewer in the other would make it 0.86." in found.message
    assert "These rows cannot decide whether it is below 0.8; about" in found.message


def test_below_four_fifths_not_significant_but_no_matter_of_one_person():
    found, state = ratio(pool(a=(20, 29), b=(30, 20)))
    assert state is Status.UNDECIDED
    assert "Below four fifths, but not significant" in found.message
    assert "One person more" not in found.message


def test_not_below_four_fifths_yet_significant_in_statistics_and_in_practice():
    found, state = ratio(pool(a=(8_500, 1_499), b=(9_900, 100)))
    assert state is Status.PASSED
    assert "Not below four fifths, yet significant" in found.message
    assert "at the highest rate 1,400 more of a would be selected" in found.message
    found, _ = ratio(pool(a=(9_500, 499), b=(9_900, 100)))  # 0.96: significant, but of no consequence
    assert "yet significant" not in found.message


def test_nearly_alike_passes():
    found, state = ratio(pool(a=(500, 499), b=(505, 495)))
    assert state is Status.PASSED
    assert "Chance alone could explain it" in found.message


def test_groups_below_two_per_cent_are_shown_and_not_compared():
    frame = pool(a=(300, 699), b=(310, 690), tiny=(12, 0))
    found, _ = ratio(frame)
    assert one(found, "selection_rate_ratio").value == pytest.approx(0.3 / 0.31)
    assert "tiny is below 2.0 % of the rows, hence shown and not compared." in found.message
    (table,) = [e for e in found.exhibits if e.title == "Impact ratios by g"]
    assert [row[0] for row in table.rows] == ["a", "b", "tiny"]
    assert dict(zip(table.columns, table.rows[2], strict=True)) == {
        "group": "tiny", "rows": 12, "share of rows": "0.6 %", "selected": 12, "selection rate": 1.0, "impact ratio": None, "interval": "",
        "remark": "not compared",
    }  # fmt: skip
    found, _ = ratio(frame, smallest_share=0.0)
    assert one(found, "selection_rate_ratio").value == pytest.approx(0.3)


def test_small_groups_are_compared_where_there_are_no_others():
    found, _ = ratio(pool(a=(3000, 6999), b=(30, 70)), smallest_share=0.02)
    assert one(found, "selection_rate_ratio").value == pytest.approx(1.0)


@pytest.mark.parametrize(("counts", "whom"), [((0, 50), "nobody"), ((50, 0), "everybody")])
def test_degenerate_models_are_not_praised(counts, whom):
    frame = pool(a=counts, b=counts)
    frame = frame if whom == "nobody" else frame.iloc[:-1]
    subject, engine = subject_of(frame.assign(y=[0, *([1] * (len(frame) - 1))]), target="y", prediction="p", positive="1", sensitive=("g",))
    check = SelectionRateRatio(attribute="g")
    found = findings(check, subject, engine)
    assert status(check, found) is Status.UNDECIDED
    assert whom in found.message
    assert one(found, "selection_rate_ratio").value is None


def test_people_without_a_group_are_counted():
    frame = pd.concat([pool(a=(60, 39), b=(80, 20)), pd.DataFrame({"g": [None] * 3, "y": [1] * 3, "p": [1, 0, 0]})])
    found, _ = ratio(frame)
    (table,) = [e for e in found.exhibits if e.title == "Impact ratios by g"]
    assert table.rows[-1][:2] == ("(missing)", 3)
    assert "3 rows without a value of 'g'" in found.message


def test_a_limit_of_ones_own_is_used():
    found, state = ratio(pool(a=(500, 499), b=(600, 400)), Limit(low=0.95))
    assert state is Status.FAILED
    assert "Below 0.95 and significant" in found.message


@pytest.mark.parametrize("parameters", [{"smallest_share": 2}, {"smallest_share": True}, {"practical": -1}, {"practical": "0.9"}])
def test_absurd_parameters(parameters):
    with pytest.raises(UsageError, match=r"F005: '.*' is a share from 0 to"):
        ratio(pool(a=(5, 4), b=(5, 5)), **parameters)


def test_one_check_for_each_attribute_with_the_shared_looks():
    subject, _ = subject_of(pool(a=(5, 4), b=(5, 5)).assign(h="x"), target="y", prediction="p", sensitive=("g", "h"))
    assert [(c.attribute, c.looks, c.among) for c in SelectionRateRatio.plan(subject, Contract())] == [("g", 22, ("g", "h")), ("h", 22, ("g", "h"))]
