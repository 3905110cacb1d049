"""Everything a contract says, one clause at a time, in the kinds that other tools can or cannot state."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.contract.formats import FORMATS, date_pattern
from audit.contract.lint import MOMENTS, NUMBERS
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.limit import Limit

NO_ROW = Limit(high=0)
#: Formats of numbers that say how they are stored.
STORED = ("f32", "f64")
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
#: Options that become clauses of their own name; the two whose name does not say enough are told apart below.
OPTIONS = (*BOUNDS, "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "dimensions", "pattern")

#: Every kind of clause, with what a contract writes.
KINDS: dict[str, str] = {
    "column": "`name` of a column",
    "logicalType": "`logicalType`",
    "required": "`required`",
    "primaryKey": "`primaryKey`",
    "unique": "`unique`",
    **{name: f"`{name}`" for name in OPTIONS},
    "format": "`format` of text",
    "integer format": "`format` of numbers, such as `i32`",
    "date format": "`format` of dates",
    "other option": "`timezone`, `minProperties`, `items` and what else no check looks at",
    "enum": "`enum`",
    "relationships": "`relationships`",
    "classification": "`classification`",
    "rowCount": "`rowCount`",
    "nullValues": "`nullValues`",
    "missingValues": "`missingValues`",
    "validValues": "`invalidValues` with `validValues`",
    "invalid pattern": "`invalidValues` with `pattern`",
    "duplicateValues": "`duplicateValues` of columns",
    "duplicate rows": "`duplicateValues` of whole rows",
    "condition": "`{check: D014, failing: …}`",
    "sql": "`type: sql`",
    "greatExpectations": "`engine: greatExpectations`",
    "assay": "`engine: assay`",
    "text": "`type: text`, other engines",
    "service level": "`slaProperties`",
    "custom property": "`customProperties`",
}


@dataclass(frozen=True)
class Clause:
    """One thing that a contract says.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    place : Place
        Its line.
    columns : tuple of str
        The columns it is about; none for the table as a whole.
    value : object
        What it says: a bound, a pattern, the listed values.
    limit : Limit
        How many rows may break it, or how many rows there may be.
    rule : Rule or None
        The quality rule it comes from; ``None`` for standard keys of a column.
    """

    kind: str
    place: Place
    columns: tuple[str, ...] = ()
    value: Any = None
    limit: Limit = field(default=NO_ROW)
    rule: Rule | None = None

    @property
    def column(self) -> str:
        """The only column it is about; empty where there is none, or several."""
        return self.columns[0] if len(self.columns) == 1 else ""

    @property
    def allows_no_row(self) -> bool:
        """Whether a single failing row breaks it."""
        limit = self.limit
        return limit.high == 0 and not limit.exclude_high and not limit.inverse and limit.low in (None, 0)

    @property
    def text(self) -> str:
        """What the clause says, in a few words."""
        about = f" of {', '.join(self.columns)}" if self.columns else ""
        allowed = "" if self.rule is None or self.allows_no_row or not self.limit.judges else f", {self.limit}{self._of_what()}"
        name = f" “{self.rule.name}”" if self.rule and self.rule.name else ""
        return f"{self.kind}{about}{name}{said(self.value)}{allowed}"

    def _of_what(self) -> str:
        return " of the rows" if self.limit.measurement == "failing_share" else ""


@dataclass(frozen=True)
class LeftOut:
    """A clause that another tool cannot state.

    Parameters
    ----------
    clause : Clause
        What was left out.
    reason : str
        Why.
    """

    clause: Clause
    reason: str

    def __str__(self) -> str:
        """Return the clause with its line and the reason."""
        return f"{self.clause.place}: {self.clause.text}: {self.reason}"


def said(value: Any) -> str:
    """Return a value as the end of a sentence; empty where there is none."""
    if value in (None, True, (), [], {}):
        return ""
    if isinstance(value, Mapping):
        value = ", ".join(f"{k}: {v}" for k, v in value.items())
    elif isinstance(value, (list, tuple)):
        value = ", ".join(str(getattr(v, "text", v)) for v in value)
    text = " ".join(str(getattr(value, "text", value)).split())
    return f" {text}" if len(text) <= 80 else f" {text[:79]}…"


def clauses(contract: Contract) -> Iterator[Clause]:
    """Yield every clause of a contract, those of the columns in order, then those of the table, then what is beyond the rows."""
    for column in contract.columns:
        yield from _of_column(column)
        yield from (c for rule in column.rules for c in _of_rule(rule))
    key = [c for c in contract.columns if c.primary_key]
    if key:
        yield Clause("primaryKey", key[0].place("primaryKey"), tuple(c.name for c in key))
    yield from (c for rule in contract.rules for c in _of_rule(rule))
    for foreign in contract.relationships:
        yield Clause("relationships", foreign.place, foreign.columns, f"{foreign.table} ({', '.join(foreign.to)})")
    for level in contract.service_levels:
        yield Clause("service level", level.place, (level.column,) if level.column else (), f"{level.kind} {level.amount} {level.unit}")
    for place, what in contract.unevaluated:
        yield Clause("other option", place, value=what)
    for place, what in contract.beyond_data:
        yield Clause("service level" if "service level" in what else "other option", place, value=what)
    for name, value in contract.custom.items():
        yield Clause("custom property", contract.custom_place(name), value={name: value})


def _of_column(column: Column) -> Iterator[Clause]:
    own = (column.name,)
    yield Clause("column", column.place("name"), own)
    if column.logical_type:
        yield Clause("logicalType", column.place("logicalType"), own, column.logical_type)
    for kind, says in (("required", column.required), ("unique", column.unique)):
        if says:
            yield Clause(kind, column.place(kind), own)
    for option in OPTIONS:
        value = column.options.get(option)
        if value is not None and value is not False:
            yield Clause(option, column.place(option), own, value)
    form = column.options.get("format")
    if form is not None:
        kind = "integer format" if column.logical_type in NUMBERS else "date format" if column.logical_type in MOMENTS else "format"
        judged = {"integer format": form not in STORED, "date format": date_pattern(str(form)) is not None, "format": form in FORMATS}
        if judged[kind]:
            yield Clause(kind, column.place("format"), own, form)
    if column.enum:
        yield Clause("enum", column.place("enum"), own, list(column.enum))
    if column.classification:
        yield Clause("classification", column.place("classification"), own, column.classification)
    for name, value in column.custom.items():
        yield Clause("custom property", column.place(name), own, {name: value})


def _of_rule(rule: Rule) -> Iterator[Clause]:
    own = (rule.column,) if rule.column else ()

    def clause(kind: str, value: Any = None, columns: Sequence[str] = own) -> Clause:
        return Clause(kind, rule.place, tuple(columns), value, rule.limit, rule)

    by_metric: dict[str, Callable[[], Clause]] = {
        "rowCount": lambda: clause("rowCount"),
        "nullValues": lambda: clause("nullValues"),
        "missingValues": lambda: clause("missingValues", list(rule.arguments.get("missingValues") or [])),
        "duplicateValues": lambda: (
            clause("duplicateValues", columns=own or rule.arguments["properties"])
            if own or rule.arguments.get("properties")
            else clause("duplicate rows")
        ),
    }
    if rule.metric == "invalidValues":
        if rule.arguments.get("validValues"):
            yield clause("validValues", list(rule.arguments["validValues"]))
        if rule.arguments.get("pattern"):
            yield clause("invalid pattern", rule.arguments["pattern"])
    elif rule.metric in by_metric:
        yield by_metric[rule.metric]()
    elif rule.kind == "sql":
        yield clause("sql", rule.query)
    elif rule.engine == "greatExpectations":
        told = dict(rule.implementation)
        name = told.pop("type", None) or told.pop("expectation_type", None)
        yield clause("greatExpectations", {"type": name, **told})
    elif rule.engine == "assay":
        condition = rule.implementation.get("check") == "D014" and rule.implementation.get("failing")
        if condition and set(rule.implementation) == {"check", "failing"}:
            yield Clause("condition", rule.place, own, condition, Limit(high=0, blocking=rule.limit.blocking), rule)
        else:
            yield clause("assay", dict(rule.implementation))
    else:
        yield clause("text", rule.description or rule.engine)


#: Kinds that say what a column is, not which rows are right: told together.
ABOUT = ("classification", "custom property")


def listed(left_out: Sequence[LeftOut]) -> list[str]:
    """Return what another tool cannot state, one line a clause; clauses that are about no row in one line a kind."""
    lines = [str(one) for one in left_out if one.clause.kind not in ABOUT]
    for kind in ABOUT:
        some = [one for one in left_out if one.clause.kind == kind]
        about = dict.fromkeys(f"{', '.join(one.clause.columns) or 'the table'}{said(one.clause.value)}" for one in some)
        if some:
            lines.append(f"{kind} ({'; '.join(about)}): {some[0].reason}")
    return lines
