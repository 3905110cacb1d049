"""A tree as indented rows, the value of each node as a bar beside it."""

from typing import Any

from audit.core.exhibit import Exhibit
from audit.render.branches import ordered
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
