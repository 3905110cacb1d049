"""How many rows each class or group has."""

from dataclasses import dataclass

import ibis.expr.types as ir

from audit.checks.rate import LEVEL
from audit.core.ask import Ask, Rows, rows
from audit.core.errors import NotApplicable
from audit.core.values import as_text

#: A column with more distinct values than this is a measurement or an identifier, not a class or a group.
MOST_GROUPS = 50


@dataclass(frozen=True)
class Groups:
    """Rows by value of a column.

    Parameters
    ----------
    sizes : dict of str to int
        The largest first.
    missing : int
        Rows without a value.
    """

    sizes: dict[str, int]
    missing: int

    @property
    def total(self) -> int:
        """Rows that have a value."""
        return sum(self.sizes.values())


def ask_groups(column: ir.Column) -> Ask:
    """Ask for the rows by value of a column; one with very many values is cut off, since it holds no groups."""
    values = as_text(column).name("value").as_table()
    return rows(values.group_by("value").aggregate(n=values.count()).limit(MOST_GROUPS + 2))


def read_groups(answer: Rows, column: str, what: str) -> Groups:
    """Return the answer to :func:`ask_groups`.

    Raises
    ------
    NotApplicable
        The column has too many distinct values to be a class or a group.
    """
    sizes = {row["value"]: int(row["n"]) for row in answer}
    absent = sizes.pop(None, 0)
    refuse_many(len(sizes), column, what)
    return Groups(dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0]))), absent)


def refuse_many(values: int, column: str, what: str) -> None:
    """Raise :class:`~audit.core.errors.NotApplicable` where a column has too many distinct values to be a class or a group."""
    if values > MOST_GROUPS:
        raise NotApplicable(
            f"'{column}' has more than {MOST_GROUPS} distinct values, so it is no {what}; name another column, or sort it into bands first"
        )


def level_of_each(shares: int) -> float:
    """Return the level at which the intervals of several shares of one whole hold together at ``LEVEL``.

    Bonferroni; two shares mirror each other and count as one.
    """
    return 1 - (1 - LEVEL) / (shares if shares > 2 else 1)
