"""X004: how the chance that the model gives moves with its leading columns, and which of them work together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from audit.checks.explanation.at_hand import answered, held_out_rows, model_at_hand, of_rows, outcome, refusals, training_rows
from audit.checks.explanation.course_pictures import OFF_DATA, course_picture, interaction_pictures
from audit.checks.explanation.courses import Course, course_measured, course_of, largest_move, weights_of
from audit.checks.explanation.curve_wording import along, among, size, value
from audit.checks.explanation.shap_course import shap_course
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.stats.cells import percentile_interval

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.dependence import Joint

#: Columns with which a leading column is compared for that, the first of the table.
COMPARED = 60


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
        courses = [c for name in leading if (c := course_of(asked, rows, name, [*leading, *asked.columns[:COMPARED]])) is not None]
        where = of_rows(len(rows), answers.scalar("size"))
        if not courses:
            text = f"No column moves the answer of {model.name} on {where}: it is {value(float(asked.chances(rows)[0]), asked.unit)} for all."
            moved = largest_move(model.name, max(reach.values()), asked.unit, len(rows))
            return Findings([moved], text + refusals(asked, len(given), len(rows)))
        measurements, exhibits = [], []
        for course in courses:
            measurements += course_measured(model.name, course, asked.unit, self.seed)
            exhibits.append(course_picture(course, asked, subject, self.seed))
        exhibits += shap_course(asked, model, subject, rows, answers.frame("background"), [c.column for c in courses], self.seed)
        pairs = _pairs(asked, rows.head(self.pair_rows), [c.column for c in courses])
        measurements += [m for pair, joint in pairs.items() for m in _interaction(model.name, pair, joint, asked.unit, self.seed)]
        exhibits += interaction_pictures(measurements, asked, rows)
        text = _message(model.name, courses, measurements, asked, subject, where)
        return Findings(measurements, text + refusals(asked, len(given), len(rows)), exhibits)


def _pairs(asked: "AskedModel", rows: "pd.DataFrame", columns: Sequence[str]) -> "dict[tuple[str, str], Joint]":
    from audit.engines.dependence import joint

    if len(columns) < 2 or len(rows) < 10:
        return {}
    found = joint(asked, rows.reset_index(drop=True), columns)
    return {pair: j for pair, j in found.items() if not np.isnan([j.first, j.second, j.both]).any()}


def _interaction(model: str, pair: tuple[str, str], joint: "Joint", unit: str, seed: int) -> list[Measurement]:
    n = len(joint.both)
    (share,), (move,) = joint.strength(np.ones((1, n)))
    shares, moves = joint.strength(weights_of(n, seed))
    where, how = (
        {"model": model, "feature": pair[0], "with": pair[1]},
        f"{n} sampled rows asked with the columns of each other; bootstrap of the rows",
    )
    return [
        Measurement("interaction_move", float(move), unit, where, n, percentile_interval(moves, LEVEL), LEVEL, f"root mean square; {how}"),
        Measurement("interaction_h2", float(min(share, 1.0)), "share", where, n, percentile_interval(np.minimum(shares, 1.0), LEVEL), LEVEL, how),
    ]


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
