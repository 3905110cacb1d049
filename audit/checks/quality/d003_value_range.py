"""D003: numbers and dates outside their range, or between the steps they may take."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self

import ibis.expr.types as ir

from audit.checks.quality.moments import compare_moment
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.exact import Sign, compare, multiple
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import is_nan
from audit.core.written import Written, exact

Bound = int | float | str | date | datetime | None
OPTIONS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")

#: Integer formats of ODCS, named as in Rust, with the smallest and the largest value they hold.
INTEGERS = {f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)} | {
    f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)
}


@dataclass(frozen=True, kw_only=True)
class ValueRange(RowCheck):
    """Rows whose value lies outside a range, or is no multiple of a step; missing values are none of this check's business.

    Numbers are compared as they are written, in the type of the column, so that no bound is rounded.

    Parameters
    ----------
    column : str
        A numeric, date or timestamp column.
    minimum, maximum : number, date or ISO 8601 text, optional
        Smallest and largest value allowed.
    exclusive_minimum, exclusive_maximum : bool
        Whether the bound itself is outside.
    multiple_of : number, optional
        Every value is a whole multiple of this number.
    zone : str
        Time zone in which moments without one are read; UTC where empty.
    """

    code: ClassVar[str] = "D003"
    title: ClassVar[str] = "Value range"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Look at the quarantined rows: wrong unit, sentinel code or typing error? Repair them at the source."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, logicalTypeOptions",)

    column: str = ""
    minimum: Bound = None
    maximum: Bound = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    multiple_of: int | float | None = None
    zone: str = ""
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each column with bounds, each ``multipleOf`` and each format of integers."""
        yield from cls.declared(contract)
        for column in contract.columns:
            zone = str(column.options.get("defaultTimezone") or "")
            own = {k: column.options[k] for k in OPTIONS if column.options.get(k) is not None}
            if own:
                place = str(column.place(next(iter(own))))
                low, above = _stricter(own.get("minimum"), own.get("exclusiveMinimum"), max)
                high, below = _stricter(own.get("maximum"), own.get("exclusiveMaximum"), min)
                yield cls(
                    column=column.name,
                    minimum=low,
                    maximum=high,
                    exclusive_minimum=above,
                    exclusive_maximum=below,
                    zone=zone,
                    limit=Limit(high=0, reason="bounds in the contract", source=place),
                    clauses=(place,),
                )
            if (step := column.options.get("multipleOf")) is not None:
                place = str(column.place("multipleOf"))
                yield cls(
                    column=column.name, multiple_of=step, limit=Limit(high=0, reason="multipleOf in the contract", source=place), clauses=(place,)
                )
            if (size := str(column.options.get("format"))) in INTEGERS and column.logical_type in ("integer", "number"):
                place = str(column.place("format"))
                low, high = INTEGERS[size]
                limit = Limit(high=0, reason=f"format {size} in the contract", source=place)
                yield cls(column=column.name, minimum=low, maximum=high, limit=limit, clauses=(place,))

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the value lies outside."""
        column = table[self.column]
        outside = self._outside(column)
        # subtracted in the count, which is cheaper than to look at each value twice
        return outside & ~column.isnan() if self._counts_nan(column) else outside

    def reason(self) -> str:
        """Name the column and its range."""
        return f"{self.column} is {self._fault()}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many values lie outside, and how far they go."""
        column = require_column(subject, self.column)
        if self.minimum is None and self.maximum is None and self.multiple_of is None:
            raise UsageError(f"D003 on '{self.column}' has neither a minimum nor a maximum")
        if not (column.type().is_numeric() or column.type().is_temporal()):
            raise NotApplicable(f"{self.column} is {column.type()}, which has no range (D001 reports another type than promised)")
        table, finite = subject.table, {"where": ~column.isnan()} if column.type().is_floating() else {}
        # as text, because Python's driver of DuckDB wants another package before it hands out moments with a time zone
        shown = column.cast("string") if column.type().is_timestamp() and column.type().timezone else column
        asks = {
            "total": scalar(table.count()),
            "outside": scalar(table.count(where=self._outside(column))),
            # nearly free: Parquet keeps both in its metadata
            "lowest": scalar(shown.min()),
            "highest": scalar(shown.max()),
            "lowest finite": scalar(shown.min(**finite), when_needed=True),
            "highest finite": scalar(shown.max(**finite), when_needed=True),
        }
        return asks | ({"nan": scalar(table.count(where=column.isnan()), when_needed=True)} if self._counts_nan(column) else {})

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count, and name the extremes where there is something to explain."""
        total, failing = answers.scalar("total"), answers.scalar("outside")
        if self._counts_nan(subject.table[self.column]) and is_nan(answers.scalar("highest")):
            failing -= answers.scalar("nan")
        message = f"{failing:,} of {total:,} values of {self.column} are {self._fault()}"
        measurements = rows_measured(failing, total, self.where)
        if failing:
            low, high = answers.scalar("lowest"), answers.scalar("highest")
            if is_nan(low) or is_nan(high):
                low, high = answers.scalar("lowest finite"), answers.scalar("highest finite")
            message += f"; the data go from {_shown(low)} to {_shown(high)}"
            if isinstance(low, (int, float)):
                measurements += [
                    Measurement("minimum", low, where=self.where, n=total, method="of all rows"),
                    Measurement("maximum", high, where=self.where, n=total, method="of all rows"),
                ]
        return Findings(measurements, f"{message}.")

    def _outside(self, column: ir.Column) -> ir.BooleanValue:
        parts = []
        if self.minimum is not None:
            parts.append(self._beyond(column, "<=" if self.exclusive_minimum else "<", self.minimum))
        if self.maximum is not None:
            parts.append(self._beyond(column, ">=" if self.exclusive_maximum else ">", self.maximum))
        if self.multiple_of is not None:
            parts.append(self._between_steps(column))
        outside = parts[0]
        for part in parts[1:]:
            outside = outside | part
        return outside

    def _counts_nan(self, column: ir.Column) -> bool:
        """Whether ``_outside`` is true for NaN: DuckDB, Postgres and Spark sort it above every number."""
        return bool(column.type().is_floating()) and self.maximum is not None

    def _beyond(self, column: ir.Column, sign: Sign, bound: Any) -> ir.BooleanValue:
        kind = column.type()
        if kind.is_temporal():
            try:
                return compare_moment(column, sign, bound, self.zone)
            except (ValueError, OverflowError) as error:
                raise UsageError(f"D003 on '{self.column}': the bound '{bound}' is no {kind} as ISO 8601 writes it") from error
        if not isinstance(bound, (int, float)):
            raise UsageError(f"D003 on '{self.column}': the bound '{bound}' is text, the column is {kind}")
        return compare(column, sign, bound)

    def _between_steps(self, column: ir.Column) -> ir.BooleanValue:
        if not column.type().is_numeric():
            raise UsageError(f"D003 on '{self.column}': 'multiple_of' is about numbers, the column is {column.type()}")
        try:
            return ~multiple(column, self.multiple_of)
        except ValueError as error:
            raise UsageError(f"D003 on '{self.column}': {error}") from error

    def _fault(self) -> str:
        outside = f"outside {self._range()}" if self.minimum is not None or self.maximum is not None else ""
        between = f"no multiple of {_shown(self.multiple_of)}" if self.multiple_of is not None else ""
        return " or ".join(part for part in (outside, between) if part)

    def _range(self) -> str:
        low, high = _shown(self.minimum), _shown(self.maximum)
        left = f"{'above' if self.exclusive_minimum else 'at least'} {low}" if self.minimum is not None else ""
        right = f"{'below' if self.exclusive_maximum else 'at most'} {high}" if self.maximum is not None else ""
        if left and right and not self.exclusive_minimum and not self.exclusive_maximum:
            return f"{low} to {high}"
        return " and ".join(p for p in (left, right) if p)


def _stricter(inclusive: Any, exclusive: Any, sterner: Callable[..., Any]) -> tuple[Any, bool]:
    """Return the bound that leaves less room, and whether it is itself outside."""
    if inclusive is None or exclusive is None:
        return (inclusive, False) if exclusive is None else (exclusive, True)
    numeric = exact(inclusive) is not None and exact(exclusive) is not None
    winner = sterner(inclusive, exclusive, key=exact if numeric else str)
    return (exclusive, True) if winner == exclusive else (inclusive, False)


def _shown(value: object) -> str:
    return value.text if isinstance(value, Written) else f"{value:,.6g}" if isinstance(value, float) else f"{value}"
