"""A tree as indented rows, the value of each node as a bar beside it."""

from typing import Any

from audit.core.exhibit import Exhibit
from audit.render.charts.bars import row_chart
from audit.render.charts.parts import distinct, records, text_of, wrapped

INDENT = "\u00a0\u00a0\u00a0\u00a0"
#: Vega trims lines of text; after this character, which has no width, their margin stays.
STOP = "\u200b"


def tree(exhibit: Exhibit) -> Any:
    """Return a tree as indented rows in depth-first order, each with its value, interval and number of rows.

    Columns: ``id, parent, label, value`` and optionally ``n, low, high``. A node whose parent is missing or unknown is a root. The reference is a
    value on the x axis.
    """
    rows = ordered(records(exhibit))
    names = [text_of(row["label"]) + (f" (n = {row['n']:,.0f})" if row.get("n") is not None else "") for row in rows]
    for row, name in zip(rows, wrapped(distinct(names)), strict=True):
        first, *rest = name.split("\n")
        margin = STOP + INDENT * row["level"]
        row["label"] = "\n".join([f"{margin}{'└ ' if row['level'] else ''}{first}", *(f"{margin}{INDENT}{part}" for part in rest)])
    return row_chart(exhibit, rows, indented=True)


def ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a tree parents first, each with its ``level``; rows that hang in a circle come last, as roots."""
    known = {row["id"] for row in rows}
    children: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        parent = row["parent"] if row["parent"] in known and row["parent"] != row["id"] else None
        children.setdefault(parent, []).append(row)
    result: list[dict[str, Any]] = []
    placed: set[int] = set()
    waiting = [(row, 0) for row in reversed(children.get(None, []))]
    while waiting:
        row, level = waiting.pop()
        if id(row) not in placed:
            placed.add(id(row))
            result.append(row | {"level": level})
            waiting += [(child, level + 1) for child in reversed(children.get(row["id"], []) if row["id"] is not None else [])]
    return result + [row | {"level": 0} for row in rows if id(row) not in placed]
