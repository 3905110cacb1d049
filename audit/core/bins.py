"""Bins of a continuous attribute: ``[25, 45]`` makes the groups ``< 25``, ``25 to < 45`` and ``>= 45``."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import inf, isfinite

import ibis
import ibis.expr.types as ir

EXAMPLE = "such as [25, 45], which makes the groups '< 25', '25 to < 45' and '>= 45'"


def fault(edges: object) -> str:
    """Return what is wrong with the edges of bins as somebody wrote them; empty where nothing is."""
    if not isinstance(edges, (list, tuple)):
        return f"bins are a list of edges, {EXAMPLE}; got {edges!r}"
    if not edges:
        return f"bins need at least one edge, {EXAMPLE}; the list is empty"
    if not all(isinstance(e, (int, float, Decimal)) and not isinstance(e, bool) and isfinite(e) for e in edges):
        return f"edges of bins are numbers, {EXAMPLE}; got {list(edges)!r}"
    for before, after in pairwise(edges):
        if not before < after:
            return f"edges of bins ascend, {EXAMPLE}; {number(after)} follows {number(before)}"
    return ""


def number(edge: float) -> str:
    """Return an edge as it is written in the names of groups.

    >>> number(25.0), number(0.5), number(10**7)
    ('25', '0.5', '10000000')
    """
    value = float(edge)
    return str(int(value)) if value.is_integer() else repr(value)


def names(edges: Sequence[float]) -> tuple[str, ...]:
    """Return the names of the groups that edges make, in order.

    >>> names([25, 45])
    ('< 25', '25 to < 45', '>= 45')
    """
    written = [number(e) for e in edges]
    return (f"< {written[0]}", *(f"{low} to < {high}" for low, high in pairwise(written)), f">= {written[-1]}")


def binned(column: ir.NumericColumn, edges: Sequence[float]) -> ir.StringColumn:
    """Return a column of numbers as the names of its groups; null and NaN stay null."""
    known = ibis.ifelse(column.isnan(), ibis.null(column.type()), column) if column.type().is_floating() else column
    *below, last = names(edges)
    cases = [(known < edge, name) for edge, name in zip(edges, below, strict=True)]
    return ibis.cases(*cases, (known >= edges[-1], last), else_=ibis.null("string"))


def position(name: str) -> float:
    """Return where a group stands among its like: numbers and bins in order, everything else after them.

    >>> sorted(["b", "10", ">= 45", "9", "< 25", "25 to < 45"], key=position)
    ['< 25', '9', '10', '25 to < 45', '>= 45', 'b']
    """
    if name.startswith("< ") and _is_number(name[2:]):
        return -inf
    begin = name.removeprefix(">= ").split(" to < ")[0]
    return float(begin) if _is_number(begin) else inf


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False
