"""Exhibits as Altair charts: one file per kind, each knowing a small table and no check.

The same chart is turned into SVG for the report and shown by Streamlit as it is. Colours are mid-tones that stand out on light and on dark paper and
differ in lightness, so that they survive print and colour blindness; series differ by shape or dash as well.
Axes and labels that show shares are written as per cent by the rule of :func:`audit.render.figures.unit_of`.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from audit.core.exhibit import Exhibit, Kind

_DRAWN_BY = {
    Kind.BARS: "bars",
    Kind.LINES: "lines",
    Kind.HISTOGRAM: "histogram",
    Kind.HEATMAP: "heatmap",
    Kind.TREE: "tree",
    Kind.SCATTER: "scatter",
}


def chart(exhibit: Exhibit) -> Any:
    """Return the Altair chart of an exhibit, or ``None`` for a table or where there are no rows.

    Raises
    ------
    ImportError
        Altair is not installed (``pip install "assay-audit[report]"``).
    """
    name = _DRAWN_BY.get(exhibit.kind)
    if name is None or not exhibit.rows:
        return None
    from altair.utils.schemapi import debug_mode

    draw: Callable[[Exhibit], Any] = getattr(import_module(f"audit.render.charts.{name}"), name)
    # Altair checks every part of a chart against its schema as it is built, which takes longer than drawing it; the tests do that instead.
    with debug_mode(False):
        return draw(exhibit)
