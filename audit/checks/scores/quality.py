"""What a score column holds beside usable scores: counted, shown and said."""

from dataclasses import dataclass

from audit.core.ask import Answers
from audit.core.measurement import Measurement
from audit.core.wording import counted


@dataclass(frozen=True)
class Quality:
    """Held-out rows, and what some of them lack.

    Parameters
    ----------
    rows : int
        Held-out rows.
    missing_labels, missing_scores : int
        Rows without one.
    infinite, outside : int
        Scores that are infinite, and scores below 0 or above 1, the infinite ones among them.
    """

    rows: int
    missing_labels: int
    missing_scores: int
    infinite: int
    outside: int

    def of_scores(self) -> list[Measurement]:
        """Return the counts that are not 0, but for the missing labels."""
        found = (("missing_scores", self.missing_scores), ("infinite_scores", self.infinite), ("scores_outside_0_to_1", self.outside))
        return [Measurement(name, value, "rows", {}, self.rows, method="count of all rows") for name, value in found if value]

    def measured(self) -> list[Measurement]:
        """Return the counts that are not 0."""
        labels = [Measurement("missing_labels", self.missing_labels, "rows", {}, self.rows, method="count of all rows")]
        return [*(labels if self.missing_labels else []), *self.of_scores()]

    def sentence(self, *, labels: bool = True) -> str:
        """Return what is missing, in words that follow another sentence; empty where nothing is."""
        missing = [(self.missing_labels, "label")] if labels else []
        return "".join(
            f" {counted(number, 'row has', 'rows have')} no {what} and {'is' if number == 1 else 'are'} left out."
            for number, what in [*missing, (self.missing_scores, "score")]
            if number
        )

    @property
    def no_probabilities(self) -> str:
        """Why the scores are no probabilities; empty where they are."""
        if not self.outside:
            return ""
        infinite = f" ({counted(self.infinite, 'of them is infinite', 'of them are infinite')})" if self.infinite else ""
        return f"{counted(self.outside, 'score lies', 'scores lie')} outside 0 to 1{infinite}, so the scores are no probabilities"


def read_quality(answers: Answers) -> Quality:
    """Read the answers to :func:`audit.checks.scores.asks.quality_asks`."""
    names = ("rows", "missing labels", "missing scores", "infinite scores", "scores outside")
    return Quality(*(int(answers.scalar(name)) for name in names))
