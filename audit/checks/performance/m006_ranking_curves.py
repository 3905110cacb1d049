"""M006: ROC curve, precision-recall curve and gains of the score."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.performance.average_precision import pr_area
from audit.checks.rate import LEVEL, rate
from audit.checks.scores.area import area
from audit.checks.scores.asks import need_scores, quality_asks, score_asks
from audit.checks.scores.counts import Scores, read_scores
from audit.checks.scores.quality import read_quality
from audit.checks.wording import known, span
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import percent
from audit.stats.curves import roc_band, thinned

CURVE_POINTS = 400


@dataclass(frozen=True, kw_only=True)
class RankingCurves(Check):
    """How well the score ranks rows: ROC and precision-recall curve with bands, and what is gained by taking the best-scored rows first.

    Parameters
    ----------
    top : float
        Share of the rows, from the highest score down, whose lift is measured.
    """

    code: ClassVar[str] = "M006"
    title: ClassVar[str] = "Ranking curves"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "lift"
    advice: ClassVar[str] = (
        "Among the best-scored rows there are too few positive ones. Look at whether the score ranks by the outcome of interest, and at features "
        "that tell the highest scores apart."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Campbell (1994), Statistics in Medicine 13, 499-508: band of the whole ROC curve",
        "Massart (1990), Annals of Probability 18, 1269-1283",
    )

    top: float = 0.1
    limit: Limit = Limit(reason="what lift is enough depends on what a hit is worth, so nothing is judged by default")

    def asks(self, subject: Subject) -> Asks:
        """Ask for score counts by label."""
        score = need_scores(subject)
        return score_asks(subject, score) | quality_asks(subject, score)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Cut the ranking everywhere."""
        scores, quality = read_scores(answers), read_quality(answers)
        if scores.one_outcome:
            raise NotApplicable("a ranking is judged by rows of both outcomes; among the held-out rows with a score and a label there is one only")
        auc, precision = area(scores), pr_area(scores)
        selected, captured = (np.cumsum(side[::-1]) for side in (scores.negatives + scores.positives, scores.positives))
        cut = int(np.searchsorted(selected, min(self.top, 1) * scores.n - 1e-9))
        positives, taken, hits = int(captured[-1]), int(selected[cut]), int(captured[cut])
        where = {"top": percent(self.top)}
        capture = rate("capture_rate", hits, positives, where)
        share = taken / scores.n
        lift = Measurement(
            "lift", hits / taken / (positives / scores.n), "times", where, taken,
            None if capture.interval is None else (capture.interval[0] / share, capture.interval[1] / share), capture.level,
            f"capture rate over share of rows taken; {capture.method}",
        )  # fmt: skip
        message = (
            f"The best-scored {percent(share)} of {scores.n:,} rows hold {known(capture.value)} of all with the outcome '{subject.roles.positive}': "
            f"{lift.value:.1f} times as many as a random choice would ({span(lift, 1, 1)}). The ROC AUC is {auc.value:.3f} ({span(auc, 1, 3)}), "
            f"the average precision {precision.value:.3f} ({span(precision, 1, 3)}), which is {positives / scores.n:.3f} for scores that say nothing."
        )
        if scores.constant:
            message += f" Every row has the same score, {scores.mean:g}, so there is no ranking."
        exhibits = [_roc(scores, auc), _precision_recall(captured, selected, precision), _gains(captured, selected)]
        return Findings([lift, capture, *quality.measured()], message + quality.sentence(), exhibits)


def _roc(scores: Scores, auc: Measurement) -> Exhibit:
    x, y, low, high = roc_band(scores.negatives, scores.positives, LEVEL)
    rows = [(float(x[i]), float(y[i]), float(low[i]), float(high[i]), "score") for i in thinned(x, y, CURVE_POINTS)]
    rows += [(0.0, 0.0, 0.0, 0.0, "chance"), (1.0, 1.0, 1.0, 1.0, "chance")]
    return Exhibit(
        Kind.LINES, f"ROC curve, area {auc.value:.3f}", ("x", "y", "low", "high", "series"), rows, "false positive rate", "true positive rate",
        note="Each point is a threshold. The band is simultaneous: the whole true curve lies in it with 95 % confidence (Massart's inequality).",
    )  # fmt: skip


def _precision_recall(captured: NDArray[np.int64], selected: NDArray[np.int64], precision: Measurement) -> Exhibit:
    total = int(captured[-1])
    recall, exact = captured / total, captured / np.maximum(selected, 1)
    rows = []
    for i in _filled(selected, thinned(recall, exact, CURVE_POINTS)):
        at = rate("precision", int(captured[i]), int(selected[i]))
        rows.append((float(recall[i]), at.value, *(at.interval or (None, None)), "score"))
    prior = total / int(selected[-1])
    rows += [(0.0, prior, prior, prior, "chance"), (1.0, prior, prior, prior, "chance")]
    return Exhibit(
        Kind.LINES, f"Precision-recall curve, average precision {precision.value:.3f}", ("x", "y", "low", "high", "series"), rows, "recall",
        "precision",
        note="Each point is a threshold. The band is pointwise: the 95 % interval of the precision at that threshold.",
    )  # fmt: skip


def _gains(captured: NDArray[np.int64], selected: NDArray[np.int64]) -> Exhibit:
    share, recall = selected / selected[-1], captured / captured[-1]
    rows: list[tuple[Scalar, ...]] = [(0.0, 0.0, 0.0, 0.0, "score")]
    for i in _filled(selected, thinned(share, recall, CURVE_POINTS)):
        at = rate("capture_rate", int(captured[i]), int(captured[-1]))
        rows.append((float(share[i]), at.value, *(at.interval or (None, None)), "score"))
    rows += [(0.0, 0.0, 0.0, 0.0, "chance"), (1.0, 1.0, 1.0, 1.0, "chance")]
    return Exhibit(
        Kind.LINES, "Gains: positive rows found by taking the best-scored first", ("x", "y", "low", "high", "series"), rows, "share of rows taken",
        "share of positive rows found",
        note="Divided by the share taken it is the lift. The band is pointwise: the 95 % interval of the share found at that threshold.",
    )  # fmt: skip


def _filled(selected: NDArray[np.int64], kept: NDArray[np.intp]) -> list[int]:
    return [int(i) for i in kept if selected[i] > 0]
