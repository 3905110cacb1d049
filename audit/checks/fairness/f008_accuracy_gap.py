"""F008: gap in how often the model is right."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.rate_gap import RateGap, agreed
from audit.core.limit import Limit


@dataclass(frozen=True, kw_only=True)
class AccuracyGap(RateGap):
    """Share of the rows predicted right in each group, and highest minus lowest. Known as overall accuracy equality."""

    code: ClassVar[str] = "F008"
    title: ClassVar[str] = "Accuracy gap"
    judged: ClassVar[str] = "accuracy_difference"
    rate: ClassVar[str] = "accuracy"
    advice: ClassVar[str] = (
        "The model serves one group worse. See which kind of error makes the difference (F002, F003), how many rows of that group it learnt from, "
        "and whether the group's features say as much; accuracy also differs where base rates do, so that it is no verdict alone."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Berk, Heidari, Jabbari, Kearns and Roth (2021), Fairness in criminal justice risk assessments, Sociological Methods & Research 50, 3-44",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences from those of the rates",
    )

    limit: Limit = agreed("F008")

    def phrase(self, positive: str) -> str:
        """Return the beginning of the sentence."""
        return "Predicted right:"
