"""D017: numbers and days that are kept as text, and cells that are not written like the rest of their column."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks import found
from audit.checks.quality.column_forms import Verdict, judge_values, ruling_form
from audit.checks.quality.sentinels import SHORT_LIST, means_missing, spellings
from audit.checks.quality.value_forms import shape
from audit.checks.quality.value_profile import Profile, clause, profile, profile_asks, settled, text_columns
from audit.core.ask import Answers, Ask, Asks, frame, rows
from audit.core.check import Check, Findings, Suspect
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed

#: Rows from the beginning of the table that show whether one shape may rule a column with too many values to look at each.
FIRST_ROWS = 2_000


@dataclass(frozen=True, kw_only=True)
class ValuesKeptAsText(Check):
    """Columns of text that hold numbers or days, and the cells in them that are written otherwise than the rest.

    Where nearly all values are numbers, the cells that are none are found; where there are units and no spelling of them rules, all cells are.
    Whole columns of plain numbers are found unless they look like identifiers: leading zeros, one length, or a new value in nearly every row.
    A column in which every number has the same unit is written consistently: it is reported and not held against the limit.

    Parameters
    ----------
    settled : tuple of str
        Columns whose values the contract enumerates or describes by a pattern, or promises as numbers or days, which D001 holds them to.
    text : tuple of str
        Columns that the contract declares as text: that they hold numbers is meant.
    """

    code: ClassVar[str] = "D017"
    title: ClassVar[str] = "Values kept as text"
    family: ClassVar[str] = "quality"
    seeks: ClassVar[bool] = True
    judged: ClassVar[str] = found.JUDGED
    advice: ClassVar[str] = (
        "Store numbers as numbers and days as days, with the unit in the column's name or description; repair the cells that are neither."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Raman and Hellerstein 2001, Potter's Wheel: an interactive data cleaning system, VLDB",
        "Huang and He 2018, Auto-Detect: data-driven error detection in tables, SIGMOD",
    )

    settled: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    limit: Limit = found.LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract declares."""
        promised = tuple(c.name for c in contract.columns if settled(c) or c.logical_type not in ("", "string"))
        text = tuple(c.name for c in contract.columns if c.logical_type == "string")
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, settled=(*check.settled, *promised), text=(*check.text, *text))

    def asks(self, subject: Subject) -> Asks:
        """Ask for the values of text columns, and for the first rows of those that have too many to look at each."""
        table = subject.table
        names = text_columns(table)
        if not names:
            raise NotApplicable("there is no column of text")
        asks: dict[str, Ask] = dict(profile_asks(table))
        asks["first rows"] = frame(table.select([table[name].name(name) for name in names]).limit(FIRST_ROWS), when_needed=True)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Judge each column by its values; where they are too many, by the form that the first rows suggest."""
        total = answers.scalar("total")
        table = subject.table
        looked_at = [name for name in text_columns(table) if name not in self.settled]
        suspects: list[Suspect] = []
        consistent: list[tuple[str, str]] = []
        for name in looked_at:
            known = profile(answers, name)
            if known.values is None:
                suspects += self._by_shape(table, known, answers)
                continue
            short_list = len(known.values) <= SHORT_LIST
            values = {v: n for v, n in known.values.items() if not means_missing(v, short_list)}
            verdict = judge_values(values, meant=name in self.text, filled=len(values) == len(known.values))
            if verdict and verdict.doubtful:
                suspects.append(_suspect(name, verdict, sum(values[v] for v in verdict.doubtful), _one_of(name, verdict.doubtful)))
            elif verdict:
                consistent.append((name, verdict.what))
        suspects.sort(key=lambda s: -s.rows)
        where = f"looked at {counted(len(looked_at), 'column')} of text, {counted(total, 'row')}"
        message = "No value is kept as text that looks like something else, or unlike the rest of its column"
        if suspects:
            shown = listed(f"{s.column} ({s.what}: {counted(s.rows, 'row')})" for s in suspects)
            message = f"{counted(len(suspects), 'column holds', 'columns hold')} text that should be something else, or is not written alike: {shown}"
        if consistent:
            units = listed(f"{name} ({unit})" for name, unit in consistent)
            message += f"; in {counted(len(consistent), 'column')} every number has the same unit: {units}"
        result = found.findings_of(suspects, total, f"{message} ({where}).", title="Text that should be something else, or is not written alike")
        units_found = Measurement("columns_with_one_unit", len(consistent), "columns", {}, len(looked_at), method="values of each column of text")
        return replace(result, measurements=[*result.measurements, units_found])

    def _by_shape(self, table: ir.Table, known: Profile, answers: Answers) -> list[Suspect]:
        """Return the cells of a column of many values that do not have the form that the first rows suggest."""
        name = known.column
        first = Counter(shape(v) for v in answers.frame("first rows")[name].dropna() if not means_missing(v, False))
        rule = ruling_form(first)
        if rule is None:
            return []
        unlike = table.select(value=table[name]).filter(lambda t: ~t.value.re_search(rule.pattern))
        counts = unlike.aggregate(rows=unlike.count(), missing=unlike.count(where=unlike.value.isin(spellings())))
        of_rows, of_missing = (int(n or 0) for n in answers.more({"unlike": rows(counts)}).rows("unlike").values[0])
        present, others = known.present - of_missing, of_rows - of_missing
        number = rule.whole and name not in self.text
        if others > (1 - rule.rules_from) * present:
            return []
        if others:
            verdict = Verdict(rule.exception, (), "number") if number else Verdict(rule.exception, pattern=rule.pattern)
            return [_suspect(name, verdict, others, _unlike(name, rule.pattern))]
        if number and not of_missing:
            return [_suspect(name, Verdict(rule.whole, (), "number"), present, lambda t: t[name].notnull())]
        return []


def _unlike(name: str, pattern: str) -> Callable[[ir.Table], ir.BooleanValue]:
    return lambda t: ~t[name].re_search(pattern) & t[name].notin(spellings())


def _one_of(name: str, values: Sequence[str]) -> Callable[[ir.Table], ir.BooleanValue]:
    return lambda t: t[name].isin(values)


def _suspect(name: str, verdict: Verdict, n: int, failing: Callable[[ir.Table], ir.BooleanValue]) -> Suspect:
    """Return the doubtful cells of a column."""
    promise: dict[str, Any] = {"logicalType": verdict.logical_type or "string"}
    if verdict.pattern:
        promise["logicalTypeOptions"] = {"pattern": verdict.pattern}
    return Suspect(name, verdict.what, n, failing, clause(name, **promise))
