"""Three witnesses count the rows that break a rule: the fused engine, pandera and Great Expectations, each in its own way."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pandera.pandas as pa
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.contract.read import read_contract
from audit.core.subject import Subject
from audit.engines.sources import frame_source
from audit.run import examine

PATTERN = "^[a-c]{1,2}$"
WORDS = ["a", "b", "ab", "abc", "A", " a", "", "é", "None", "c\n"]


@dataclass(frozen=True)
class Stated:
    """One rule in three languages.

    Parameters
    ----------
    column : str
        What it is about.
    clause : dict
        As an ODCS property states it.
    code : str
        Which of our checks counts it.
    pandera : pandera.Check or str
        As pandera states it: a check of values, or ``nullable`` or ``unique``.
    gx : great_expectations expectation
        As Great Expectations states it.
    """

    column: str
    clause: dict[str, Any]
    code: str
    pandera: Any = field(repr=False)
    gx: Any = field(repr=False)


def valid(values: list[Any]) -> dict[str, Any]:
    """Return the clause that admits these values alone."""
    return {"quality": [{"metric": "invalidValues", "arguments": {"validValues": values}, "mustBe": 0}]}


@st.composite
def rules(draw: st.DrawFn) -> list[Stated]:
    """One rule of each kind, with drawn bounds."""
    low = draw(st.integers(-3, 2))
    high = low + draw(st.integers(0, 4))
    shortest = draw(st.integers(0, 2))
    longest = shortest + draw(st.integers(0, 2))
    allowed = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    numbers = draw(st.lists(st.integers(-4, 4), min_size=1, max_size=4, unique=True))
    day = date(2024, 2, 28) + timedelta(draw(st.integers(0, 3)))
    between = gxe.ExpectColumnValuesToBeBetween
    return [
        Stated("x", {"required": True}, "D002", "nullable", gxe.ExpectColumnValuesToNotBeNull(column="x")),
        Stated("s", {"required": True}, "D002", "nullable", gxe.ExpectColumnValuesToNotBeNull(column="s")),
        Stated(
            "x", {"logicalTypeOptions": {"minimum": low, "maximum": high}}, "D003",
            pa.Check.in_range(low, high), between(column="x", min_value=low, max_value=high),
        ),
        Stated(
            "i", {"logicalTypeOptions": {"exclusiveMinimum": low, "exclusiveMaximum": high + 1}}, "D003",
            pa.Check.in_range(low, high + 1, include_min=False, include_max=False),
            between(column="i", min_value=low, max_value=high + 1, strict_min=True, strict_max=True),
        ),
        Stated(
            "d", {"logicalTypeOptions": {"minimum": f"{day}"}}, "D003",
            pa.Check.ge(pd.Timestamp(day)), between(column="d", min_value=pd.Timestamp(day)),
        ),
        Stated("s", valid(allowed), "D004", pa.Check.isin(allowed), gxe.ExpectColumnValuesToBeInSet(column="s", value_set=allowed)),
        Stated("i", valid(numbers), "D004", pa.Check.isin(numbers), gxe.ExpectColumnValuesToBeInSet(column="i", value_set=numbers)),
        Stated(
            "s", {"logicalTypeOptions": {"pattern": PATTERN}}, "D005",
            pa.Check.str_matches(r"[a-c]{1,2}\Z"), gxe.ExpectColumnValuesToMatchRegex(column="s", regex=r"^[a-c]{1,2}\Z"),
        ),
        Stated(
            "s", {"logicalTypeOptions": {"minLength": shortest, "maxLength": longest}}, "D012",
            pa.Check.str_length(shortest, longest), gxe.ExpectColumnValueLengthsToBeBetween(column="s", min_value=shortest, max_value=longest),
        ),
        Stated("i", {"unique": True}, "D006", "unique", gxe.ExpectColumnValuesToBeUnique(column="i")),
        Stated("s", {"unique": True}, "D006", "unique", gxe.ExpectColumnValuesToBeUnique(column="s")),
    ]  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """A few rows with gaps, ties and values on every bound."""
    n = draw(st.integers(1, 12))

    def some(values: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    return pd.DataFrame({
        "x": pd.array(some(st.one_of(st.none(), st.integers(-8, 8).map(lambda v: v / 2))), dtype="Float64"),
        "i": pd.array(some(st.one_of(st.none(), st.integers(-4, 6))), dtype="Int64"),
        "s": pd.Series(some(st.one_of(st.none(), st.sampled_from(WORDS))), dtype="str"),
        "d": pd.to_datetime(pd.Series(some(st.one_of(st.none(), st.integers(-2, 4).map(lambda k: date(2024, 2, 28) + timedelta(k)))))),
    })  # fmt: skip


LOGICAL = {"x": "number", "i": "integer", "s": "string", "d": "timestamp"}


def engine(frame: pd.DataFrame, stated: list[Stated], folder: Any) -> list[int]:
    """Count by one gate whose contract holds every rule; a column that stands under several rules of one kind is told apart by their order."""
    properties = [{"name": r.column, "logicalType": LOGICAL[r.column], **r.clause} for r in stated]
    # one contract for each rule of a column, since a property has each key once; all columns travel together
    rounds: list[list[int]] = []
    for position, rule in enumerate(stated):
        home = next((r for r in rounds if all(stated[p].column != rule.column for p in r)), None)
        rounds.append([position]) if home is None else home.append(position)
    found: dict[int, int] = {}
    for positions in rounds:
        document = {
            "apiVersion": "v3.1.0", "kind": "DataContract", "id": "w", "version": "1", "status": "active",
            "schema": [{"name": "w", "properties": [properties[p] for p in positions]}],
        }  # fmt: skip
        file = folder / "w.odcs.yaml"
        file.write_text(yaml.safe_dump(document), encoding="utf-8")
        source = frame_source(frame)
        run = examine(Subject("w", source.table), verb="gate", families=("quality",), contract=read_contract(file)).run
        for p in positions:
            (result,) = [r for r in run.results if (r.code, r.place) == (stated[p].code, stated[p].column)]
            (count,) = [m.value for m in result.measurements if m.name == "failing_rows"]
            found[p] = int(count or 0)
    return [found[p] for p in range(len(stated))]


def by_pandera(frame: pd.DataFrame, rule: Stated) -> int:
    """Count by pandera's own failure cases."""
    if rule.pandera == "nullable":
        column = pa.Column(nullable=False)
    elif rule.pandera == "unique":
        column = pa.Column(nullable=True, unique=True, report_duplicates="all")
    else:
        column = pa.Column(nullable=True, checks=rule.pandera)
    try:
        pa.DataFrameSchema({rule.column: column}).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        # nulls repeat each other to pandera; to us they are D002's business
        return int((cases["failure_case"].notna() | (rule.pandera == "nullable")).sum())
    return 0


@pytest.fixture(scope="module")
def batches() -> Iterator[Any]:
    """A definition of batches in Great Expectations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about its own dependencies
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        yield context.data_sources.add_pandas("w").add_dataframe_asset("w").add_batch_definition_whole_dataframe("w")


def by_great_expectations(frame: pd.DataFrame, stated: list[Stated], batches: Any) -> list[int]:
    """Count by Great Expectations' unexpected counts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        return [int(batch.validate(rule.gx)["result"]["unexpected_count"]) for rule in stated]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=tables(), stated=rules())
def test_the_three_agree_on_every_count(frame: pd.DataFrame, stated: list[Stated], batches: Any, tmp_path: Any) -> None:
    ours = engine(frame, stated, tmp_path)
    pandera = [by_pandera(frame, rule) for rule in stated]
    theirs = by_great_expectations(frame, stated, batches)
    for rule, a, b, c in zip(stated, ours, pandera, theirs, strict=True):
        assert (a, b, c) == (a, a, a), f"{rule.column} {rule.clause}: engine {a}, pandera {b}, Great Expectations {c}"


# ibis reads its results through an option of pandas that is going away
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
def test_where_a_witness_sleeps_it_is_known() -> None:
    """Pandera's ibis back end passes ``unique=True`` without a look (0.35); where this fails, it has learnt to count and may witness for tables."""
    import ibis
    import pandera.ibis as pai

    twice = ibis.memtable(pd.DataFrame({"i": [1, 1]}))
    schema = pai.DataFrameSchema({"i": pai.Column(int, unique=True)})
    assert schema.validate(twice, lazy=True).count().execute() == 2


def test_nan_is_missing_to_all_three(batches: Any, tmp_path: Any) -> None:
    frame = pd.DataFrame({"x": [1.0, float("nan"), 99.0]})
    missing = Stated("x", {"required": True}, "D002", "nullable", gxe.ExpectColumnValuesToNotBeNull(column="x"))
    bounds = {"logicalTypeOptions": {"maximum": 5}}
    inside = Stated("x", bounds, "D003", pa.Check.le(5), gxe.ExpectColumnValuesToBeBetween(column="x", max_value=5))
    stated = [missing, inside]
    assert engine(frame, stated, tmp_path) == [by_pandera(frame, r) for r in stated] == by_great_expectations(frame, stated, batches) == [1, 1]
