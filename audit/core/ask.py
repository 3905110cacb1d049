"""What a check wants to know, as an ibis expression that an engine answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import ibis
import ibis.expr.types as ir

if TYPE_CHECKING:
    import pandas as pd

#: Texts that are put together in one call; Postgres takes at most 100 arguments.
MOST_PARTS = 64

AskKind = Literal["scalar", "rows", "frame"]


@dataclass(frozen=True)
class Ask:
    """A question to the engine.

    Parameters
    ----------
    expr : ibis expression
        A scalar, or a small table.
    kind : {"scalar", "rows", "frame"}
        Answered by one value, by :class:`Rows`, or by a pandas frame (for bounded samples of rows that a model must see).
    when_needed : bool
        Asked only if ``measure`` looks at the answer: for evidence that is wanted only after a fault was counted.
    keeping : tuple of ibis tables
        Parts of ``expr`` that it looks at many times: an engine that can keeps their rows while it answers.
    """

    expr: ir.Expr
    kind: AskKind = "scalar"
    when_needed: bool = False
    keeping: tuple[ir.Table, ...] = ()


def scalar(expr: ir.Expr, *, when_needed: bool = False) -> Ask:
    """Ask for one value; scalars over the same table are answered in one scan."""
    return Ask(expr, "scalar", when_needed)


def rows(expr: ir.Expr, *, when_needed: bool = False) -> Ask:
    """Ask for a small grouped table."""
    return Ask(expr, "rows", when_needed)


def frame(expr: ir.Expr, *, when_needed: bool = False, keeping: tuple[ir.Table, ...] = ()) -> Ask:
    """Ask for a bounded sample of rows as a pandas frame."""
    return Ask(expr, "frame", when_needed, keeping)


def value_counts(column: ir.Column, *, when_needed: bool = False) -> Ask:
    """Ask how often each value of a column occurs: rows of ``(value as text, n)``, missing values included as ``None``.

    All value counts of a gate have the same shape, so the engine fetches them together.
    """
    (relation,) = column.op().relations
    table = relation.to_expr()
    # grouped at once: ibis spends the width of a table on each choice of columns, and there may be as many as it is wide
    return rows(table.aggregate(by=[column.cast("string").name("value")], n=table.count()), when_needed=when_needed)


def repeated(table: ir.Table, columns: Sequence[str]) -> ir.Table:
    """Return the combinations of values that several rows share: the columns, and last how many rows each has. Nulls count as equal."""
    groups = sizes(table, columns)
    return groups.filter(groups[groups.columns[-1]] > 1)


def sizes(table: ir.Table, columns: Sequence[str]) -> ir.Table:
    """Return the combinations of values that occur: the columns, and last how many rows each has, under a name that no column has."""
    name = "assay_n"
    while name in {c.casefold() for c in columns}:
        name += "_"
    return table.group_by(list(columns)).aggregate(table.count().name(name))


def count_repeated(groups: ir.Table) -> Ask:
    """Ask for one row ``(groups, rows, largest)`` about what :func:`sizes` gave; all such asks travel together and share what they scan."""
    size = groups[groups.columns[-1]]
    return rows(groups.aggregate(groups=groups.count(), rows=size.sum().fill_null(0), largest=size.max().fill_null(0)))


def row_hash(table: ir.Table, key: Sequence[str] = ()) -> ir.StringValue:
    """Return the hash of each row's key, 32 hexadecimal digits: the same on every engine and in every run.

    Parameters
    ----------
    table : ibis table
        Whose rows.
    key : sequence of str
        Columns that identify a row; all columns where empty.
    """
    return _joined([table[c].cast("string").fill_null("∅") for c in (key or table.columns)]).hexdigest("md5")


def _joined(parts: Sequence[ir.StringValue]) -> ir.StringValue:
    """Return texts as one, in calls of bounded size: a chain of hundreds is too deep for engines, and a call of hundreds too long."""
    if len(parts) > MOST_PARTS:
        return _joined([_joined(parts[i : i + MOST_PARTS]) for i in range(0, len(parts), MOST_PARTS)])
    return ibis.literal("\x1f").join(parts)


def sample(table: ir.Table, size: int, key: Sequence[str] = ()) -> ir.Table:
    """Take the ``size`` rows whose keys have the smallest hashes, in that order: the same rows on every engine and in every run.

    Parameters
    ----------
    table : ibis table
        Where to sample from.
    size : int
        Number of rows, or all rows if there are fewer.
    key : sequence of str
        Columns that identify a row; all columns where empty.
    """
    return table.order_by(row_hash(table, key)).limit(size)


@dataclass(frozen=True)
class Rows:
    """A small table that came back from an engine."""

    columns: tuple[str, ...]
    values: list[tuple[Any, ...]]

    def __iter__(self) -> Any:
        """Iterate over the rows as dictionaries."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.values)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def frame(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame."""
        import pandas as pd

        return pd.DataFrame(self.values, columns=list(self.columns))


class Answers(Protocol):
    """The answers to a check's asks by name. A deferred ask is sent when it is first looked at."""

    def scalar(self, name: str) -> Any:
        """Return the value of a scalar ask."""

    def rows(self, name: str) -> Rows:
        """Return the small table of a grouped ask."""

    def frame(self, name: str) -> "pd.DataFrame":
        """Return the sampled rows of a frame ask."""

    def more(self, asks: "Asks") -> "Answers":
        """Answer questions that only these answers could raise, in as few queries as the first ones."""


Asks = Mapping[str, Ask]
