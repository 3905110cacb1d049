import warnings

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from audit.checks.balance.b003_label_rate_by_group import LabelRateByGroup
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.exact_rates import exact_interval


def people(**counts):
    """Return rows of group and label from ``group=(positive, negative)``."""
    rows = [(g, label) for g, (yes, no) in counts.items() for label in ["yes"] * yes + ["no"] * no]
    return pd.DataFrame(rows, columns=["group", "label"])


def check_of(frame, **roles):
    subject, engine = subject_of(frame, target="label", **{"sensitive": ("group",), **roles})
    (check,) = LabelRateByGroup.plan(subject, Contract())
    return check, findings(check, subject, engine)


def test_rates_gap_and_p_value_of_two_groups():
    check, found = check_of(people(a=(30, 10), b=(10, 30)))
    rate = one(found, "label_rate", {"group": "a"})
    expected = exact_interval(30, 40, 0.95)
    assert (rate.value, rate.n, rate.interval) == (0.75, 40, pytest.approx((expected.low, expected.high)))
    gap = one(found, "label_rate_gap")
    # the distances to the ends of the two intervals, squared and added
    low = exact_interval(10, 40, 0.95)
    by_hand = (
        0.5 - ((0.75 - expected.low) ** 2 + (low.high - 0.25) ** 2) ** 0.5,
        0.5 + ((expected.high - 0.75) ** 2 + (0.25 - low.low) ** 2) ** 0.5,
    )
    assert (gap.value, gap.interval) == (0.5, pytest.approx(by_hand))
    assert one(found, "p_value").value == pytest.approx(fisher_exact([[30, 10], [10, 30]]).pvalue)
    assert found.exhibits[0].reference == 0.5
    assert status(check, found) is Status.PASSED


def test_rows_without_group_or_label_are_left_out_and_counted():
    frame = pd.concat([people(a=(1, 1), b=(1, 1)), pd.DataFrame({"group": [None, "a", None], "label": ["yes", None, None]})])
    _, found = check_of(frame)
    assert one(found, "label_rate", {"group": "a"}).n == 2
    assert one(found, "missing_rows").value == 3
    assert found.message.endswith("3 rows without a group or a label left out.")


def test_one_group_has_no_gap():
    check, found = check_of(people(a=(1, 3)))
    assert one(found, "label_rate_gap").value is None
    assert "Only one group, a: 'label' is yes in 25.0 % of its 4 rows" in found.message
    assert status(check, found) is Status.UNDECIDED


def test_many_groups_are_named_by_their_extremes():
    _, found = check_of(people(a=(1, 9), b=(5, 5), c=(9, 1), d=(4, 6), e=(5, 5)))
    assert "10.0 % of a and 90.0 % of c (the lowest and the highest of 5 groups)" in found.message


def test_a_rule_may_judge_it():
    frame = people(a=(300, 100), b=(100, 300))
    subject, engine = subject_of(frame, target="label", sensitive=("group",))
    rule = Rule("custom", Place("c.yaml", 7), column="group", engine="assay", implementation={"check": "B003"}, limit=Limit(high=0.2))
    (check,) = LabelRateByGroup.plan(subject, Contract(rules=(rule,)))
    assert check.attribute == "group"
    assert status(check, findings(check, subject, engine)) is Status.FAILED


@pytest.mark.parametrize(
    ("frame", "roles", "words"),
    [
        (people(a=(1, 1)), {"sensitive": ()}, "needs a sensitive column"),
        (pd.DataFrame({"group": ["a"], "label": [None]}), {}, "needs a binary target"),
        (pd.DataFrame({"group": ["a", "b", "c"], "label": [1, 2, 3]}), {}, "needs a binary target"),
        (pd.DataFrame({"group": range(60), "label": [0, 1] * 30}), {}, "more than 50 distinct values"),
    ],
)
def test_not_applicable(frame, roles, words):
    with pytest.raises(NotApplicable, match=words):
        check_of(frame, **roles)


def test_an_empty_table_with_a_declared_positive_value():
    frame = pd.DataFrame({"group": pd.Series([], dtype="str"), "label": pd.Series([], dtype="str")})
    check, found = check_of(frame, positive="yes")
    assert found.message == "No row has both a label and a value of 'group'."
    assert status(check, found) is Status.UNDECIDED


def test_released_by_colour_in_the_arrests_data():
    with warnings.catch_warnings():
        # scikit-lego imports pkg_resources on some versions, which setuptools deprecates
        warnings.simplefilter("ignore")
        from sklego.datasets import load_arrests

        arrests = load_arrests(as_frame=True)
    subject, engine = subject_of(arrests, target="released", sensitive=("colour",))
    (check,) = LabelRateByGroup.plan(subject, Contract())
    found = findings(check, subject, engine)
    # 955 of 1,288 are 74.15 % and 3,379 of 3,938 are 85.81 %; counted again with pandas
    rates = arrests.released.eq("Yes").groupby(arrests.colour).mean()
    assert one(found, "label_rate", {"colour": "Black"}).value == pytest.approx(rates["Black"])
    assert "'released' is Yes for 74.1 % of Black and 85.8 % of White: a gap of 11.7 points" in found.message
