"""An Altair chart as SVG text that reads in light and in dark, on screen and on paper, and says in words what it shows."""

import json
import re
from typing import Any
from xml.sax.saxutils import escape

from audit.render.charts.palette import INK, SERIES
from audit.render.wording import clean

#: Stand-ins in the chart that become variables of the page, with the value that serves where there is no page.
_GRID, _TEXT = "#c1c2c3", "#212223"
_VARIABLES = {
    _TEXT: "var(--ink, #1c2126)",
    INK: "var(--ink-2, #59616a)",
    _GRID: "var(--grid, #dfe2e6)",
    **{tone: f"var(--series-{i}, {tone})" for i, tone in enumerate(SERIES, 1)},
}

#: Texts are laid out larger than they are shown: the reader's font may be wider than the one measured here, and nothing may be cut or overlap.
_LAID_OUT, _SHOWN = 13.5, 12

_CONFIG: dict[str, Any] = {
    # The picture as a whole has a text alternative; a label on every mark would only be noise to a screen reader.
    "aria": False,
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _TEXT,
        "titleColor": INK,
        "labelFontSize": _LAID_OUT,
        "titleFontSize": _LAID_OUT,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "gridColor": _GRID,
        "domainColor": _GRID,
        "tickColor": _GRID,
    },
    "legend": {"labelColor": _TEXT, "labelFontSize": _LAID_OUT, "symbolSize": 90, "symbolStrokeWidth": 2, "offset": 24, "columnPadding": 18},
    "text": {"fontSize": _LAID_OUT},
    "title": {"subtitleFontSize": _LAID_OUT},
}

_NUMBER = re.compile(r"(?<=[\s,(MLHVhvlmCcAaZz\"-])(\d+\.\d{2,})")
_EMPTY = re.compile(r'<path class="(?:background|foreground)" aria-hidden="true" d="(?:M0,0h0v0h0Z)?"[^>]*/>')
_NOISE = re.compile(
    r' (?:pointer-events="none"|aria-hidden="true"|aria-roledescription="[^"]*"|role="graphics-[a-z]+"|class="[^"]*"|opacity="1"|font-family="[^"]*")'
)
_HIDDEN = re.compile(r'<(?:text|line|path)\b[^>]* opacity="0"[^>]*(?:/>|>[^<]*</text>)')
_HEAD = re.compile(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"[^>]*>')


def svg(chart: Any, *, title: str, description: str, name: str) -> str:
    """Return a chart as an SVG element for a page.

    Parameters
    ----------
    chart : altair chart
        What :func:`audit.render.charts.chart` returned.
    title, description : str
        Its text alternative.
    name : str
        Prefix of all identifiers in it, so that several pictures can stand on one page.

    Returns
    -------
    str
        One ``<svg role="img">`` with ``<title>`` and ``<desc>``, without scripts, outside references or fonts of its own.

    Raises
    ------
    ImportError
        vl-convert is not installed (``pip install "assay-audit[report]"``).
    ValueError
        The chart cannot be drawn.
    """
    import vl_convert

    spec = chart.to_dict(validate=False)
    for layer in spec.get("layer", ()):
        # Nothing is pointed at on paper, and laying out tooltips takes time.
        layer["encoding"].pop("tooltip", None)
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec), config=_CONFIG, allowed_base_urls=[])
    head = _HEAD.match(drawn)
    if head is None:
        raise ValueError(f"expected an SVG picture with a size from vl-convert, got: {drawn[:80]!r}")
    width, height = (float(size) for size in head.groups())
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(clean(title))}</title>'
        f'<desc id="{name}-desc">{escape(clean(description))}</desc>'
    )
    return opening + _slim(_own(drawn[head.end() :], name))


def _own(text: str, name: str) -> str:
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = text.replace("url(#", f"url(#{name}-")
    for stand_in, variable in _VARIABLES.items():
        text = text.replace(f'"{stand_in}"', f'"{variable}"')
    return text


def _slim(text: str) -> str:
    text = _EMPTY.sub("", text)
    text = _HIDDEN.sub("", text)
    text = _NOISE.sub("", text)
    text = text.replace(f'font-size="{_LAID_OUT:g}px"', f'font-size="{_SHOWN:g}px"')
    text = _NUMBER.sub(lambda match: f"{float(match.group(1)):.1f}".removesuffix(".0"), text)
    while "<g></g>" in text:
        text = text.replace("<g></g>", "")
    return text
