"""D020: planted errors are found, and clean columns of many shapes are not."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audit.checks.quality.d020_outliers import Outliers
from audit.checks.quality.round_bound import round_between
from audit.checks.quality.tail_bound import MIN_VALUES, grid_step, spread_out, upper_bound
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.predicates import NAN, planned, rule, subject_with
from tests.suspects import pasted, rows_of

FAMILIES = {
    "normal": lambda rng, n: rng.normal(50, 10, n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1, n),
    "exponential": lambda rng, n: rng.exponential(1, n),
    "uniform": lambda rng, n: rng.random(n),
    "counts": lambda rng, n: rng.poisson(3, n),
    "bimodal": lambda rng, n: np.where(rng.random(n) < 0.3, rng.normal(10, 1, n), rng.normal(0, 1, n)),
    "Student's t with 3 degrees of freedom": lambda rng, n: rng.standard_t(3, n),
    "gamma": lambda rng, n: rng.gamma(2, 2, n),
    "rounded": lambda rng, n: rng.normal(0, 10, n).round(1),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(100, n)),
}


def test_values_that_are_ten_times_too_large_are_found_row_by_row():
    rng = np.random.default_rng(1)
    values = rng.normal(50, 10, 2000)
    values[[7, 800]] *= 10
    subject, engine = subject_with({"income": values, "other": rng.normal(0, 1, 2000)})
    check = Outliers()
    found = findings(check, subject, engine)
    (suspect,) = found.suspects
    assert suspect.column == "income"
    assert rows_of(suspect, subject, engine) == [7, 800]
    assert status(check, found) is Status.WARNED
    assert one(found, "suspect_rows", {"column": "income", "what": suspect.what}).value == 2
    assert found.message == "2 values of income lie far outside the others (2 numeric columns looked at)."


@pytest.mark.parametrize("size", [500, 20_000])
@pytest.mark.parametrize(
    ("family", "typo"),
    [
        ("normal", lambda x: x * 10),
        ("normal", lambda x: x * 1000),
        ("normal", lambda x: x + 1e6),
        ("gamma", lambda x: x * 1000),
        ("uniform", lambda x: x + 10),
        ("lognormal", lambda x: x + 1e6),
        ("exponential", lambda x: -x - 20),
        ("counts", lambda x: 1000 + x),
        ("rounded", lambda x: x * 100 + 1000),
        ("bimodal", lambda x: x + 1000),
    ],
)
def test_typing_errors_are_found(family, typo, size):
    values = FAMILIES[family](np.random.default_rng(3), size).astype(float)
    values[[3, 250]] = typo(values[[3, 250]])
    subject, engine = subject_with({"x": values})
    found = findings(Outliers(), subject, engine)
    assert sorted({row for s in found.suspects for row in rows_of(s, subject, engine)}) == [3, 250]


def test_a_wrong_sign_is_found_and_the_proposed_bound_is_zero():
    values = np.random.default_rng(2).normal(80, 4, 1000)
    values[10] *= -1
    subject, engine = subject_with({"height": values})
    found = findings(Outliers(), subject, engine)
    assert rows_of(found.suspects[0], subject, engine) == [10]
    assert found.proposal == "- name: height\n  logicalTypeOptions:\n    minimum: 0"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [800, 2000, 20_000])
def test_clean_columns_are_left_alone(family, size):
    """Twenty columns at once; Student's t is the heaviest tail and gets the slack."""
    rng = np.random.default_rng(size)
    subject, engine = subject_with({f"c{i}": FAMILIES[family](rng, size) for i in range(20)})
    assert len({s.column for s in findings(Outliers(), subject, engine).suspects}) <= (1 if "Student" in family else 0)


def test_a_million_clean_values_are_left_alone():
    rng = np.random.default_rng(0)
    subject, engine = subject_with({name: draw(rng, 1_000_000) for name, draw in FAMILIES.items()})
    assert findings(Outliers(), subject, engine).message == f"No value of {len(FAMILIES)} numeric columns lies far outside the others."


@pytest.mark.parametrize(("name", "draw"), FAMILIES.items())
def test_the_bound_is_rarely_too_near(name, draw):
    """The largest of 20,000 fresh values stays below a bound that was fitted on 500 and stands for as many: fewer than 1 in 100 do not."""
    rng = np.random.default_rng(11)
    crossed = 0
    for _ in range(150):
        values = draw(rng, 500).astype(float)
        values = values[values != 0] if name == "mostly zero" else values
        fit = upper_bound(spread_out(values, grid_step(values)), 500)
        crossed += fit is not None and draw(rng, 500).max() > fit.bound
    assert crossed <= 2


def test_a_larger_table_is_allowed_more():
    values = np.random.default_rng(5).normal(0, 1, 5000)
    small, large = upper_bound(values, 5000), upper_bound(values, 5_000_000)
    assert small
    assert large
    assert 5 < small.bound < large.bound


def test_the_shape_of_the_tail_is_the_known_one():
    rng = np.random.default_rng(6)
    exponential, heavy = upper_bound(rng.exponential(1, 100_000), 100_000), upper_bound(rng.standard_t(2, 100_000), 100_000)
    assert exponential
    assert heavy
    # within the margin of three standard errors: 0 and 1/2
    assert 0 <= exponential.shape <= 0.07
    assert 0.45 <= heavy.shape <= 0.6


def test_too_few_values_and_no_spread_have_no_bound():
    assert upper_bound(np.arange(MIN_VALUES - 1.0), 100) is None
    assert upper_bound(np.zeros(1000), 1000) is None


def test_a_group_of_its_own_is_no_outlier():
    rng = np.random.default_rng(7)
    values = np.concatenate([rng.normal(0, 1, 950), rng.normal(40, 1, 50)])
    subject, engine = subject_with({"x": values})
    assert not findings(Outliers(), subject, engine).suspects


@pytest.mark.parametrize(("errors", "found"), [(5, 5), (6, 0)])
def test_more_values_than_errors_would_be_are_a_part_of_the_column(errors, found):
    values = np.random.default_rng(17).normal(0, 1, 1000)
    values[:errors] = np.linspace(3000, 5000, errors)
    subject, engine = subject_with({"x": values})
    assert sum(s.rows for s in findings(Outliers(), subject, engine).suspects) == found


def test_a_tail_that_crosses_its_bound_in_a_steady_stream_was_judged_too_light():
    rng = np.random.default_rng(18)
    values = np.concatenate([rng.normal(0, 1, 20_000 - 60), 3 + rng.exponential(2.5, 60)])
    fit = upper_bound(values, 20_000)
    assert fit
    assert 0 < (values > fit.bound).sum() < 5
    subject, engine = subject_with({"x": values})
    assert not findings(Outliers(), subject, engine).suspects


def test_a_value_that_fills_most_of_a_column_hides_nothing():
    rng = np.random.default_rng(19)
    values = np.where(rng.random(20_000) < 0.95, 0.0, rng.normal(100, 5, 20_000))
    values[4] = 250
    subject, engine = subject_with({"spent": values})
    (suspect,) = findings(Outliers(), subject, engine).suspects
    assert rows_of(suspect, subject, engine) == [4]


def test_infinity_and_nan_are_no_numbers_to_judge():
    values = [*np.random.default_rng(8).normal(0, 1, 1000), NAN, float("inf"), float("-inf"), None, 300.0]
    subject, engine = subject_with({"x": pa.array(values)})
    (suspect,) = findings(Outliers(), subject, engine).suspects
    assert rows_of(suspect, subject, engine) == [1004]


def test_very_large_integers_and_decimals():
    rng = np.random.default_rng(9)
    whole = rng.integers(1000, 2000, 1000)
    whole[5] = np.iinfo(np.int64).min
    from decimal import Decimal

    cents = [Decimal(int(v)) / 100 for v in rng.integers(1000, 2000, 1000)]
    cents[6] = Decimal("99999.99")
    subject, engine = subject_with({"whole": whole, "cents": pa.array(cents, pa.decimal128(12, 2))})
    found = findings(Outliers(), subject, engine)
    assert {s.column: rows_of(s, subject, engine) for s in found.suspects} == {"whole": [5], "cents": [6]}


def test_within_groups_a_value_is_compared_with_its_own():
    rng = np.random.default_rng(10)
    group = np.repeat(["child", "adult"], 500)
    height = np.where(group == "child", rng.normal(100, 4, 1000), rng.normal(175, 5, 1000))
    height[3] = 175
    frame = pd.DataFrame({"group": group, "height": height})
    subject, engine = subject_of(frame)
    assert not findings(Outliers(), subject, engine).suspects
    check = Outliers(column="height", by=("group",))
    (suspect,) = findings(check, subject, engine).suspects
    assert rows_of(suspect, subject, engine) == [3]
    assert "median absolute deviations above the median of their group" in suspect.what


def test_groups_may_be_combinations_and_small_ones_are_not_looked_at():
    rng = np.random.default_rng(12)
    frame = pd.DataFrame({"a": rng.choice(["x", "y"], 2000), "b": rng.choice([1, 2], 2000), "v": rng.normal(0, 1, 2000)})
    frame.loc[0, "v"] = 90
    frame.loc[1, ["a", "v"]] = ["alone", 1e6]
    frame.loc[2, "a"] = None
    subject, engine = subject_of(frame)
    (suspect,) = findings(Outliers(column="v", by=("a", "b")), subject, engine).suspects
    assert rows_of(suspect, subject, engine) == [0]


def test_the_proposal_is_a_contract_that_silences_it(tmp_path):
    rng = np.random.default_rng(13)
    values = rng.normal(50, 10, 1000)
    values[[1, 2]] = [5000, -4000]
    subject, engine = subject_with({"income": values})
    found = findings(Outliers(), subject, engine)
    contract = pasted(found, tmp_path)
    options = contract.columns[0].options
    assert values[3:].max() < options["maximum"] < 5000
    assert -4000 < options["minimum"] < values[3:].min()
    (check,) = Outliers.plan(subject, contract)
    assert check.settled == ("income",)
    with pytest.raises(NotApplicable, match="leaves open"):
        check.asks(subject)


def test_a_proposal_about_groups_is_a_rule_of_this_check(tmp_path):
    rng = np.random.default_rng(14)
    frame = pd.DataFrame({"g": rng.choice(["x", "y"], 1000), "v": rng.normal(0, 1, 1000)})
    frame.loc[0, "v"] = 500
    subject, engine = subject_of(frame)
    found = findings(Outliers(by=("g",)), subject, engine)
    rules = [c for c in Outliers.plan(subject, pasted(found, tmp_path)) if c.clauses]
    assert [(c.column, c.by, c.limit.blocking) for c in rules] == [("v", ("g",), True)]
    again = findings(rules[0], subject, engine)
    assert status(rules[0], again) is Status.FAILED
    assert rules[0].limit.reason == "declared in the contract"


def test_a_rule_and_listed_values_settle_a_column():
    declared = rule(kind="custom", engine="assay", column="a", implementation={"check": "D020"})
    own, rest = planned(Outliers, Column("b", enum=(1, 2)), Column("c", options={"exclusiveMinimum": 0}), rules=[declared])
    assert own.column == "a"
    assert set(rest.settled) == {"a", "b", "c"}


def test_roles_and_codes_are_no_measurements():
    rng = np.random.default_rng(15)
    frame = pd.DataFrame({"label": rng.integers(0, 2, 400), "id": np.arange(400), "code": np.where(np.arange(400) == 3, 99, rng.integers(1, 8, 400))})
    subject, engine = subject_of(frame, target="label", key=("id",))
    with pytest.raises(NotApplicable, match="more than 10 of them different"):
        findings(Outliers(), subject, engine)


def test_small_tables_wrong_columns_and_wrong_rules_are_refused():
    subject, engine = subject_with({"x": list(range(299))})
    with pytest.raises(NotApplicable, match="at least 300 rows"):
        findings(Outliers(), subject, engine)
    text, _ = subject_with({"x": ["a"] * 300})
    with pytest.raises(NotApplicable, match="x is no numeric column"):
        Outliers(column="x").asks(text)
    with pytest.raises(NotApplicable, match="no column 'y'"):
        Outliers(column="y").asks(subject)
    with pytest.raises(UsageError, match="no parameter 'groups'"):
        list(Outliers.plan(subject, Contract(rules=(rule(kind="custom", engine="assay", implementation={"check": "D020", "groups": ["a"]}),))))


@pytest.mark.parametrize(
    ("right", "wrong"), [(87, 450), (-3, -870.5), (12, -40), (0.251, 0.262), (999.5, 1000.5), (-5.5, 1e9), (1e-9, 1e9), (0, 7), (0, -7)]
)
def test_a_round_bound_lies_between(right, wrong):
    bound = round_between(right, wrong)
    assert min(right, wrong) <= bound <= max(right, wrong)
    assert bound != wrong
