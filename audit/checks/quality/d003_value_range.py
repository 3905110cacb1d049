"""D003: numbers and dates outside their range."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import is_nan

Bound = int | float | str | date | datetime | None
OPTIONS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@dataclass(frozen=True, kw_only=True)
class ValueRange(RowCheck):
    """Rows whose value lies outside a range; missing values are none of this check's business.

    Parameters
    ----------
    column : str
        A numeric, date or timestamp column.
    minimum, maximum : number, date or ISO 8601 text, optional
        Smallest and largest value allowed.
    exclusive_minimum, exclusive_maximum : bool
        Whether the bound itself is outside.
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
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each column with bounds."""
        yield from cls.declared(contract)
        for column in contract.columns:
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
                    limit=Limit(high=0, reason="bounds in the contract", source=place),
                    clauses=(place,),
                )

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the value lies outside."""
        column = table[self.column]
        outside = self._outside(column)
        # subtracted in the count, which is cheaper than to look at each value twice
        return outside & ~column.isnan() if self._counts_nan(column) else outside

    def reason(self) -> str:
        """Name the column and its range."""
        return f"{self.column} is outside {self._range()}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many values lie outside, and how far they go."""
        column = require_column(subject, self.column)
        if self.minimum is None and self.maximum is None:
            raise UsageError(f"D003 on '{self.column}' has neither a minimum nor a maximum")
        if not (column.type().is_numeric() or column.type().is_temporal()):
            raise NotApplicable(f"{self.column} is {column.type()}, which has no range (D001 reports another type than promised)")
        table, finite = subject.table, {"where": ~column.isnan()} if column.type().is_floating() else {}
        asks = {
            "total": scalar(table.count()),
            "outside": scalar(table.count(where=self._outside(column))),
            # nearly free: Parquet keeps both in its metadata
            "lowest": scalar(column.min()),
            "highest": scalar(column.max()),
            "lowest finite": scalar(column.min(**finite), when_needed=True),
            "highest finite": scalar(column.max(**finite), when_needed=True),
        }
        return asks | ({"nan": scalar(table.count(where=column.isnan()), when_needed=True)} if self._counts_nan(column) else {})

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count, and name the extremes where there is something to explain."""
        total, failing = answers.scalar("total"), answers.scalar("outside")
        if self._counts_nan(subject.table[self.column]) and is_nan(answers.scalar("highest")):
            failing -= answers.scalar("nan")
        message = f"{failing:,} of {total:,} values of {self.column} are outside {self._range()}"
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
            low = self._literal(column, self.minimum)
            parts.append(column <= low if self.exclusive_minimum else column < low)
        if self.maximum is not None:
            high = self._literal(column, self.maximum)
            parts.append(column >= high if self.exclusive_maximum else column > high)
        return parts[0] | parts[1] if len(parts) == 2 else parts[0]

    def _counts_nan(self, column: ir.Column) -> bool:
        """Whether ``_outside`` is true for NaN: DuckDB, Postgres and Spark sort it above every number."""
        return bool(column.type().is_floating()) and self.maximum is not None

    def _literal(self, column: ir.Column, bound: Bound) -> Any:
        if column.type().is_temporal():
            try:
                (time if column.type().is_time() else datetime).fromisoformat(str(bound))
            except ValueError as error:
                raise UsageError(f"D003 on '{self.column}': the bound '{bound}' is no {column.type()} as ISO 8601 writes it") from error
            return ibis.literal(str(bound)).cast(column.type())
        if isinstance(bound, str):
            raise UsageError(f"D003 on '{self.column}': the bound '{bound}' is text, the column is {column.type()}")
        return ibis.literal(bound)

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
    numeric = isinstance(inclusive, (int, float)) and isinstance(exclusive, (int, float))
    winner = sterner(inclusive, exclusive, key=None if numeric else str)
    return (exclusive, True) if winner == exclusive else (inclusive, False)


def _shown(value: object) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else f"{value}"
