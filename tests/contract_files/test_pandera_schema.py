"""The compiled schema picks the rows that the gate's checks pick, and pandera is the second witness."""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pandera.errors
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks import discover
from audit.contract.pandera_schema import compile_schema
from audit.core.contract import Column, Contract
from audit.core.limit import Limit
from tests.predicates import picked, rule, subject_with

VALID = rule("invalidValues", column="town", arguments={"validValues": ["Hull", "Leeds"]})
COLUMNS = {
    "D002": Column("name", required=True),
    "D003": Column("pay", logical_type="number", options={"minimum": 0, "exclusiveMaximum": 5}),
    "D004": Column("town", logical_type="string", rules=(VALID,)),
    "D005": Column("code", logical_type="string", options={"pattern": "^P[0-9]{2}$"}),
    "D006": Column("number", unique=True),
    "D012": Column("word", logical_type="string", options={"minLength": 1, "maxLength": 2}),
}


STEPS = Column("cost", logical_type="number", options={"multipleOf": 0.05})
MAIL = Column("mail", logical_type="string", options={"format": "email"})
BORN = Column("born", logical_type="string", options={"format": "date"})
AGE = Column("age", logical_type="integer", options={"exclusiveMinimum": 17, "exclusiveMaximum": 100})


def faults(contract: Contract, frame: pd.DataFrame) -> list[tuple[str, str, object]]:
    """Return pandera's failure cases as (column, check, row)."""
    try:
        compile_schema(contract).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        return [(str(r.column), str(r.check), r.index) for r in cases.itertuples(index=False)]
    return []


def about(column: Column, values) -> list[object]:
    return [row for _, _, row in faults(Contract(columns=(column,)), pd.DataFrame({column.name: values}))]


def generated(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = 200
    frame = pd.DataFrame(
        {
            "name": rng.choice(["Ann", "", None], n),
            "pay": rng.choice([-1.0, 0.0, 4.999, 5.0, np.nan, np.inf], n),
            "town": rng.choice(["Hull", "Leeds", "hull", "", None], n),
            "code": rng.choice(["P01", "P1", "xP01", "p01", None], n),
            "number": np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 3 * n, n)),
            "word": rng.choice(["", "a", "ß", "ab", "a b", None], n),
        }
    )
    return frame.astype(dict.fromkeys(("name", "town", "code", "word"), "str"))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("code", COLUMNS)
def test_pandera_and_the_gate_pick_the_same_rows(code, seed):
    column, frame = COLUMNS[code], generated(seed)
    contract = Contract(columns=(column,))
    subject, engine = subject_with({column.name: pa.array(frame[column.name], from_pandas=True)})
    (check,) = discover()[code].plan(subject, contract)
    rows = picked(check, subject, engine)
    assert rows
    assert sorted({row for _, _, row in faults(contract, frame)}) == rows


COSTS = st.one_of(st.none(), st.integers(-400, 400).map(lambda k: k / 20), st.sampled_from([0.15, 0.07, 0.1 + 0.2, float("inf")]))
MAILS = st.one_of(st.none(), st.sampled_from(["a@b.de", "a@b", "", "x y@z.org"]), st.text(alphabet="ab@.", max_size=6))
DATES = st.one_of(st.none(), st.dates().map(str), st.sampled_from(["2023-02-29", "2024-02-29", "1900-02-29", "31.01.2024"]))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(COSTS, MAILS, DATES, st.one_of(st.none(), st.integers(15, 102))), min_size=1, max_size=12))
def test_pandera_and_the_gate_pick_the_same_of_any_rows(rows):
    costs, mails, dates, ages = (list(values) for values in zip(*rows, strict=True))
    series = {"cost": pd.Series(costs, dtype="float64"), "mail": pd.Series(mails, dtype="str"), "born": pd.Series(dates, dtype="str")}
    frame = pd.DataFrame({**series, "age": pd.Series(ages, dtype="Int64")})
    arrow = {"cost": pa.array(costs, pa.float64()), "mail": pa.array(mails, pa.string()), "born": pa.array(dates, pa.string())}
    for code, column in (("D003", STEPS), ("D005", MAIL), ("D005", BORN), ("D003", AGE)):
        contract = Contract(columns=(column,))
        values = arrow.get(column.name, pa.array(ages, pa.int64()))
        subject, engine = subject_with({column.name: values})
        (check,) = discover()[code].plan(subject, contract)
        told = {row for _, check_name, row in faults(contract, frame[[column.name]]) if "logicalType" not in check_name}
        assert sorted(told) == picked(check, subject, engine), column.name


def test_all_faults_are_told_at_once():
    told = {column for column, _, _ in faults(Contract(columns=tuple(COLUMNS.values())), generated(0))}
    assert told == {column.name for column in COLUMNS.values()}


def test_good_rows_pass():
    frame = pd.DataFrame({"name": ["Ann"], "pay": [4.5], "town": ["Hull"], "code": ["P01"], "number": [1], "word": ["ß"]})
    assert faults(Contract(columns=tuple(COLUMNS.values())), frame) == []


@pytest.mark.parametrize(
    ("logical", "good", "bad"),
    [
        ("string", ["a", None], [1, 2]),
        ("string", pd.Categorical(["a", None]), [1.5, 2]),
        ("integer", [1.0, np.nan], [1.5, np.nan]),
        ("integer", [1, 2], ["1", "2"]),
        ("number", [1.5, None], [True, False]),
        ("boolean", [True, None], ["yes", "no"]),
        ("date", [dt.date(2024, 1, 1), None], ["2024-01-01", None]),
        ("date", pd.to_datetime(["2024-01-01", None]), [20240101, None]),
        ("timestamp", pd.to_datetime(["2024-01-01", None]), ["2024-01-01", None]),
    ],
)
def test_logical_types(logical, good, bad):
    assert about(Column("a", logical_type=logical), good) == []
    assert len(about(Column("a", logical_type=logical), bad)) == 1
    assert about(Column("a", logical_type=logical), [None, None]) == []


@pytest.mark.parametrize("values", [[dt.date(2020, 1, 1), dt.date(2021, 1, 1), None], pd.to_datetime(["2020-01-01", "2021-01-01", None])])
@pytest.mark.parametrize(("options", "rows"), [({"minimum": "2021-01-01"}, [0]), ({"exclusiveMinimum": dt.date(2021, 1, 1)}, [0, 1])])
def test_bounds_on_dates_hold_for_python_dates_and_timestamps(values, options, rows):
    assert about(Column("a", logical_type="date", options=options), values) == rows


@pytest.mark.parametrize(
    ("allowed", "values", "rows"),
    [((1, 2), [1, 2, 3], [2]), (("1",), [1, 2], [1]), ((1,), ["1", "2"], [1]), ((True,), [True, False], [1]), (("a",), ["a", None, "b"], [2])],
)
def test_categories_are_compared_as_the_gate_compares_them(allowed, values, rows):
    assert about(Column("a", enum=allowed), values) == rows


def test_two_missing_values_of_a_unique_column_are_no_copies():
    assert about(Column("a", unique=True), ["x", None, None]) == []


def test_a_primary_key_is_required_and_unique_as_a_whole():
    contract = Contract(columns=(Column("a", primary_key=True), Column("b", primary_key=True)))
    assert faults(contract, pd.DataFrame({"a": [1, 1], "b": [1, 2]})) == []
    told = faults(contract, pd.DataFrame({"a": [1, 1, None], "b": [1, 1, 2]}))
    assert {re.sub(r"\W.*", "", check) for _, check, _ in told} == {"not_nullable", "multiple_fields_uniqueness"}


def test_a_required_column_must_be_there():
    assert [check for _, check, _ in faults(Contract(columns=(Column("a", required=True),)), pd.DataFrame({"b": [1]}))] == ["column_in_dataframe"]


@pytest.mark.parametrize("limit", [Limit(high=0.1, measurement="failing_share"), Limit(high=3), Limit(high=0, blocking=False)])
def test_rules_with_tolerance_stay_with_the_gate(limit):
    tolerant = rule("invalidValues", column="a", arguments={"validValues": ["x"], "pattern": "x"}, limit=limit)
    assert about(Column("a", rules=(tolerant,)), ["y"]) == []


def test_a_rule_with_a_pattern_and_no_tolerance_is_compiled():
    assert about(Column("a", rules=(rule("invalidValues", column="a", arguments={"pattern": "^x"}),)), ["x", "y", None]) == [1]


def test_only_some_columns():
    contract = Contract(columns=tuple(COLUMNS.values()))
    assert set(compile_schema(contract, only={"pay", "nothing"}).columns) == {"pay"}
