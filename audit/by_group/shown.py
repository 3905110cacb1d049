"""Metrics by group as text and as a fragment of HTML for a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.by_group.cells import group_text
from audit.by_group.estimates import Estimates, estimates
from audit.by_group.gaps import Gap
from audit.by_group.metrics import Metric
from audit.checks.wording import rounded_up
from audit.core.wording import counted, listed
from audit.render.figures import NOT_ESTIMABLE, bound, interval, number
from audit.render.wording import plain_name

if TYPE_CHECKING:
    from audit.by_group.group_metrics import GroupMetrics
    from audit.by_group.subsets import Subsets

#: Groups that are shown; the frames have all of them.
SHOWN = 40

GAP_HEAD = ("highest - lowest", "interval", "all alike?", "where")


@dataclass(frozen=True)
class GapLine:
    """A gap in words.

    Parameters
    ----------
    of, metric, gap, span, test, ends : str
        Which attributes, which metric, its value, its interval, the p-value, and which groups are furthest apart.
    alike : bool
        Whether chance alone may explain it.
    """

    of: str
    metric: str
    gap: str
    span: str
    test: str
    ends: str
    alike: bool


@dataclass(frozen=True)
class GroupLine:
    """A group with its metrics in words."""

    group: str
    rows: str
    numbers: Sequence[tuple[str, str]]
    compared: bool


def verdict_sentence(
    metric: str, verdict: str, value: float | None, ends: tuple[float, float], limit: float, of: str, needed: int | None, why: str
) -> str:
    """Return a verdict in words."""
    unit = "points" if of == "difference" else ""
    allowed = f"{'at most' if of == 'difference' else 'at least'} {bound(limit, unit)}"
    name = plain_name(metric)
    if value is None or np.isnan(value):
        return f"The {of} of the {name} is undecided: {why}."
    text = f"The {of} of the {name}, {number(value, unit)} ({interval(ends, unit)}), "
    if verdict != "undecided":
        return f"{text}{'is' if verdict == 'holds' else 'is not'} {allowed}."
    if needed is None:
        return f"{text}lies so near the limit of {allowed} that more rows alone would hardly decide."
    more = f"about {counted(rounded_up(needed), 'more row')} like these would decide, if the rates stay as they are"
    return f"{text}cannot be told to be {allowed} or not; {more}."


def as_text(result: "GroupMetrics") -> str:
    """Return groups and gaps as plain text."""
    gaps = _gap_lines(result, list(result.test()["p_adjusted"]))
    head = ["group", "rows", *(plain_name(m.name) for m in result.metrics)]
    groups = [
        [g.group + ("" if g.compared else " *"), g.rows, *(f"{value} ({span})" if span else value for value, span in g.numbers)]
        for g in _group_lines(result)
    ]
    apart = [["metric", *GAP_HEAD], *([g.metric, g.gap, g.span, g.test, g.ends] for g in gaps)]
    return "\n\n".join([_title(result), _aligned([head, *groups]), _aligned(apart), *_remarks(result)])


def as_html(result: "GroupMetrics") -> str:
    """Return groups and gaps as HTML that brings its own style."""
    gaps = _gap_lines(result, list(result.test()["p_adjusted"]))
    metrics = [plain_name(m.name) for m in result.metrics]
    return _html(title=_title(result), metrics=metrics, groups=_group_lines(result), gaps=gaps, remarks=_remarks(result), sets=False)


def subsets_text(subsets: "Subsets") -> str:
    """Return the gaps of all sets as plain text."""
    lines = [[g.of, g.metric, g.gap, g.span, g.test, g.ends] for g in _lines_of(subsets)]
    return "\n\n".join([_sets_title(subsets), _aligned([["groups of", "metric", *GAP_HEAD], *lines])])


def subsets_html(subsets: "Subsets") -> str:
    """Return the gaps of all sets as HTML that brings its own style."""
    return _html(title=_sets_title(subsets), metrics=[], groups=[], gaps=_lines_of(subsets), remarks=[], sets=True)


def _html(**parts: Any) -> str:
    from audit.render.html import environment

    return environment().get_template("groups.html.j2").render(**parts)


def _title(result: "GroupMetrics") -> str:
    size = f"{counted(len(result.cells.groups), 'group')} of {' × '.join(result.attributes)}, {counted(int(result.cells.rows.sum()), 'row')}"
    outcome = f"positive outcome '{result.positive}', " if result.positive else ""
    return f"{size}; {outcome}{100 * result.level:g} % intervals, p-values adjusted by Holm."


def _sets_title(subsets: "Subsets") -> str:
    parts = list(subsets)
    return f"{counted(len(parts), 'set')} of groups, {counted(int(parts[0].joint.rows.sum()), 'row')}; p-values adjusted by Holm over all of them."


def _gap_lines(result: "GroupMetrics", p_values: Sequence[float]) -> list[GapLine]:
    gaps = [result._gap(m, 1) for m in result.metrics]
    return [_gap_line(result, m, g, p) for m, g, p in zip(result.metrics, gaps, p_values, strict=True)]


def _lines_of(subsets: "Subsets") -> list[GapLine]:
    p_values = iter(subsets.test()["p_adjusted"])
    return [line for part in subsets for line in _gap_lines(part, [float(next(p_values)) for _ in part.metrics])]


def _gap_line(result: "GroupMetrics", metric: Metric, found: Gap, p_value: float) -> GapLine:
    of, name = " × ".join(result.attributes), plain_name(metric.name)
    if found.value is None or found.interval is None:
        return GapLine(of, name, NOT_ESTIMABLE, "", found.method.removeprefix(f"{NOT_ESTIMABLE}: "), "", True)
    unit = _unit(metric, difference=True)
    alike = p_value > 1 - result.level
    chance = "p < 0.0001" if p_value < 1e-4 else f"p = {p_value:.2g}"
    test = f"{'may be' if alike else 'no'} ({chance})"
    ends = "; ".join(group_text(result.cells.groups[p]) for p in (found.highest, found.lowest) if p is not None)
    return GapLine(of, name, number(found.value, unit), interval(found.interval, unit), test, ends, alike)


def _group_lines(result: "GroupMetrics") -> list[GroupLine]:
    made = [estimates(m, result.cells, result.level) for m in result.metrics]
    rows, eligible = result.cells.rows, result.eligible
    return [
        GroupLine(
            group_text(group), f"{rows[i]:,}", [_estimate(m, e, i) for m, e in zip(result.metrics, made, strict=True)], bool(eligible[i])
        )
        for i, group in enumerate(result.cells.groups[:SHOWN])
    ]  # fmt: skip


def _estimate(metric: Metric, made: Estimates, place: int) -> tuple[str, str]:
    value, low, high = float(made.value[place]), float(made.low[place]), float(made.high[place])
    unit = _unit(metric)
    span = "" if np.isnan(low) else interval((low, high), unit).removesuffix(" %")
    return number(value, unit), span


def _unit(metric: Metric, *, difference: bool = False) -> str:
    if metric.source in ("roc_auc", "matthews_correlation", "f1_score"):
        return ""
    return "points" if difference or metric.source == "calibration_gap" else "share"


def _remarks(result: "GroupMetrics") -> list[str]:
    missing = result.missing
    lacking = [f"{counted(int(n), 'row')} {name}" for name, n in missing.items() if n and name != "rows"]
    said = [f"Counted, and left out where they cannot be: {listed(lacking)}."] if lacking else []
    if len(result.cells.groups) > SHOWN:
        said.append(f"{counted(len(result.cells.groups) - SHOWN, 'more group')} in .by_group.")
    if not result.eligible.all():
        said.append("Groups marked * take no part in comparisons.")
    return [*result.notices, *said]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
