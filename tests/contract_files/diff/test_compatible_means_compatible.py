"""The definition of compatible, held against the gate itself.

Compatible for producers: no data that kept the old contract break the new one. For consumers: no data that keep the new one break the old one.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import ibis
import numpy as np
import pandas as pd
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.contract.diff.compare import Side, compare
from audit.contract.read import parse_tables
from audit.core.check import Check, RowCheck, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import connect, frame_source
from audit.run import Settings, hold, judge, plan

NUMBERS, WORDS = [-1, 0, 1, 2, 3, 4, 6], ["", "a", "ab", "B", "1", "2"]
FRAMES = ("int64", "float64", "string")

bounds = st.fixed_dictionaries(
    {},
    optional={
        "minimum": st.sampled_from([-1, 0, 1, 2]),
        "maximum": st.sampled_from([2, 3, 4]),
        "exclusiveMinimum": st.sampled_from([-2, -1, 0, 1]),
        "exclusiveMaximum": st.sampled_from([3, 4, 5]),
        "multipleOf": st.sampled_from([1, 2, 3]),
        "format": st.sampled_from(["i8", "u8", "i16"]),
    },
)
lengths = st.fixed_dictionaries(
    {},
    optional={"minLength": st.sampled_from([0, 1]), "maxLength": st.sampled_from([1, 2]), "pattern": st.sampled_from(["^a", "^[ab]+$", "[A-Z]"])},
)
operators = st.sampled_from(
    [
        {"mustBe": 0},
        {"mustBe": 1},
        {"mustNotBe": 0},
        {"mustBeLessThan": 2},
        {"mustBeLessOrEqualTo": 1},
        {"mustBeGreaterThan": 0},
        {"mustBeBetween": [0, 2]},
        {"mustNotBeBetween": [1, 2]},
        {"mustBeLessOrEqualTo": 50, "unit": "percent"},
        {"mustBeLessThan": 50, "unit": "percent"},
        {"mustBe": 0, "unit": "percent"},
    ]
)
severities = st.sampled_from([{}, {}, {"severity": "warning"}])


def rules(values: list[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    listed = st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True)
    metric = st.one_of(
        st.just({"metric": "nullValues"}),
        st.just({"metric": "duplicateValues"}),
        st.builds(lambda v: {"metric": "missingValues", "arguments": {"missingValues": v}}, listed),
        st.builds(lambda v: {"metric": "invalidValues", "arguments": {"validValues": v}}, listed),
    )
    one = st.builds(lambda m, o, s: {**m, **o, **s}, metric, operators, severities)
    return st.lists(one, max_size=1)


@st.composite
def columns(draw: Any, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["integer", "number", "string", None]))
    words = kind == "string"
    values = WORDS if words else NUMBERS
    found: dict[str, Any] = {"name": name} | ({"logicalType": kind} if kind else {})
    found |= draw(st.fixed_dictionaries({}, optional={k: st.just(True) for k in ("required", "unique", "primaryKey")}))
    options = draw(lengths if words else bounds)
    if kind is None:  # without a type, a format could be one of texts or of numbers
        options.pop("format", None)
    if options:
        found["logicalTypeOptions"] = options
    if draw(st.booleans()):
        found["enum"] = [{"value": v} for v in draw(st.lists(st.sampled_from(values), min_size=1, max_size=5, unique=True))]
    if draw(st.booleans()):
        found["quality"] = draw(rules(values))
    return found


@st.composite
def tables(draw: Any) -> dict[str, Any]:
    count = draw(st.sampled_from([[], [{"metric": "rowCount", "mustBeGreaterThan": 1}], [{"metric": "rowCount", "mustBeBetween": [1, 3]}]]))
    keys = draw(st.sampled_from([[], [{"metric": "duplicateValues", "arguments": {"properties": ["a", "b"]}, "mustBe": 0}]]))
    names = draw(st.sampled_from([["a"], ["a"], ["a"], ["a", "b"]]))
    return {"name": "t", "quality": [*count, *(keys if len(names) == 2 else [])], "properties": [draw(columns(n)) for n in names]}


CLAUSES = ["required", "unique", "primaryKey", "logicalTypeOptions", "enum", "quality", "logicalType"]


@st.composite
def pairs(draw: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw two versions that differ in a few places, as versions do."""
    old, other = draw(tables()), draw(tables())
    new = {**old, "properties": [dict(p) for p in old["properties"]]}
    if draw(st.integers(0, 3)) == 0 and len(new["properties"]) == len(other["properties"]):
        new["quality"] = other["quality"]
    there = {p["name"]: p for p in other["properties"]}
    for i, column in enumerate(new["properties"]):
        source = there.get(column["name"], column)
        keys = draw(st.sets(st.sampled_from(CLAUSES), min_size=1, max_size=2))
        taken = {k: source[k] for k in keys if k in source}
        new["properties"][i] = {k: v for k, v in column.items() if k not in keys} | taken
    return old, new


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    size = draw(st.integers(1, 4))
    made = {}
    for name in draw(st.sampled_from([["a", "b"], ["a", "b"], ["a", "b"], ["a"], ["b", "a"]])):
        kind = draw(st.sampled_from(FRAMES))
        pool = [str(w) for w in WORDS] if kind == "string" else NUMBERS
        cells = draw(st.lists(st.one_of(st.sampled_from(pool), st.none()), min_size=size, max_size=size))
        made[name] = pd.array(cells, dtype={"int64": "Int64", "float64": "Float64", "string": "string"}[kind])
    return pd.DataFrame(made)


@cache
def backend() -> Any:
    return connect()


def read(table: dict[str, Any]) -> Side | None:
    document = {"apiVersion": "v3.2.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active", "schema": [table]}
    try:
        reading, contracts = parse_tables(yaml.safe_dump(document, sort_keys=False), "c.odcs.yaml")
    except Exception:  # noqa: BLE001 (drawn at random, some contradict themselves)
        return None
    return Side("c.odcs.yaml", reading.document, reading.lines, contracts)


def planned(subject: Subject, contract: Contract) -> list[Check]:
    """Return the checks of what is declared, and those of the schema and the number of rows, which are always made."""
    checks, _ = plan(subject, contract, ["quality"], Settings(declared_only=True))
    return [c for c in checks if c.code in ("D001", "D008") or c.clauses]


def keeps(frame: pd.DataFrame, contract: Contract) -> bool:
    """Return whether the gate would stop at nothing that the contract declares."""
    source = frame_source(frame, backend())
    subject = Subject("t", source.table)
    outcomes, _ = hold([(subject, c) for c in planned(subject, contract)], AskEngine(source.backend))
    return all(o.status not in (Status.FAILED, Status.ERROR) for o in outcomes)


#: Every value, and none, in each type; each is a table of one row.
POOLS = {
    "int64": pd.DataFrame({n: pd.array([*range(-3, 8), None], dtype="Int64") for n in "ab"}),
    "float64": pd.DataFrame({n: pd.array([*np.arange(-3, 7.5, 0.5), None], dtype="Float64") for n in "ab"}),
    "string": pd.DataFrame({n: pd.array([*WORDS, "abc", "Ab", "0", "3", None], dtype="string") for n in "ab"}),
}


@cache
def pool(kind: str) -> Subject:
    return Subject("t", frame_source(POOLS[kind], backend()).table)


def keeping_rows(kind: str, contract: Contract) -> list[bool]:
    """Return of each row of a pool whether the table of this row alone would keep the contract."""
    subject = pool(kind)
    checks = planned(subject, contract)
    empty = subject.table["a"].isnull()  # where one column of a pool has no value, none has
    fits = {gap: _fits(subject.with_table(subject.table.filter(empty if gap else ~empty)), checks) for gap in (True, False)}
    enough = all(judge(c, [Measurement("row_count", 1)]) is not Status.FAILED for c in checks if c.code == "D008")
    applied = {f"p{i}": c for i, c in enumerate(checks) if isinstance(c, RowCheck) and applies(c, subject)}
    # a single row shares its key with no other
    failing = {k: ibis.literal(False) if c.compares_rows else c.failing(subject.table).fill_null(False) for k, c in applied.items()}
    answered = backend().con.execute(str(backend().compile(subject.table.select(r=ibis.row_number(), gap=empty, **failing).order_by("r")))).fetchall()

    def held(row: tuple[Any, ...]) -> bool:
        outcomes = [judge(c, rows_measured(int(f), 1, {})) for c, f in zip(applied.values(), row[2:], strict=True)]
        return enough and fits[row[1]] and Status.FAILED not in outcomes

    return [held(row) for row in answered]


def _fits(rows: Subject, checks: Sequence[Check]) -> bool:
    (schema,), _ = hold([(rows, c) for c in checks if c.code == "D001"], AskEngine(backend()))
    return schema.status is Status.PASSED


def applies(check: Check, subject: Subject) -> bool:
    try:
        check.asks(subject)
    except NotApplicable:
        return False
    return True


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(pairs(), frames())
def test_no_data_break_what_is_called_compatible(pair, drawn):
    old, new = (read(t) for t in pair)
    if old is None or new is None:
        return
    diff = compare(old, new)
    producers = all(c.effect.producers == "compatible" for c in diff.changes)
    consumers = all(c.effect.consumers == "compatible" for c in diff.changes)
    if not diff.changes or not (producers or consumers):
        return
    outcomes = [(keeps(drawn, old.tables[0]), keeps(drawn, new.tables[0]))]
    for kind in POOLS:
        outcomes += zip(keeping_rows(kind, old.tables[0]), keeping_rows(kind, new.tables[0]), strict=True)
    for before, after in outcomes:
        assert not (producers and before and not after), (pair, diff.changes)
        assert not (consumers and after and not before), (pair, diff.changes)


def test_rows_taken_one_by_one_keep_what_tables_of_one_row_keep():
    table = {"name": "t", "properties": [{"name": "a", "logicalType": "integer", "required": True, "logicalTypeOptions": {"minimum": 2}}]}
    contract = read(table).tables[0]
    frame = POOLS["int64"]
    assert keeping_rows("int64", contract) == [keeps(frame.iloc[[i]], contract) for i in range(len(frame))] == [False] * 5 + [True] * 6 + [False]
    assert not any(keeping_rows("string", contract))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tables())
def test_a_contract_does_not_differ_from_itself(table):
    side = read(table)
    if side is not None:
        diff = compare(side, side)
        assert diff.changes == []
        assert (diff.version.asked, diff.version.enough) == ("none", True)
