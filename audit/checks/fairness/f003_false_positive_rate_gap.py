"""F003: gap in how often those without the positive outcome are taken for having it."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.rate_gap import RateGap, agreed
from audit.core.limit import Limit


@dataclass(frozen=True, kw_only=True)
class FalsePositiveRateGap(RateGap):
    """Share predicted positive among those whose outcome was not positive, in each group, and highest minus lowest."""

    code: ClassVar[str] = "F003"
    title: ClassVar[str] = "False-positive-rate gap"
    judged: ClassVar[str] = "false_positive_rate_difference"
    rate: ClassVar[str] = "false_positive_rate"
    advice: ClassVar[str] = (
        "The model wrongly predicts the positive outcome more often in one group. Ask what that error costs the person concerned; where "
        "the outcome is a burden (a risk, a suspicion), this is the gap that they bear. Look at E001 for where these errors lie."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Hardt, Price and Srebro (2016), Equality of opportunity in supervised learning, NeurIPS",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences from those of the rates",
    )

    limit: Limit = agreed("F003")

    def phrase(self, positive: str) -> str:
        """Return the beginning of the sentence."""
        return f"Among those without the outcome '{positive}', predicted to have it:"
