"""D010: what is found, with counts by hand, what is not, and what silences it."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from audit.checks.quality.d010_disguised_missing_values import DisguisedMissingValues
from audit.checks.quality.sentinels import NUMBERS, coded, edges, means_missing, spellings
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, status
from tests.predicates import planned, rule, subject_with

AGES = [18 + i % 50 for i in range(200)]


def found_in(columns, *declared):
    """Return the findings, with the rows of each suspect, which must be as many as it says."""
    [check] = planned(DisguisedMissingValues, *declared)
    subject, engine = subject_with(columns)
    found = findings(check, subject, engine)
    rows = {}
    for suspect in found.suspects:
        table = subject.table.mutate(fault=suspect.failing(subject.table).fill_null(False))
        flags = [row[-1] for row in engine.fetch(table)[1]]
        rows[suspect.column] = [i for i, flag in enumerate(flags) if flag]
        assert len(rows[suspect.column]) == suspect.rows
    return found, rows


def test_words_are_found_in_any_case_and_with_blanks_around():
    found, rows = found_in({"town": ["Bree", "?", " n/a ", "Combe", "N/A", None, "", "Unknown", "Ashford"]})
    assert rows == {"town": [1, 2, 4, 6, 7]}
    assert found.message == (
        "1 column holds values that may stand for missing: '', ' n/a ', '?', 'N/A' and 'Unknown' in town (5 rows) (looked at 1 column of 9 rows)."
    )
    assert status(DisguisedMissingValues(), found) is Status.WARNED


@pytest.mark.parametrize("values", [["none", "low", "high"] * 9, ["NA", "EU", "AS"] * 9, ["empty", "full"] * 9])
def test_a_word_that_can_be_a_category_is_one_in_a_short_list(values):
    assert found_in({"a": values})[1] == {}


def test_the_same_word_is_no_category_among_many_values_or_numbers():
    assert found_in({"a": ["none", *(f"street {i}" for i in range(30))]})[1] == {"a": [0]}
    assert found_in({"a": ["1.5", "empty", "3.5", "4.5"]})[1] == {"a": [1]}


def test_a_column_of_nothing_else_is_constant():
    assert found_in({"a": ["N/A", "n/a", None]})[1] == {}


def test_people_may_be_called_na_or_nan():
    assert not means_missing("Na", short_list=False)
    assert "Nan" not in spellings()


def test_words_are_found_among_more_values_than_are_looked_at():
    values = [f"person {i}" for i in range(6_000)]
    values[7] = values[4_000] = "N/A"
    assert found_in({"a": values})[1] == {"a": [7, 4_000]}


@pytest.mark.parametrize(("code", "n"), [(999, 3), (-1, 3), (-9, 5), (99, 12), (0, 4), (2147483647, 3)])
def test_a_repeated_code_apart_from_the_rest_is_found(code, n):
    ages = pa.array([*AGES, *[code] * n], pa.int64())
    found, rows = found_in({"age": ages})
    assert rows == {"age": list(range(200, 200 + n))}
    assert found.suspects[0].what == f"{code} may stand for missing"


def test_several_codes_at_one_end_and_at_both():
    ages = [*AGES, *[997] * 2, *[998] * 3, *[999] * 4, *[-1] * 3]
    assert found_in({"age": ages})[1] == {"age": list(range(200, 212))}
    # 887 is no code, so nothing beyond it stands apart from it
    assert found_in({"age": [*AGES, 887, *[888] * 3]})[1] == {}


@pytest.mark.parametrize(
    "values",
    [
        [-1, 0, 1] * 50,
        list(range(1_000)) * 3,  # ends at 999, which is nothing but the next number
        [*AGES, 999],  # once is an outlier
        [0, 9] * 50,
        [0, 0, 0, 0, 500, 600, 700, 800, 900, 950] * 20,  # amounts: nothing is frequent
        [round(20 * float(x)) - 1 for x in np.random.default_rng(0).beta(2, 5, 500)],  # a tail that ends at -1
        [4.99, 9.99, 99.99] * 30,
    ],
)
def test_natural_ends_are_not_found(values):
    assert found_in({"a": values})[1] == {}


def test_minus_one_next_to_counts_is_found_where_it_is_a_spike():
    counts = [i % 15 for i in range(600)]  # 40 of each
    assert found_in({"n": [*counts, *[-1] * 120]})[1] == {"n": list(range(600, 720))}
    assert found_in({"n": [*counts, *[-1] * 119]})[1] == {}


def test_rare_zero_below_a_blood_pressure_is_found():
    pressure = [60 + i % 60 for i in range(300)]
    assert found_in({"p": [*pressure, *[0] * 20]})[1] == {"p": list(range(300, 320))}
    assert found_in({"p": [*pressure, *[0] * 100]})[1] == {}


def test_codes_among_decimals_with_nan_and_infinities():
    values = [20 + i / 7 for i in range(200)] + [9999.0] * 4 + [float("nan"), float("inf"), None]
    assert found_in({"x": values})[1] == {"x": [200, 201, 202, 203]}


def test_codes_among_numbers_that_are_kept_as_text():
    assert found_in({"x": [*map(str, AGES), "-999", "-999", "-999", "?"]})[1] == {"x": [200, 201, 202, 203]}


def test_days_on_which_calendars_begin_are_found():
    born = [date(1950, 3, 1) + timedelta(days=97 * i) for i in range(100)]
    assert found_in({"born": [*born, *[date(1900, 1, 1)] * 3]})[1] == {"born": [100, 101, 102]}
    seen = [datetime(2024, 3, 1, 8) + timedelta(days=i) for i in range(100)]
    assert found_in({"seen": [*seen, *[datetime(1970, 1, 1)] * 3]})[1] == {"seen": [100, 101, 102]}
    assert found_in({"seen": [date(1970, 1, 1) + timedelta(days=i // 3) for i in range(300)]})[1] == {}


def test_the_proposal_is_a_contract_that_silences_it(tmp_path):
    columns = {
        "age": [*AGES, 999, 999, 999, 35, 36],
        "town": [*["Bree", "Combe"] * 101, "?", "N/A", "Bree"],
        "seen": [*[datetime(2024, 3, 1) + timedelta(days=i % 90) for i in range(202)], *[datetime(1970, 1, 1)] * 3],
    }
    found, rows = found_in(columns)
    assert set(rows) == {"age", "town", "seen"}
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    document["schema"] = [{"name": "x", "properties": yaml.safe_load(found.proposal)}]
    (tmp_path / "x.odcs.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    contract = read_contract(tmp_path / "x.odcs.yaml")
    assert found_in(columns, *contract.columns)[1] == {}


@pytest.mark.parametrize(
    "column",
    [
        Column("age", rules=(rule("missingValues", column="age", arguments={"missingValues": [999]}),)),
        Column("age", rules=(rule("missingValues", column="age", arguments={"missingValues": ["999"]}),)),
        Column("age", rules=(rule("invalidValues", column="age", arguments={"validValues": [999, *range(18, 68)]}),)),
        Column("age", options={"maximum": 120}),
        Column("age", enum=(1, 2)),
    ],
)
def test_what_the_contract_declares_is_not_found_again(column):
    assert found_in({"age": [*AGES, 999, 999, 999]}, column)[1] == {}


def test_another_code_than_the_declared_one_is_found():
    column = Column("age", options={"minimum": 0}, rules=(rule("missingValues", column="age", arguments={"missingValues": [-1]}),))
    assert found_in({"age": [*AGES, 999, 999, 999, -1, -1, -1]}, column)[1] == {"age": [200, 201, 202]}


def test_not_applicable_where_nothing_could_hold_one():
    subject, engine = subject_with({"a": [True, False]})
    with pytest.raises(NotApplicable, match="neither text nor a number nor a day"):
        findings(DisguisedMissingValues(), subject, engine)


def test_an_empty_table_holds_none():
    assert found_in({"a": pa.array([], pa.string()), "b": pa.array([], pa.int64())})[0].suspects == ()


def test_it_is_planned_once():
    assert len(planned(DisguisedMissingValues)) == 1
    assert next(iter(DisguisedMissingValues.plan(subject_with({"a": [1]})[0], Contract()))).limit.blocking is False


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=300))
def test_whole_numbers_without_a_gap_are_never_codes(values):
    # every number between the smallest and the largest occurs, so nothing stands apart
    counts = {float(v): 1 + values.count(v) for v in range(min(values), max(values) + 1)}
    low, high = edges(counts)
    assert [v for v, _ in coded(low, high, NUMBERS, present=sum(counts.values()), whole=True) if v != -1] == []


@given(st.integers(0, 2**32 - 1))
def test_samples_of_usual_distributions_have_no_codes(seed):
    rng = np.random.default_rng(seed)
    for sample in (
        rng.normal(0, 3, 400).round(),
        rng.poisson(4, 400),
        rng.geometric(0.1, 400),
        rng.geometric(0.5, 2_000) - 2,
        rng.integers(0, 100, 400),
        rng.binomial(20, 0.3, 400) - 3,
    ):
        values, n = np.unique(sample, return_counts=True)
        low, high = edges(dict(zip(values.astype(float).tolist(), n.tolist(), strict=True)))
        assert coded(low, high, NUMBERS, present=len(sample), whole=True) == []
