"""M005: what decisions by a threshold on the score cost, and which threshold is cheapest."""

from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

import numpy as np

from audit.checks.performance.net_benefit import net_benefit
from audit.checks.performance.threshold_costs import Costs, Cuts, Saving, saving
from audit.checks.rate import LEVEL
from audit.checks.scores.asks import decision_score_asks, need_scores, quality_asks, score_asks
from audit.checks.scores.counts import Scores, read_scores, read_scores_by_group, together
from audit.checks.scores.quality import Quality, read_quality
from audit.checks.wording import span
from audit.core.ask import Answers, Ask, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted
from audit.stats.curves import thinned

CURVE_POINTS = 200
#: Rows of the table of thresholds.
SHOWN = 19
UNIT = "cost per row"


@dataclass(frozen=True, kw_only=True)
class Thresholds(Check):
    """Expected cost by threshold, the threshold that is cheapest, and what it saves against the present predictions on rows it was not chosen on.

    Parameters
    ----------
    cost_false_positive, cost_false_negative : float
        What the two mistakes cost, in one unit; only their proportion matters for the threshold. Equal where nobody declared them.
    """

    code: ClassVar[str] = "M005"
    title: ClassVar[str] = "Thresholds and costs"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "cost_saving"
    advice: ClassVar[str] = (
        "Another threshold on the same score is cheaper than the present predictions. Declare what the two mistakes cost, if they do not cost the "
        "same, and choose the threshold on rows that are not used to judge it."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Elkan (2001), IJCAI, 973-978: thresholds that follow from costs",
        "Vickers and Elkin (2006), Medical Decision Making 26, 565-574: net benefit",
    )

    cost_false_positive: float = 1.0
    cost_false_negative: float = 1.0
    limit: Limit = Limit(reason="how much saving calls for another threshold is for those to say who know the costs, so nothing is judged by default")

    def asks(self, subject: Subject) -> Asks:
        """Ask for score counts by label, and by label and prediction where there is one."""
        score = need_scores(subject)
        self._costs()
        asks: dict[str, Ask] = {**quality_asks(subject, score)}
        if subject.roles.prediction:
            return asks | decision_score_asks(subject, score, subject.roles.prediction)
        return asks | score_asks(subject, score)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Cost every threshold, and choose and judge the cheapest on different rows."""
        costs, quality = self._costs(), read_quality(answers)
        prediction = subject.roles.prediction
        decided = read_scores_by_group(answers, prediction) if prediction else {}
        scores = together(decided.values()) if prediction else read_scores(answers)
        if not scores.n:
            raise NotApplicable("no held-out row has both a label and a score; check the two columns under 'roles'")
        found = saving({d: s for d, s in decided.items() if d is not None}, costs)
        measured = [*_saved(scores, found, costs, prediction), *_present(decided, costs)]
        measured += _balanced(scores, costs, quality)
        exhibits = [_cost_curve(scores, costs), *_benefit_curve(scores, quality), _table(scores, costs, found)]
        message = self._message(scores, quality, found, measured)
        return Findings([*measured, *quality.measured()], message + quality.sentence(), exhibits)

    def _costs(self) -> Costs:
        for name in ("cost_false_positive", "cost_false_negative"):
            cost = getattr(self, name)
            if isinstance(cost, bool) or not isinstance(cost, (int, float)) or not isfinite(cost) or cost < 0:
                raise UsageError(f"check {self.code}: '{name}' is a cost, a number of at least 0; got {cost!r}")
        if self.cost_false_positive == self.cost_false_negative == 0:
            raise UsageError(f"check {self.code}: a false positive and a false negative cannot both cost nothing; name one of the two costs")
        return Costs(float(self.cost_false_positive), float(self.cost_false_negative))

    def _message(self, scores: Scores, quality: Quality, found: Saving | None, measured: list[Measurement]) -> str:
        same = self.cost_false_positive == self.cost_false_negative
        default = same and self.cost_false_positive == 1 and not self.clauses
        costs = f"A false positive costs {self.cost_false_positive:g}, a false negative {self.cost_false_negative:g}"
        text = f"{costs}{' (nobody declared costs, so the two count the same)' if default else ''}."
        best = measured[0]
        if found is None or best.value is None:
            text += " There are no predictions to compare a threshold with."
        else:
            before, after = (_per_row(*mistakes, found.n, self._costs()) for mistakes in (found.before, found.after))
            text += (
                f" Chosen on one half of the rows, answering positively {_from(scores, found.cut)} costs {after:.3g} per row on the other half; the "
                f"present predictions cost {before:.3g} there. It saves {best.value:.3g} per row ({span(best, 1, 3)})"
            )
            low, high = best.interval or (0.0, 0.0)
            text += ", which may be chance." if low <= 0 <= high else ", so the present predictions are the cheaper ones." if high < 0 else "."
        if quality.no_probabilities:
            text += f" {quality.no_probabilities}; no net benefit is reckoned."
        if scores.constant:
            text += f" Every row has the same score, {scores.mean:g}, so a threshold can only answer all alike."
        if scores.one_outcome:
            text += " All these rows have the same outcome, so the cheapest threshold answers all alike."
        return text


def _saved(scores: Scores, found: Saving | None, costs: Costs, prediction: str | None) -> list[Measurement]:
    if found is None:
        why = "too few rows to split" if prediction else "no prediction to compare with"
        return [Measurement("cost_saving", None, UNIT, n=0, method=f"not estimable: {why}")]
    threshold = {"threshold": _threshold(scores, found.cut)}
    judged = "chosen on one half of the rows, judged on the other, paired; gaffke"
    return [
        Measurement("cost_saving", found.value, UNIT, {}, found.n, found.interval, LEVEL, judged),
        _cost(*found.after, found.n, costs, threshold, "on the half it was not chosen on; gaffke"),
    ]


def _present(decided: dict[str | None, Scores], costs: Costs) -> list[Measurement]:
    known = {d: s for d, s in decided.items() if d is not None}
    n = sum(s.n for s in known.values())
    if not n:
        return []
    fp = int(known["positive"].negatives.sum()) if "positive" in known else 0
    fn = int(known["negative"].positives.sum()) if "negative" in known else 0
    return [_cost(fp, fn, n, costs, {"decisions": "present predictions"}, "gaffke")]


def _balanced(scores: Scores, costs: Costs, quality: Quality) -> list[Measurement]:
    """Return the cost at the threshold that would be cheapest if scores were chances: no choice was made, so all rows judge it."""
    if quality.no_probabilities:
        return []
    cut = int(np.searchsorted(scores.lowest, costs.balance))
    cuts = Cuts.of(scores.negatives, scores.positives)
    where = {"threshold": f"{costs.balance:.3g}, cheapest if scores are chances"}
    return [_cost(int(cuts.fp[cut]), int(cuts.fn[cut]), scores.n, costs, where, "gaffke")]


def _cost(fp: int, fn: int, n: int, costs: Costs, where: dict[str, str], method: str) -> Measurement:
    value, ends = _per_row(fp, fn, n, costs), costs.interval(fp, fn, n)
    interval = None if ends is None else (min(ends[0], value), max(ends[1], value))
    return Measurement("expected_cost", value, UNIT, where, n, interval, LEVEL, method)


def _per_row(fp: int, fn: int, n: int, costs: Costs) -> float:
    return (costs.false_positive * fp + costs.false_negative * fn) / n


def _threshold(scores: Scores, cut: int) -> str:
    return f"{scores.lowest[cut]:.6g}" if cut < len(scores.lowest) else "none"


def _from(scores: Scores, cut: int) -> str:
    if cut == 0:
        return "always"
    return "never" if cut == len(scores.lowest) else f"from a score of {scores.lowest[cut]:.4g} on"


def _cost_curve(scores: Scores, costs: Costs) -> Exhibit:
    cuts = Cuts.of(scores.negatives, scores.positives)
    finite = np.flatnonzero(np.isfinite(scores.lowest))
    cost = cuts.cost(costs) / scores.n
    kept = finite[thinned(scores.lowest[finite], cost[finite], CURVE_POINTS)]
    low, high = costs.intervals(cuts.fp[kept], cuts.fn[kept], scores.n)
    rows = [(float(scores.lowest[i]), float(cost[i]), float(a), float(b)) for i, a, b in zip(kept, low, high, strict=True)]
    return Exhibit(
        Kind.LINES, "Expected cost by threshold", ("x", "y", "low", "high"), rows, "score from which the answer is positive", UNIT,
        note="All rows. The band is pointwise: the lowest point of the curve is optimistic, since it is the lowest of many.",
    )  # fmt: skip


def _benefit_curve(scores: Scores, quality: Quality) -> list[Exhibit]:
    if quality.no_probabilities:
        return []
    return [
        Exhibit(
            Kind.LINES, "Net benefit by threshold", ("x", "y", "low", "high", "series"), net_benefit(scores), "threshold",
            "net benefit, true positives per row",
            note="False positives are taken off at the odds of the threshold. The band is pointwise. A score is of use above both other lines.",
        )
    ]  # fmt: skip


def _table(scores: Scores, costs: Costs, found: Saving | None) -> Exhibit:
    cuts = Cuts.of(scores.negatives, scores.positives)
    selected = cuts.fp + cuts.tp
    wanted = np.searchsorted(-selected[:-1], -np.linspace(1, 0, SHOWN + 1)[:-1] * scores.n)
    shown = set(np.minimum(wanted, len(scores.scores) - 1).tolist()) | ({found.cut} if found else set())
    positives = int(scores.positives.sum())
    rows: list[tuple[Scalar, ...]] = []
    for i in sorted(shown):
        tp, fp = int(cuts.tp[i]), int(cuts.fp[i])
        name = _threshold(scores, i) + (" (chosen)" if found and i == found.cut else "")
        shares = ((tp + fp, scores.n), (tp, tp + fp), (tp, positives), (fp, scores.n - positives))
        cost = _per_row(fp, int(cuts.fn[i]), scores.n, costs)
        rows.append((name, *(k / total if total else None for k, total in shares), cost))
    return Exhibit(
        Kind.TABLE, "Thresholds", ("threshold", "selection rate", "precision", "recall", "false positive rate", UNIT), rows,
        note=f"{counted(scores.n, 'row')}; positive from this score on.",
    )  # fmt: skip
