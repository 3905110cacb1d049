"""D013 on small tables."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d013_referential_integrity import ReferentialIntegrity
from audit.core.check import Findings
from audit.core.contract import Contract, Place, Relationship
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import connect, frame_source
from tests.answers import findings, one, status
from tests.predicates import NAN, picked, rule

PLACE = Place("t.odcs.yaml", 5)


def examined(child, parent, columns=("a",), to=("id",), rules=()) -> tuple[ReferentialIntegrity, Findings, list[int]]:
    backend = connect()
    tables = {} if parent is None else {"people": frame_source(pa.table(parent), backend).table}
    subject = Subject("orders", frame_source(pa.table(child), backend).table, tables=tables)
    keys = [] if rules else [Relationship(tuple(columns), "people", tuple(to), PLACE)]
    (check,) = ReferentialIntegrity.plan(subject, Contract(table="orders", relationships=keys, rules=rules))
    engine = AskEngine(backend)
    found = findings(check, subject, engine)
    return check, found, picked(check, subject, engine) if parent is not None else []


@pytest.mark.parametrize(
    ("child", "parent", "rows"),
    [
        ({"a": [1, 2, None, 9, 9]}, {"id": [1, 2, 3]}, [3, 4]),
        ({"a": [1, 2]}, {"id": [1, None]}, [1]),
        ({"a": [1]}, {"id": pa.array([], pa.int64())}, [0]),
        ({"a": pa.array([None], pa.int64())}, {"id": [1]}, []),
        ({"a": pa.array([], pa.int64())}, {"id": [1]}, []),
        ({"a": [1.0, NAN, None, 3.0]}, {"id": [1, 2]}, [3]),
        ({"a": [1, 2]}, {"id": ["1", "x"]}, [1]),
        ({"a": [1.0, 2.5]}, {"id": ["1", "2.5"]}, []),
        ({"a": ["x", "X", "", "ß"]}, {"id": ["x", "ß"]}, [1, 2]),
        ({"a": [2**53 + 1, 2**53]}, {"id": [2**53 + 1]}, [1]),
        ({"a": [dt.date(1850, 1, 1), dt.date(2020, 1, 1)]}, {"id": [dt.date(1850, 1, 1)]}, [1]),
    ],
)
def test_keys_of_one_column(child, parent, rows):
    check, found, faulty = examined(child, parent)
    assert faulty == rows
    assert one(found, "failing_rows", check.where).value == len(rows)
    assert one(found, "failing_rows", check.where).n == len(child["a"])


@pytest.mark.parametrize(
    ("child", "parent", "rows"),
    [
        ({"a": [1, 1, 2], "b": ["x", "y", "x"]}, {"id": [1, 2], "c": ["x", "x"]}, [1]),
        ({"a": [1, None, 3], "b": [None, "x", "x"]}, {"id": [1], "c": ["x"]}, [2]),
        ({"a": ["1:2", "1"], "b": ["3", "2:3"]}, {"id": ["1:2"], "c": ["3"]}, [1]),
        ({"a": ["ab", "a"], "b": ["c", "bc"]}, {"id": ["a"], "c": ["bc"]}, [0]),
        ({"a": [1, 2], "b": [1.0, 2.0]}, {"id": [1.0, 2.0], "c": [1, 3]}, [1]),
        ({"a": [Decimal("1.50")], "b": [1]}, {"id": [1.5], "c": [1]}, []),
        ({"a": [dt.date(2020, 1, 1)], "b": [1]}, {"id": [dt.datetime(2020, 1, 1)], "c": [1]}, []),
    ],
)
def test_keys_of_two_columns(child, parent, rows):
    check, found, faulty = examined(child, parent, ("a", "b"), ("id", "c"))
    assert faulty == rows
    assert one(found, "failing_rows", check.where).value == len(rows)


def test_the_sentence_names_both_sides_and_what_was_left_out():
    check, found, _ = examined({"a": [1, 2, None, 9, 9]}, {"id": [1, 2]})
    assert found.message == "In 2 of 5 rows (40.0 %), a is not in people.id: 1 key points at nothing; 1 row without a complete a is left out."
    assert {m.name: m.value for m in found.measurements} == {"failing_rows": 2, "failing_share": 0.4, "orphan_keys": 1, "largest_group": 2}
    assert check.reason() == "a is not in people.id"
    assert (check.clauses, check.limit.source) == (("t.odcs.yaml:5",), "t.odcs.yaml:5")
    _, found, _ = examined({"a": [1, 2], "b": [1, 1]}, {"id": [1, 2], "c": [1, 1]}, ("a", "b"), ("id", "c"))
    assert found.message == "Every a + b of 2 rows is in people (id and c)."


def test_without_the_other_table_nothing_is_known():
    check, found, _ = examined({"a": [1]}, None)
    assert status(check, found) is Status.UNDECIDED
    assert found.message == "Whether every a is in people.id is unknown: there is no table 'people' beside the data or under 'tables'."
    assert "tables: {people: people.parquet}" in found.advice
    assert one(found, "failing_rows", check.where).value is None


def test_a_table_may_point_at_itself():
    backend = connect()
    subject = Subject("staff", frame_source(pa.table({"id": [1, 2, 3], "boss": [None, 1, 9]}), backend).table)
    contract = Contract(table="staff", relationships=[Relationship(("boss",), "staff", ("id",), PLACE)])
    (check,) = ReferentialIntegrity.plan(subject, contract)
    assert picked(check, subject, AskEngine(backend)) == [2]


def test_a_rule_names_the_key_itself():
    own = rule(kind="custom", engine="assay", implementation={"check": "D013", "columns": "id", "table": "people"})
    check, _, faulty = examined({"id": [1, 5]}, {"id": [1]}, rules=[own])
    assert (faulty, check.to) == ([1], ("id",))


@pytest.mark.parametrize(
    ("implementation", "error", "words"),
    [
        ({"columns": ["a"]}, UsageError, "D013 names no columns or no table"),
        ({"table": "people"}, UsageError, "D013 names no columns or no table"),
        ({"columns": ["a"], "table": "people", "to": ["id", "c"]}, UsageError, "1 column cannot point to 2"),
        ({"columns": ["b"], "table": "people", "to": ["id"]}, NotApplicable, "no column 'b'"),
        ({"columns": ["a"], "table": "people", "to": ["di"]}, DataError, "'people' has no column 'di', to which 'a' points. Known: id"),
    ],
)
def test_keys_that_make_no_sense(implementation, error, words):
    own = rule(kind="custom", engine="assay", implementation={"check": "D013", **implementation})
    with pytest.raises(error, match=words):
        examined({"a": [1]}, {"id": [1]}, rules=[own])


KEYS = st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=12)


@settings(max_examples=25, deadline=None)
@given(KEYS, KEYS)
def test_pandas_finds_the_same_orphans(keys, others):
    series = pd.Series(keys, dtype="Int64")
    expected = [int(i) for i in series.index[series.notna() & ~series.isin([o for o in others if o is not None])]]
    _, _, faulty = examined({"a": pa.array(keys, pa.int64())}, {"id": pa.array(others, pa.int64())})
    assert faulty == expected
