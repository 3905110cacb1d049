"""F007: gap in how often a positive prediction is right."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from audit.checks.fairness.attribute_check import MISSING
from audit.checks.fairness.comparison import comparison_of
from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.rate_gap import RateGap, agreed
from audit.core.limit import Limit
from audit.core.measurement import Measurement

OTHER = "negative_predictive_value"


@dataclass(frozen=True, kw_only=True)
class PredictiveParityGap(RateGap):
    """Share of the rows predicted positive whose outcome was positive, in each group, and highest minus lowest; the same of the negative ones."""

    code: ClassVar[str] = "F007"
    title: ClassVar[str] = "Predictive-parity gap"
    judged: ClassVar[str] = "positive_predictive_value_difference"
    rate: ClassVar[str] = "positive_predictive_value"
    advice: ClassVar[str] = (
        "A positive prediction means less in one group than in another. See whether the base rates differ (F012): then equal predictive values "
        "and equal error rates cannot both be had, and somebody must choose. If they do not, the scores are calibrated differently."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Chouldechova (2017), Fair prediction with disparate impact, Big Data 5, 153-163",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences from those of the rates",
    )

    limit: Limit = agreed("F007")

    def phrase(self, positive: str) -> str:
        """Return the beginning of the sentence."""
        return f"Among those predicted '{positive}', it came true for"

    def also(self, decisions: Decisions, groups: Grouped, measured: Sequence[Measurement]) -> list[Measurement]:
        """Return the negative predictive values and their gap, which is shown and not judged."""
        comparison = comparison_of(groups, groups.known, OTHER, self.looks)
        gap = comparison.difference(comparison.gap())
        counted = groups.counted(OTHER)
        rates = [counted.measured(i, groups.where(i, MISSING)) for i in range(len(groups.names))]
        return [replace(gap, method=f"{gap.method}; shown, not judged"), groups.everyone.counted(OTHER).measured(0, {}), *rates]
