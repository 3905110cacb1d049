"""How far scores are from what happened: Brier score, Brier skill score and log loss."""

import sys
from math import log

from audit.checks.rate import LEVEL
from audit.checks.scores.counts import Scores
from audit.checks.scores.quality import Quality
from audit.core.ask import Answers
from audit.core.measurement import Measurement
from audit.core.wording import counted
from audit.stats.probability_loss import brier_interval, brier_skill, brier_skill_interval, log_loss_interval

#: The chance that takes the place of none where scores are clipped, as scikit-learn does it.
CLIPPED = sys.float_info.epsilon
GAFFKE = "mean of all rows, summed by the engine; gaffke's interval of bounded numbers"


def probability_losses(scores: Scores, answers: Answers, quality: Quality) -> list[Measurement]:
    """Return Brier score, Brier skill score and log loss, and the log loss of clipped scores where some are exactly 0 or 1.

    Parameters
    ----------
    scores : Scores
        Counted by outcome.
    answers : Answers
        To :func:`audit.checks.scores.asks.loss_asks`.
    quality : Quality
        Says whether the scores are probabilities.
    """
    names = ("brier_score", "brier_skill_score", "log_loss")
    if not scores.n or quality.no_probabilities:
        why = quality.no_probabilities or "no row has both a label and a score"
        return [Measurement(name, None, n=scores.n, method=f"not estimable: {why}") for name in names]
    brier = float(answers.scalar("squared losses")) / scores.n
    return [
        _measured("brier_score", brier, brier_interval(scores.means, scores.negatives, scores.positives, LEVEL), scores.n, GAFFKE),
        _skill(scores, brier),
        *_log_losses(scores, answers),
    ]


def _skill(scores: Scores, brier: float) -> Measurement:
    value = brier_skill(brier, scores.n, int(scores.positives.sum()))
    if value is None:
        return Measurement("brier_skill_score", None, n=scores.n, method="not estimable: rows of only one class have a score")
    interval = brier_skill_interval(scores.means, scores.negatives, scores.positives, LEVEL)
    method = "1 - brier score / brier score of the share of positives; rows weighted at random, one more of each outcome at the adverse end"
    return _measured("brier_skill_score", value, interval, scores.n, method)


def _log_losses(scores: Scores, answers: Answers) -> list[Measurement]:
    total, wrong, certain = (answers.scalar(name) for name in ("log losses", "no chance", "certain"))
    counts = (scores.means, scores.negatives, scores.positives)
    if not certain:
        interval = log_loss_interval(*counts, floor=sys.float_info.min, level=LEVEL)
        method = f"{GAFFKE}, none above what the most confident of these scores would lose if it were wrong"
        return [_measured("log_loss", float(total) / scores.n, interval, scores.n, method, "nats")]
    clipped = (float(total) - wrong * log(CLIPPED)) / scores.n
    interval = log_loss_interval(*counts, floor=CLIPPED, level=LEVEL)
    also = _measured("log_loss_clipped", clipped, interval, scores.n, f"{GAFFKE}; scores clipped to {CLIPPED:.2g} from 0 and 1", "nats")
    if wrong:
        why = f"not estimable: infinite, since {counted(wrong, 'row')} scored exactly 0 or 1 had the other outcome"
        return [Measurement("log_loss", None, "nats", n=scores.n, method=why), also]
    why = f"mean of all rows; no upper end, since {counted(certain, 'row is', 'rows are')} scored exactly 0 or 1, and one wrong one makes it infinite"
    return [Measurement("log_loss", float(total) / scores.n, "nats", n=scores.n, method=why), also]


def _measured(name: str, value: float, interval: tuple[float, float] | None, n: int, method: str, unit: str = "") -> Measurement:
    if interval is not None:  # the interval is of binned scores, the value is not: rounding must not part them
        interval = (min(interval[0], value), max(interval[1], value))
    return Measurement(name, value, unit, n=n, interval=interval, level=LEVEL if interval else None, method=method)
