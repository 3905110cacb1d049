"""F002: gap in how often those with the positive outcome are recognised."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.rate_gap import RateGap, agreed, mirrored
from audit.core.limit import Limit
from audit.core.measurement import Measurement


@dataclass(frozen=True, kw_only=True)
class TruePositiveRateGap(RateGap):
    """Share predicted positive among those whose outcome was positive, in each group, and highest minus lowest. Known as equal opportunity."""

    code: ClassVar[str] = "F002"
    title: ClassVar[str] = "True-positive-rate gap"
    judged: ClassVar[str] = "true_positive_rate_difference"
    rate: ClassVar[str] = "true_positive_rate"
    advice: ClassVar[str] = (
        "The model overlooks positive outcomes more often in one group. Look at how many positive rows of that group it learnt from, and whether "
        "its labels are as reliable as the others'; mitigation can constrain this gap in training."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Hardt, Price and Srebro (2016), Equality of opportunity in supervised learning, NeurIPS",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences from those of the rates",
    )

    limit: Limit = agreed("F002")

    def phrase(self, positive: str) -> str:
        """Return the beginning of the sentence."""
        return f"Among those with the outcome '{positive}', predicted so:"

    def also(self, decisions: Decisions, groups: Grouped, measured: Sequence[Measurement]) -> list[Measurement]:
        """Return the false negative rates: one minus the true positive rates."""
        return mirrored(measured, "false_negative_rate")
