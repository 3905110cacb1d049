"""Courses and interactions as exhibits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.checks.explanation.at_hand import outcome
from audit.checks.explanation.courses import Course, weights_of
from audit.checks.rate import LEVEL
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import percent

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel

#: Cells along each side of the picture of two columns.
CELLS = 8
#: The middle of the individual curves that is drawn as a band.
MIDDLE = (0.10, 0.90)
#: From this share of its questions off the data on, partial dependence comes with a warning.
OFF_DATA = 0.10


def course_picture(course: Course, asked: "AskedModel", subject: Subject, seed: int) -> Exhibit:
    """Return the course along one column: lines for a number, bars for categories."""
    up = f"chance of {outcome(subject)}" if asked.unit != "decision function" else "decision function"
    low, high = np.nanquantile(course.each, MIDDLE, axis=0)
    warning = (
        f" '{course.column}' goes with '{course.beside}': {percent(course.off)} of what partial dependence asks about does not occur in the data; "
        "read the local effects."
        if course.off >= OFF_DATA
        else ""
    )
    if course.local is None:
        rows: list[Sequence[Scalar]] = [
            (str(at), float(y), float(a), float(b), len(course.each)) for at, y, a, b in zip(course.at, course.mean, low, high, strict=True)
        ]
        note = f"Every row asked with each category in turn; bands hold the middle 80 % of the rows.{warning}"
        return Exhibit(Kind.BARS, f"Dependence on {course.column}", ("label", "value", "low", "high", "n"), rows, up, note=note)
    series = "partial dependence"
    rows = [(float(x), float(y), float(a), float(b), series) for x, y, a, b in zip(course.at, course.mean, low, high, strict=True)]
    n = len(course.local.place)
    (curve,) = course.local.curves(np.ones((1, n)))
    band = np.quantile(course.local.curves(weights_of(n, seed)), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    local = np.column_stack([course.local.edges, curve + course.local.level, *(band + course.local.level)])
    rows += [(*map(float, line), "accumulated local effects") for line in local]
    note = (
        "Partial dependence: every row asked with each value in turn; its band holds the middle 80 % of the rows. Local effects: each row asked "
        f"only about values next to its own, set on the mean answer; with 95 % interval over resampled rows.{warning}"
    )
    return Exhibit(Kind.LINES, f"Dependence on {course.column}", ("x", "y", "low", "high", "series"), rows, course.column, up, note=note)


def interaction_pictures(measurements: Sequence[Measurement], asked: "AskedModel", rows: "pd.DataFrame") -> list[Exhibit]:
    """Return which columns work together, and the first pair as a picture."""
    moves = sorted((m for m in measurements if m.name == "interaction_move"), key=lambda m: -float(m.value or 0))
    if not moves:
        return []
    lines = [(f"{m.where['feature']} with {m.where['with']}", m.value, *(m.interval or (None, None)), m.n) for m in moves]
    note = "How far the answer of both columns together lies from the sum of their single courses (root mean square), with 95 % bootstrap interval."
    bars = Exhibit(
        Kind.BARS, "Columns that work together", ("label", "value", "low", "high", "n"), lines, f"move of the answer, {asked.unit}", note=note
    )
    first = moves[0]
    return [bars, *([_both(asked, rows, first.where["feature"], first.where["with"])] if (first.value or 0) > 0 else [])]


def _both(asked: "AskedModel", rows: "pd.DataFrame", a: str, b: str) -> Exhibit:
    from audit.engines.asked_model import changed
    from audit.engines.dependence import grid, partial_dependence

    few, across, up = rows.head(100), grid(rows[a], CELLS), grid(rows[b], CELLS)
    lines: list[Sequence[Scalar]] = []
    for y in up:
        answers = np.nanmean(partial_dependence(asked, changed(few, b, [y] * len(few)), a, across), axis=0)
        lines += [(_named(x), _named(y), float(v)) for x, v in zip(across, answers, strict=True)]
    note = f"Mean answer for {len(few)} rows with both columns set; where no such rows exist the model was never tried."
    return Exhibit(Kind.HEATMAP, f"Dependence on {a} and {b} together", ("x", "y", "value"), lines, a, b, note=note)


def _named(x: Any) -> str:
    return f"{x:.6g}" if isinstance(x, float) else str(x)
