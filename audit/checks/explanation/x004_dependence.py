"""X004: how the chance that the model gives moves with its leading columns, and which of them work together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from audit.checks.explanation.at_hand import answered, held_out_rows, model_at_hand, of_rows, outcome, refusals, training_rows
from audit.checks.explanation.curve_wording import along, among, size, value
from audit.checks.explanation.shap_course import shap_course
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import percent
from audit.stats.cells import percentile_interval, resample

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.dependence import Accumulated, Joint

DRAWS = 500
#: Points of a curve, and cells along each side of the picture of two columns.
POINTS, CELLS = 20, 8
#: The middle of the individual curves that is drawn as a band.
MIDDLE = (0.10, 0.90)
#: From this share of its questions off the data on, partial dependence comes with a warning.
OFF_DATA = 0.10
#: Columns with which a leading column is compared for that, the first of the table.
COMPARED = 60


@dataclass(frozen=True)
class Course:
    """How the answer moves with one column.

    Parameters
    ----------
    column : str
        Which.
    at : list
        Values asked about.
    each : ndarray, shape (rows, values)
        Individual curves.
    local : Accumulated or None
        Local effects, of numbers.
    off : float
        Largest share of the questions that lies off the data, over the other columns.
    beside : str
        The column with which it is largest.
    """

    column: str
    at: list[Any]
    each: np.ndarray
    local: "Accumulated | None"
    off: float
    beside: str

    @property
    def mean(self) -> np.ndarray:
        """The partial dependence, shape (values,)."""
        return np.asarray(np.nanmean(self.each, axis=0))


@dataclass(frozen=True, kw_only=True)
class Dependence(Check):
    """Partial dependence, accumulated local effects and SHAP dependence of the leading columns, and their interactions.

    Parameters
    ----------
    rows : int
        Held-out rows to ask about, taken by the hash of their key.
    columns : int
        How many columns, those that move the answer most.
    pair_rows : int
        Rows for the interactions, whose questions grow with the square.
    background : int
        Training rows that stand for "the column is not known" in the SHAP values.
    seed : int
        Of the resampling.
    """

    code: ClassVar[str] = "X004"
    title: ClassVar[str] = "Dependence on the leading columns"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "accumulated_effect"
    advice: ClassVar[str] = "Ask whether each course is what an expert would expect, and look at the rows where it turns."
    cites: ClassVar[tuple[str, ...]] = (
        "Friedman (2001), Greedy function approximation: a gradient boosting machine",
        "Apley and Zhu (2020), Visualizing the effects of predictor variables in black box supervised learning models",
        "Friedman and Popescu (2008), Predictive learning via rule ensembles",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit()
    rows: int = 400
    columns: int = 5
    pair_rows: int = 50
    background: int = 100
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for bounded samples of held-out and of training rows."""
        return {
            "size": scalar(subject.held_out.count()),
            "rows": held_out_rows(subject, self.rows),
            "background": training_rows(subject, self.background),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Ask the model along each leading column, and about each pair of them."""
        from audit.engines.asked_model import AskedModel
        from audit.engines.dependence import reach_of

        model, given = model_at_hand(subject), answers.frame("rows")
        asked = AskedModel(model, subject.roles.positive)
        rows, _ = answered(asked, given)
        reach = reach_of(asked, rows, self.seed)
        leading = [c for c in sorted(reach, key=lambda c: -reach[c]) if reach[c] > 0][: self.columns]
        courses = [c for name in leading if (c := _course(asked, rows, name, [*leading, *asked.columns[:COMPARED]])) is not None]
        where = of_rows(len(rows), answers.scalar("size"))
        if not courses:
            text = f"No column moves the answer of {model.name} on {where}: it is {value(float(asked.chances(rows)[0]), asked.unit)} for all."
            return Findings([_reached(model.name, c, reach[c], asked, len(rows)) for c in reach][:1], text + refusals(asked, len(given), len(rows)))
        measurements, exhibits = [], []
        for course in courses:
            measurements += _measured(model.name, course, asked.unit, self.seed)
            exhibits.append(_picture(course, asked, subject, self.seed))
        exhibits += shap_course(asked, model, subject, rows, answers.frame("background"), [c.column for c in courses], self.seed)
        pairs = _pairs(asked, rows.head(self.pair_rows), [c.column for c in courses])
        measurements += [m for pair, joint in pairs.items() for m in _interaction(model.name, pair, joint, asked.unit, self.seed)]
        exhibits += _interactions(measurements, asked, rows)
        text = _message(model.name, courses, measurements, asked, subject, where)
        return Findings(measurements, text + refusals(asked, len(given), len(rows)), exhibits)


def _course(asked: "AskedModel", rows: "pd.DataFrame", column: str, others: Sequence[str]) -> Course | None:
    from audit.engines.dependence import accumulated, grid, is_number, off_data, partial_dependence

    at = grid(rows[column], POINTS)
    if len(at) < 2:
        return None
    each = partial_dependence(asked, rows, column, at)
    if np.isnan(each).all(axis=0).any():
        return None
    off = {other: off_data(rows, column, other) for other in dict.fromkeys(others) if other != column}
    beside = max(off, key=lambda o: off[o], default="")
    local = accumulated(asked, rows, column, POINTS - 1) if is_number(rows[column]) else None
    return Course(column, at, each, local, off.get(beside, 0.0), beside)


def _measured(model: str, course: Course, unit: str, seed: int) -> list[Measurement]:
    where = {"model": model, "feature": course.column}
    weights = _weights(len(course.each), seed)
    drawn = weights @ np.nan_to_num(course.each) / np.maximum(weights @ ~np.isnan(course.each), 1)
    ends = drawn[:, -1] - drawn[:, 0] if course.local is not None else drawn[:, course.mean.argmax()] - drawn[:, course.mean.argmin()]
    change = float(course.mean[-1] - course.mean[0]) if course.local is not None else float(np.ptp(course.mean))
    ways = "from the lowest to the highest value" if course.local is not None else "between the categories with the lowest and the highest answer"
    how = f"{ways}; bootstrap over the rows asked about"
    n = len(course.each)
    found = [Measurement("partial_dependence_change", change, unit, where, n, percentile_interval(ends, LEVEL), LEVEL, how)]
    if course.local is not None:
        rows = len(course.local.place)
        (curve,) = course.local.curves(np.ones((1, rows)))
        curves = course.local.curves(_weights(rows, seed))
        band = percentile_interval(curves[:, -1] - curves[:, 0], LEVEL)
        found.append(Measurement("accumulated_effect", float(curve[-1] - curve[0]), unit, where, rows, band, LEVEL, how))
    off = f"largest over the other columns, here '{course.beside}'; bands of each, cells without a row where three would be expected"
    return [*found, Measurement("off_data_share", course.off, "share", where, n, method=off)]


def _reached(model: str, column: str, reach: float, asked: "AskedModel", n: int) -> Measurement:
    how = "mean move of the answer when each column takes the value of another row; the same for all columns"
    return Measurement("largest_move", reach, asked.unit, {"model": model}, n, method=how)


def _weights(rows: int, seed: int) -> np.ndarray:
    return resample(np.ones(rows, dtype=np.int64), DRAWS, seed).astype(float)


def _picture(course: Course, asked: "AskedModel", subject: Subject, seed: int) -> Exhibit:
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
    band = np.quantile(course.local.curves(_weights(n, seed)), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    local = np.column_stack([course.local.edges, curve + course.local.level, *(band + course.local.level)])
    rows += [(*map(float, line), "accumulated local effects") for line in local]
    note = (
        "Partial dependence: every row asked with each value in turn; its band holds the middle 80 % of the rows. Local effects: each row asked "
        f"only about values next to its own, set on the mean answer; with 95 % interval over resampled rows.{warning}"
    )
    return Exhibit(Kind.LINES, f"Dependence on {course.column}", ("x", "y", "low", "high", "series"), rows, course.column, up, note=note)


def _pairs(asked: "AskedModel", rows: "pd.DataFrame", columns: Sequence[str]) -> "dict[tuple[str, str], Joint]":
    from audit.engines.dependence import joint

    if len(columns) < 2 or len(rows) < 10:
        return {}
    found = joint(asked, rows.reset_index(drop=True), columns)
    return {pair: j for pair, j in found.items() if not np.isnan([j.first, j.second, j.both]).any()}


def _interaction(model: str, pair: tuple[str, str], joint: "Joint", unit: str, seed: int) -> list[Measurement]:
    n = len(joint.both)
    (share,), (move,) = joint.strength(np.ones((1, n)))
    shares, moves = joint.strength(_weights(n, seed))
    where, how = (
        {"model": model, "feature": pair[0], "with": pair[1]},
        f"{n} sampled rows asked with the columns of each other; bootstrap of the rows",
    )
    return [
        Measurement("interaction_move", float(move), unit, where, n, percentile_interval(moves, LEVEL), LEVEL, f"root mean square; {how}"),
        Measurement("interaction_h2", float(min(share, 1.0)), "share", where, n, percentile_interval(np.minimum(shares, 1.0), LEVEL), LEVEL, how),
    ]


def _interactions(measurements: Sequence[Measurement], asked: "AskedModel", rows: "pd.DataFrame") -> list[Exhibit]:
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


def _message(model: str, courses: Sequence[Course], measurements: Sequence[Measurement], asked: "AskedModel", subject: Subject, where: str) -> str:
    subject_of = f"the chance of {outcome(subject)}" if asked.unit != "decision function" else "the output"
    said = [_course_in_words(c, asked.unit) for c in courses[:3]]
    text = f"By {model}, {subject_of} {'; it '.join(said)}. Asked on {where}."
    moves = sorted((m for m in measurements if m.name == "interaction_move"), key=lambda m: -float(m.value or 0))
    if moves and (moves[0].value or 0) > 0:
        first = moves[0]
        text += f" Of these columns '{first.where['feature']}' and '{first.where['with']}' work together most, which moves the answer by "
        text += f"{size(float(first.value or 0), asked.unit)}."
    for course in courses[:3]:
        if course.off >= OFF_DATA:
            text += f" '{course.column}' goes with '{course.beside}', so its course is read from rows near its own value."
    return text


def _course_in_words(course: Course, unit: str) -> str:
    if course.local is None:
        return among(course.column, course.at, list(course.mean), unit)
    if course.off < OFF_DATA:
        return along(course.column, course.at, list(course.mean), unit)
    (curve,) = course.local.curves(np.ones((1, len(course.local.place))))
    return along(course.column, list(course.local.edges), list(curve + course.local.level), unit)
