"""What is exported counts the same failing rows as the gate: pandera's model, the suite of Great Expectations, the JSON Schema of a row."""

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import great_expectations as gx
import ibis
import jsonschema
import pandas as pd
import pandera.errors
import pytest
from great_expectations.core.expectation_suite import ExpectationSuite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.checks import discover
from audit.contract.exchange import gx_suite, pandera_plan, row_schema
from audit.contract.exchange.clauses import KINDS, Clause, clauses
from audit.contract.exchange.pandera_source import data_frame_model
from audit.core.check import RowCheck
from audit.core.contract import Contract
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import connect, frame_source
from tests.clauses import NONE, with_columns

WORDS = ["a", "b", "ab", "abc", "A", " a", "", "é", "1", "n/a", " ? "]
D014 = {"type": "custom", "engine": "assay"}
LOGICAL = {"x": "number", "i": "integer", "s": "string", "d": "timestamp", "b": "boolean"}


@dataclass(frozen=True)
class Stated:
    """A column of a contract, or a rule of its table, and the check that counts its failing rows."""

    kind: str
    code: str
    column: dict[str, Any]
    quality: tuple[dict[str, Any], ...] = ()


def options(column: str, kind: str, code: str, value: Any) -> Stated:
    return Stated(kind, code, {"name": column, "logicalTypeOptions": {kind.split()[-1]: value}})


def rule(column: str, kind: str, code: str, said: dict[str, Any]) -> Stated:
    return Stated(kind, code, {"name": column, "quality": [{**said, **NONE}]})


@st.composite
def statements(draw: st.DrawFn) -> list[Stated]:
    """One of each kind of clause that is about rows, with drawn bounds."""
    low, n = draw(st.integers(-3, 3)), draw(st.integers(0, 3))
    step = draw(st.sampled_from([0.5, 0.25, 0.75, 0.1, 0.3, 2]))
    day = f"{date(2024, 2, 28) + timedelta(draw(st.integers(0, 3)))}"
    pattern = draw(st.sampled_from(["^[a-c]{1,2}$", "b|^A", r"\w\w", r"^\s", "^(a|é)", "[[:upper:]]", r"\d"]))
    form = draw(st.sampled_from(["email", "ipv4", "hostname", "date", "binary"]))
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    numbers = draw(st.lists(st.integers(-4, 4), min_size=1, max_size=4, unique=True))
    sign = draw(st.sampled_from(["<", "<=", "=", "<>", ">", ">="]))
    condition = draw(st.sampled_from([
        f"x {sign} i", f"NOT (x {sign} i)", f"x {sign} i AND s = 'a'", f"x {sign} {low} OR i IS NULL", f"NOT (x {sign} i OR s = 'ab')",
        f"i IN ({low}, 2) AND x IS NOT NULL", f"x + i {sign} 2 * i", f"NOT i BETWEEN {low} AND 2", f"d {sign} '{day}'", f"b = TRUE AND x {sign} 0",
    ]))  # fmt: skip
    return [
        Stated("required", "D002", {"name": draw(st.sampled_from("xisdb")), "required": True}),
        Stated("unique", "D006", {"name": draw(st.sampled_from("xisd")), "unique": True}),
        *(options("x", kind, "D003", low + n / 2) for kind in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
        *(options("i", kind, "D003", low) for kind in ("minimum", "exclusiveMaximum")),
        *(options("d", kind, "D003", day) for kind in ("minimum", "exclusiveMaximum")),
        options("x", "multipleOf", "D003", step),
        options("i", "integer format", "D003", draw(st.sampled_from(["i8", "u8", "u16", "i64", "u64"]))),
        options("s", "pattern", "D005", pattern),
        options("s", "format", "D005", form),
        options("s", "minLength", "D012", n),
        options("s", "maxLength", "D012", n),
        Stated("enum", "D004", {"name": "s", "enum": [{"value": w} for w in words]}),
        Stated("enum", "D004", {"name": "i", "enum": [{"value": v} for v in numbers]}),
        Stated("enum", "D004", {"name": "b", "enum": [{"value": True}]}),
        rule("x", "nullValues", "D002", {"metric": "nullValues"}),
        rule("s", "missingValues", "D002", {"metric": "missingValues", "arguments": {"missingValues": ["n/a", "?", 1]}}),
        rule("i", "missingValues", "D002", {"metric": "missingValues", "arguments": {"missingValues": numbers}}),
        rule("s", "validValues", "D004", {"metric": "invalidValues", "arguments": {"validValues": words}}),
        rule("x", "validValues", "D004", {"metric": "invalidValues", "arguments": {"validValues": [*numbers, 0.5]}}),
        rule("s", "invalid pattern", "D005", {"metric": "invalidValues", "arguments": {"pattern": pattern}}),
        rule("s", "duplicateValues", "D006", {"metric": "duplicateValues"}),
        Stated("duplicateValues", "D006", {"name": "s"}, ({"metric": "duplicateValues", "arguments": {"properties": ["s", "i"]}, **NONE},)),
        Stated("duplicate rows", "D007", {"name": "s"}, ({"metric": "duplicateValues", **NONE},)),
        Stated("condition", "D014", {"name": "s"}, (D014 | {"implementation": {"check": "D014", "failing": condition}},)),
    ]  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A few rows with gaps, ties and values on every bound."""
    n = draw(st.integers(1, 10))

    def some(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(st.one_of(st.none(), values), min_size=n, max_size=n))

    numbers = st.one_of(st.integers(-8, 8).map(lambda v: v / 2), st.sampled_from([0.1, 0.3, 0.30000000000000004, 0.15]))
    texts = st.one_of(st.sampled_from(WORDS), st.sampled_from(["a@b.de", "1.2.3.4", "2024-02-29", "2023-02-29", "YQ==", "a-b.c", "a..b"]))
    days = st.integers(-2, 4).map(lambda k: date(2024, 2, 28) + timedelta(k))
    return pd.DataFrame({
        "x": pd.array(some(numbers), dtype="Float64"),
        "i": pd.array(some(st.one_of(st.integers(-4, 6), st.sampled_from([-129, 127, 128, 255, 256, 2**53 + 1]))), dtype="Int64"),
        "s": pd.Series(some(texts), dtype="str"),
        "d": pd.to_datetime(pd.Series(some(days))),
        "b": pd.array(some(st.booleans()), dtype="boolean"),
    })  # fmt: skip


def contract_of(stated: Stated, folder: Path) -> Contract:
    """A contract about all columns that says one thing of one of them."""
    columns = [{"logicalType": LOGICAL[n], **(stated.column if stated.column["name"] == n else {"name": n})} for n in LOGICAL]
    return with_columns(folder, *columns, quality=list(stated.quality))


def the_clause(contract: Contract, kind: str) -> Clause:
    (found,) = [c for c in clauses(contract) if c.kind == kind]
    return found


_BACKEND = connect()


def by_the_gate(frame: pd.DataFrame, stated: Stated, contract: Contract) -> int:
    """Count by the predicate of the gate's own check, which its own tests hold to the fused count."""
    source = frame_source(frame, _BACKEND)
    subject = Subject("t", source.table)
    found = [c for c in discover()[stated.code].plan(subject, contract) if isinstance(c, RowCheck)]
    check = next(c for c in found if c.limit.source == str(the_clause(contract, stated.kind).place))
    rows = source.table.mutate(assay_fault=check.failing(source.table).fill_null(False))
    (((count,),)) = AskEngine(source.backend).fetch(rows.aggregate(n=ibis._.assay_fault.sum()))[1]
    return int(count or 0)


def by_pandera(frame: pd.DataFrame, contract: Contract) -> int:
    """Count the rows of the exported model's failure cases."""
    try:
        data_frame_model(contract).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        assert cases["index"].notna().all(), cases
        return int(cases["index"].nunique())
    return 0


@pytest.fixture(scope="module")
def batches() -> Iterator[Any]:
    """A definition of batches in Great Expectations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about its own dependencies
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        yield context.data_sources.add_pandas("e").add_dataframe_asset("e").add_batch_definition_whole_dataframe("e")


def by_great_expectations(frame: pd.DataFrame, contract: Contract, kind: str, batches: Any) -> int:
    """Count by the unexpected counts of the exported suite, as Great Expectations reads it back from JSON."""
    document = json.loads(json.dumps(gx_suite.gx_suite(contract)))
    document["expectations"] = [e for e in document["expectations"] if e["meta"]["assay"]["clause"] == kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        results = batch.validate(ExpectationSuite(**document))["results"]
        assert results
        assert not any(r["exception_info"].get("raised_exception", True) for r in results), results
        return sum(int(r["result"]["unexpected_count"]) for r in results)


def by_json_schema(frame: pd.DataFrame, contract: Contract) -> int:
    """Count the rows that the exported schema refuses, each as a JSON object."""
    # numbers as JSON writes them, not as doubles: the library takes 0.3 / 0.1 for no whole number
    schema = json.loads(json.dumps(row_schema.row_schema(contract)), parse_float=Decimal)
    jsonschema.Draft202012Validator.check_schema(json.loads(json.dumps(row_schema.row_schema(contract))))
    validator = jsonschema.Draft202012Validator(schema)
    # pandas itself writes 15 digits, and 0.30000000000000004 has 17
    written = json.dumps(
        [{k: None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")], default=lambda v: v.isoformat()
    )
    rows = json.loads(written, parse_float=Decimal)
    return sum(not validator.is_valid(row) for row in rows)


STATES: dict[str, tuple[Any, Callable[..., int]]] = {
    "pandera": (lambda c: pandera_plan.plan(c).left_out, lambda frame, contract, kind, batches: by_pandera(frame, contract)),
    "Great Expectations": (lambda c: gx_suite.stated(c)[1], by_great_expectations),
    "JSON Schema": (None, lambda frame, contract, kind, batches: by_json_schema(frame, contract)),
}


def states(tool: str, contract: Contract, kind: str) -> bool:
    if tool == "JSON Schema":
        return not any(f": {kind}" in line for line in row_schema.row_schema(contract)["x-assay-not-stated"])
    return not any(one.clause.kind == kind for one in STATES[tool][0](contract))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(frame=tables(), stated=statements())
def test_all_that_can_state_a_clause_count_the_same_rows(frame: pd.DataFrame, stated: list[Stated], batches: Any, tmp_path: Path) -> None:
    for one in stated:
        contract = contract_of(one, tmp_path)
        ours = by_the_gate(frame, one, contract)
        for tool, (_, count) in STATES.items():
            if states(tool, contract, one.kind):
                assert count(frame, contract, one.kind, batches) == ours, f"{tool}: {one.column} {one.quality}: the gate {ours}\n{frame}"


@given(stated=statements())
@settings(max_examples=1, deadline=None)
def test_every_kind_about_rows_is_among_the_witnessed(stated: list[Stated]) -> None:
    # the rest are about the schema, about the number of rows, or counted by a check that is not about rows
    rest = {"column", "logicalType", "primaryKey", "rowCount", "sql", "date format", "minItems", "maxItems", "uniqueItems", "dimensions"}
    nobody = set(pandera_plan.CANNOT) & set(gx_suite.CANNOT) & set(row_schema.CANNOT)
    assert {s.kind for s in stated} == set(KINDS) - rest - nobody - {"greatExpectations"}
