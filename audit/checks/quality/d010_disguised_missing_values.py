"""D010: values that stand for "missing" though nobody declared them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks import found
from audit.checks.quality.sentinels import DAYS, EDGE, NUMBERS, SHORT_LIST, coded, edges, means_missing, spellings
from audit.checks.quality.value_profile import Profile, clause, profile, profile_asks, settled, text_columns
from audit.core.ask import Answers, Ask, Asks, rows, scalar
from audit.core.check import Check, Findings, Suspect
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.values import numbers, texts
from audit.core.wording import counted, listed

#: In a narrower range of whole numbers nothing can stand apart.
NARROW = 4


@dataclass(frozen=True, kw_only=True)
class DisguisedMissingValues(Check):
    """Cells that hold a value that stands for "missing": words such as ``N/A``, and numbers and days of the form of a code that stand apart.

    Parameters
    ----------
    known : tuple of str
        ``column=value`` for each value that the contract declares to be missing.
    settled : tuple of str
        Columns whose values the contract enumerates or describes by a pattern.
    bounded_below, bounded_above : tuple of str
        Columns for which the contract gives the smallest or the largest value: a code outside is reported as out of range.
    """

    code: ClassVar[str] = "D010"
    title: ClassVar[str] = "Disguised missing values"
    family: ClassVar[str] = "quality"
    seeks: ClassVar[bool] = True
    judged: ClassVar[str] = found.JUDGED
    advice: ClassVar[str] = (
        "Ask the producer what these values mean. Make them null at the source, or declare them as missing with the clauses proposed."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Pearson 2006, The problem of disguised missing data, SIGKDD Explorations 8(1)",
        "Qahtan et al. 2018, FAHES: a robust disguised missing values detector, KDD",
        "Open Data Contract Standard 3.1, missingValues",
    )

    known: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    bounded_below: tuple[str, ...] = ()
    bounded_above: tuple[str, ...] = ()
    limit: Limit = found.LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract declares."""
        known = [
            f"{column.name}={value}"
            for column in contract.columns
            for rule in column.rules
            if rule.metric == "missingValues"
            for value in sorted(texts(rule.arguments.get("missingValues", ())))
        ]
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(
                check,
                known=(*check.known, *known),
                settled=(*check.settled, *(c.name for c in contract.columns if settled(c))),
                bounded_below=tuple(c.name for c in contract.columns if {"minimum", "exclusiveMinimum"} & set(c.options)),
                bounded_above=tuple(c.name for c in contract.columns if {"maximum", "exclusiveMaximum"} & set(c.options)),
            )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the values of text columns, and for the smallest and the largest value of the others."""
        table = subject.table
        asks: dict[str, Ask] = dict(profile_asks(table))
        for name in _ordered_columns(table):
            asks |= {
                f"low {name}": scalar(table[name].min()),
                f"high {name}": scalar(table[name].max()),
                f"present {name}": scalar(table[name].count()),
            }
        if len(asks) == 1:
            raise NotApplicable("no column could hold a disguised missing value: there is neither text nor a number nor a day")
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Look for words in columns of text, and for codes at the ends of all others."""
        total = answers.scalar("total")
        table = subject.table
        looked_at = [c for c in (*text_columns(table), *_ordered_columns(table)) if c not in self.settled]
        suspects = []
        for name in looked_at:
            values = (
                self._in_text(table, profile(answers, name), answers) if table[name].type().is_string() else self._at_the_ends(table, name, answers)
            )
            if values:
                suspects.append(_suspect(name, values, table[name]))
        suspects.sort(key=lambda s: -s.rows)
        where = f"looked at {counted(len(looked_at), 'column')} of {counted(total, 'row')}"
        if not suspects:
            return found.findings_of([], total, f"No value that may stand for missing was found ({where}).", title="")
        shown = listed(f"{s.what.removesuffix(_MAY)} in {s.column} ({counted(s.rows, 'row')})" for s in suspects)
        message = f"{counted(len(suspects), 'column holds', 'columns hold')} values that may stand for missing: {shown} ({where})."
        return found.findings_of(suspects, total, message, title="Values that may stand for missing")

    def _in_text(self, table: ir.Table, known: Profile, answers: Answers) -> list[tuple[Any, int]]:
        """Return the words that stand for missing, and, where the text is numbers, the numbers that do."""
        if known.values is None:
            words = table.select(value=table[known.column]).filter(lambda t: t.value.isin(spellings()))
            counted_words = rows(words.group_by("value").aggregate(n=lambda t: t.count()))
            counts = {str(v): int(n) for v, n in answers.more({"words": counted_words}).rows("words").values}
            short_list = False
        else:
            counts = dict(known.values)
            short_list = len(counts) <= SHORT_LIST and sum(n for v, n in counts.items() if numbers([v])) < 0.5 * known.present
        values: list[tuple[Any, int]] = [(v, n) for v, n in counts.items() if means_missing(v, short_list)]
        # a column of nothing else is constant: there is no value beside which one could stand for missing
        if sum(n for _, n in values) >= known.present:
            return []
        if known.values is not None:
            values += _numbers_in_text({v: n for v, n in counts.items() if not means_missing(v, short_list)})
        return [(v, n) for v, n in sorted(values, key=lambda p: (-p[1], p[0])) if not self._declared(known.column, v)]

    def _at_the_ends(self, table: ir.Table, name: str, answers: Answers) -> list[tuple[Any, int]]:
        """Return the numbers or days that stand for missing."""
        low, high = (_day(answers.scalar(f"{end} {name}")) for end in ("low", "high"))
        codes: frozenset[Any] = DAYS if isinstance(low, date) else NUMBERS
        # behind an infinity or NaN may be anything
        if low is None or not ({low, high} & codes or math.isinf(_number(low)) or not math.isfinite(_number(high))):
            return []
        if isinstance(low, int) and high - low < NARROW:
            return []
        counts = table.aggregate(by=[_comparable(table[name]).name("value")], n=table.count()).filter(lambda t: t.value.notnull())
        more = answers.more(
            {
                "lowest": rows(counts.order_by("value").limit(EDGE)),
                "highest": rows(counts.order_by(ibis.desc("value")).limit(EDGE)),
            }
        )
        # what travelled together comes back in any order
        ends = [sorted(((v, int(n)) for v, n in more.rows(end).values), reverse=end == "highest") for end in ("lowest", "highest")]
        if not ends[0]:
            return []
        present, low, high = int(answers.scalar(f"present {name}")), ends[0][0][0], ends[1][0][0]
        if isinstance(low, date):
            lowest, highest = ([(float(v.toordinal()), n) for v, n in end] for end in ends)
            days = frozenset(float(d.toordinal()) for d in DAYS)
            of_days = coded(lowest, highest, days, present=present, whole=False)
            found_codes: list[tuple[Any, int]] = [(date.fromordinal(int(v)), n) for v, n in of_days]
        else:
            lowest, highest = ([(float(v), n) for v, n in end] for end in ends)
            whole = all(v.is_integer() for v, _ in (*lowest, *highest))
            found_codes = [(int(v), n) for v, n in coded(lowest, highest, NUMBERS, present=present, whole=whole)]
        return [
            (v, n)
            for v, n in found_codes
            if not self._declared(name, v) and name not in (self.bounded_below if v - low < high - v else self.bounded_above)
        ]

    def _declared(self, column: str, value: Any) -> bool:
        declared = {k.partition("=")[2] for k in self.known if k.partition("=")[0] == column}
        if isinstance(value, date):
            return any(d.startswith(value.isoformat()) for d in declared)
        return str(value).strip() in {d.strip() for d in declared} or (not isinstance(value, str) and value in numbers(declared))


_MAY = " may stand for missing"


def _ordered_columns(table: ir.Table) -> list[str]:
    """Return the columns of numbers and days."""
    kinds = {name: table[name].type() for name in table.columns}
    return [name for name, kind in kinds.items() if (kind.is_numeric() and not kind.is_boolean()) or kind.is_date() or kind.is_timestamp()]


def _day(value: Any) -> Any:
    """Return the day of a moment, and any other value as it is."""
    return value.date() if isinstance(value, datetime) else value


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _comparable(column: ir.Column) -> ir.Column:
    """Return numbers without infinities, and days without hours."""
    kind = column.type()
    if kind.is_timestamp():
        return column.cast("date")
    return ibis.ifelse(column.isnan() | column.isinf(), ibis.null(kind), column) if kind.is_floating() else column


def _numbers_in_text(counts: dict[str, int]) -> list[tuple[Any, int]]:
    """Return the numbers that stand for missing in a column of numbers that are kept as text."""
    written: dict[float, list[str]] = {}
    for value in counts:
        for number in numbers([value.strip()]):
            written.setdefault(float(number), []).append(value)
    if sum(counts[v] for values in written.values() for v in values) < 0.9 * sum(counts.values()):
        return []
    lowest, highest = edges({number: sum(counts[v] for v in values) for number, values in written.items() if math.isfinite(number)})
    found_codes = coded(lowest, highest, NUMBERS, present=sum(counts.values()), whole=all(n.is_integer() for n in written))
    return [(value, counts[value]) for number, _ in found_codes for value in written[number]]


def _suspect(name: str, values: Sequence[tuple[Any, int]], column: ir.Column) -> Suspect:
    """Return the cells of a column that hold one of some values."""
    held = [v for v, _ in values]
    day = column.type().is_timestamp()

    def failing(table: ir.Table) -> ir.BooleanValue:
        cells = table[name].cast("date") if day else table[name]
        return cells.isin(held)

    shown = listed(repr(v) if isinstance(v, str) else str(v) for v in held)
    # a moment is compared as it is printed, midnight and all
    midnight = " 00:00:00" if day else ""
    written = [
        f"{v.isoformat()}{midnight}" if isinstance(v, date) else v for v in dict.fromkeys(v.strip() if isinstance(v, str) else v for v in held)
    ]
    promise = clause(name, quality=[{"metric": "missingValues", "arguments": {"missingValues": written}, "mustBe": 0}])
    return Suspect(name, f"{shown}{_MAY}", sum(n for _, n in values), failing, promise)
