"""What M001 measures of the scores of a binary target."""

from dataclasses import dataclass
from typing import Self

from audit.checks.performance.average_precision import pr_area
from audit.checks.performance.probability_losses import probability_losses
from audit.checks.scores.area import area
from audit.checks.scores.asks import loss_asks, quality_asks, score_asks
from audit.checks.scores.counts import Scores, read_scores
from audit.checks.scores.quality import Quality, read_quality
from audit.checks.wording import span
from audit.core.ask import Answers, Asks
from audit.core.measurement import Measurement
from audit.core.subject import Subject


@dataclass(frozen=True)
class Scored:
    """Ranking and probabilities.

    Parameters
    ----------
    scores : Scores
        Counted by outcome.
    quality : Quality
        What the score column holds besides.
    auc, precision : Measurement
        ROC AUC and average precision.
    losses : list of Measurement
        Brier score, its skill score and log loss.
    """

    scores: Scores
    quality: Quality
    auc: Measurement
    precision: Measurement
    losses: list[Measurement]

    @classmethod
    def possible(cls, subject: Subject) -> bool:
        """Return whether there are scores of a binary target."""
        return bool(subject.roles.score) and subject.roles.positive is not None

    @classmethod
    def asks(cls, subject: Subject) -> Asks:
        """Ask for score counts by label, for sums of losses, and for what cannot be used."""
        score = subject.need("score")
        return score_asks(subject, score) | quality_asks(subject, score) | loss_asks(subject, score)

    @classmethod
    def of(cls, answers: Answers) -> Self:
        """Measure."""
        scores, quality = read_scores(answers), read_quality(answers)
        return cls(scores, quality, area(scores), pr_area(scores), probability_losses(scores, answers, quality))

    @property
    def others(self) -> list[Measurement]:
        """What does not stand among the metrics of which 1 is best."""
        return [*self.losses, *self.quality.of_scores()]

    @property
    def ranked(self) -> str:
        """How well the scores order rows, to follow a sentence without its full stop; empty where that cannot be told."""
        return "" if self.auc.value is None else f"; the ROC AUC is {self.auc.value:.3f} ({span(self.auc, 1, 3)})"

    @property
    def remarks(self) -> str:
        """What is odd about the scores, to follow another sentence."""
        text = self.quality.sentence(labels=False)
        text += f" {self.quality.no_probabilities}; only their order counts." if self.quality.no_probabilities else ""
        return text + (f" Every row has the same score, {self.scores.mean:g}." if self.scores.constant else "")
