import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checks.balance.b001_class_balance import ClassBalance, least_share
from audit.checks.balance.groups import MOST_GROUPS
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.exact_rates import exact_interval


def test_shares_of_three_classes_and_a_missing_label():
    subject, engine = subject_of(pd.DataFrame({"y": ["a"] * 6 + ["b"] * 3 + ["c"] + [None] * 2}), target="y")
    found = findings(ClassBalance(), subject, engine)
    assert [(dict(m.where), m.value, m.n) for m in found.measurements if m.name == "class_share"] == [
        ({"y": "a"}, 0.6, 10),
        ({"y": "b"}, 0.3, 10),
        ({"y": "c"}, 0.1, 10),
    ]
    share = one(found, "class_share", {"y": "b"})
    expected = exact_interval(3, 10, 0.95)
    assert share.interval == pytest.approx((expected.low, expected.high))
    assert one(found, "minority_share", {"y": "c"}).value == 0.1
    assert one(found, "missing_rows", {"column": "y"}).value == 2
    assert "'y' is a in 60.0 %, b in 30.0 % and c in 10.0 % of 10 rows" in found.message
    assert found.message.endswith("2 rows have no label.")
    (bars,) = found.exhibits
    assert bars.column("label") == ["a", "b", "c"]
    assert bars.column("n") == [6, 3, 1]


@pytest.mark.parametrize(("rare", "expected"), [(5, Status.WARNED), (50, Status.UNDECIDED), (200, Status.PASSED)])
def test_a_rare_class_warns_where_its_whole_interval_is_below_one_in_twenty(rare, expected):
    subject, engine = subject_of(pd.DataFrame({"y": [1] * rare + [0] * (1_000 - rare)}), target="y")
    assert status(ClassBalance(), findings(ClassBalance(), subject, engine)) is expected


def test_one_class_has_a_minority_of_zero_which_breaks_any_lower_limit():
    subject, engine = subject_of(pd.DataFrame({"y": [True] * 3}), target="y")
    found = findings(ClassBalance(), subject, engine)
    minority = one(found, "minority_share", {"column": "y"})
    assert (minority.value, minority.interval) == (0.0, None)
    assert status(ClassBalance(), found) is Status.WARNED
    assert status(ClassBalance(limit=Limit(low=0.001)), found) is Status.FAILED
    assert "Only one class" in found.message


@pytest.mark.parametrize("values", [[], [None, None], [float("nan")]])
def test_without_labels_the_minority_cannot_be_estimated(values):
    subject, engine = subject_of(pd.DataFrame({"y": pd.Series(values, dtype="float64")}), target="y")
    found = findings(ClassBalance(), subject, engine)
    assert one(found, "minority_share", {"column": "y"}).value is None
    assert status(ClassBalance(), found) is Status.UNDECIDED
    assert not found.exhibits


def test_a_measurement_is_no_class_label():
    subject, engine = subject_of(pd.DataFrame({"y": range(MOST_GROUPS + 1)}), target="y")
    with pytest.raises(NotApplicable, match="more than 50 distinct values"):
        findings(ClassBalance(), subject, engine)
    subject, engine = subject_of(pd.DataFrame({"y": range(MOST_GROUPS)}), target="y")
    assert len(findings(ClassBalance(), subject, engine).exhibits[0].rows) == MOST_GROUPS


def test_without_a_target_it_does_not_apply():
    subject, engine = subject_of(pd.DataFrame({"y": [1]}))
    with pytest.raises(NotApplicable, match="needs a target column"):
        findings(ClassBalance(), subject, engine)


def test_quoted_and_non_latin_names_and_values():
    name = "y \"z\" 'é'. %"
    subject, engine = subject_of(pd.DataFrame({name: ["да", "n'ein", "да"]}), target=name)
    assert one(findings(ClassBalance(), subject, engine), "class_share", {name: "да"}).value == pytest.approx(2 / 3)


def test_a_rule_of_the_contract_sets_the_limit():
    rule = Rule("custom", Place("c.yaml", 4), engine="assay", implementation={"check": "B001"}, limit=Limit(low=0.3, source="c.yaml:4"))
    subject, engine = subject_of(pd.DataFrame({"y": [0] * 90 + [1] * 10}), target="y")
    (check,) = ClassBalance.plan(subject, Contract(rules=(rule,)))
    assert check.limit.source == "c.yaml:4"
    assert status(check, findings(check, subject, engine)) is Status.FAILED


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=8).filter(lambda sizes: sum(sizes) > 0))
def test_the_interval_of_the_least_share_holds_it(sizes):
    low, high = least_share(sizes)
    assert 0 <= low <= min(sizes) / sum(sizes) <= high <= 1


def test_two_classes_share_one_interval():
    expected = exact_interval(30, 100, 0.95)
    assert least_share([70, 30]) == pytest.approx((expected.low, expected.high))
    three = exact_interval(10, 100, 1 - 0.05 / 3)
    assert least_share([60, 30, 10]) == pytest.approx((three.low, three.high))
