"""What the text columns of a table hold: each value with its number of rows, where the values are few enough to be looked at one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir
import yaml

from audit.core.ask import Answers, Ask, rows, scalar
from audit.core.contract import Column

#: A column with more distinct values is looked at by the forms of its values, not value by value.
MANY = 5_000

#: Distinct values are estimated first; the estimate is off by a few per cent.
ROUGHLY_MANY = 5_500

#: Longer values are free text: neither a category nor a number.
LONG = 300


@dataclass(frozen=True)
class Profile:
    """The values of a text column.

    Parameters
    ----------
    column : str
        Its name.
    present : int
        Rows with a value.
    distinct : int
        Roughly how many distinct values there are.
    values : mapping of str to int, or None
        Rows of each value of at most 300 characters; ``None`` where there are more than 5,000 values.
    """

    column: str
    present: int
    distinct: int
    values: Mapping[str, int] | None


def text_columns(table: ir.Table) -> list[str]:
    """Return the names of the columns that hold text."""
    return [name for name in table.columns if table[name].type().is_string()]


def profile_asks(table: ir.Table) -> dict[str, Ask]:
    """Return what must be asked for the profiles of all text columns; the same for every check, so that it is answered once."""
    asks: dict[str, Ask] = {"total": scalar(table.count())}
    for name in text_columns(table):
        asks[f"present {name}"] = scalar(table[name].count())
        asks[f"distinct {name}"] = scalar(table[name].approx_nunique())
        # grouped before anything is chosen: ibis spends the square of a table's width on each choice of columns or rows
        counts = table.aggregate(by=[table[name].name("value")], n=table.count()).filter(lambda t: t.value.length() <= LONG)
        # one more than is looked at shows that there are more
        asks[f"values {name}"] = rows(counts.limit(MANY + 1), when_needed=True)
    return asks


def profile(answers: Answers, column: str) -> Profile:
    """Return the profile of a text column from the answers to :func:`profile_asks`."""
    present, distinct = int(answers.scalar(f"present {column}")), int(answers.scalar(f"distinct {column}"))
    if distinct > ROUGHLY_MANY:
        return Profile(column, present, distinct, None)
    counts = answers.rows(f"values {column}").values
    return Profile(column, present, distinct, dict(sorted(counts)) if len(counts) <= MANY else None)


def settled(column: Column) -> bool:
    """Return whether a contract says which values a column may have: by enumeration or by pattern, which other checks enforce."""
    listed = any(r.metric == "invalidValues" for r in column.rules)
    return bool(column.enum or column.options.get("pattern") or listed or (column.logical_type == "string" and column.options.get("format")))


def clause(column: str, **keys: Any) -> str:
    """Return a property of a contract in YAML, as an item of ``properties``.

    >>> print(clause("state", logicalType="string"))
    - name: state
      logicalType: string
    """
    return yaml.safe_dump([{"name": column, **keys}], sort_keys=False, allow_unicode=True, width=1_000).rstrip("\n")
