"""F001: gap in how often groups are predicted positive."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.rate_gap import RateGap, agreed
from audit.checks.fairness.rate_table import rate_table
from audit.core.exhibit import Exhibit
from audit.core.limit import Limit


@dataclass(frozen=True, kw_only=True)
class SelectionRateGap(RateGap):
    """Share predicted positive in each group, and highest minus lowest. Known as demographic parity difference."""

    code: ClassVar[str] = "F001"
    title: ClassVar[str] = "Selection-rate gap"
    judged: ClassVar[str] = "selection_rate_difference"
    rate: ClassVar[str] = "selection_rate"
    advice: ClassVar[str] = (
        "Compare with the gap in the labels themselves (B003): the model may repeat it, widen it or narrow it. Decide with those affected "
        "whether the use justifies it; if not, look at the features that carry it (X001), collect more rows of the smaller groups, "
        "or switch on mitigation."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "29 CFR 1607.4(D): selection rates, the four-fifths rule and its clauses on significance",
        "Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: intervals of differences from those of the rates",
    )

    limit: Limit = agreed("F001")

    def phrase(self, positive: str) -> str:
        """Return the beginning of the sentence."""
        return f"Predicted '{positive}':"

    def exhibits(self, groups: Grouped) -> list[Exhibit]:
        """Return all rates of all groups, for whoever reviews them."""
        return [rate_table(groups)]
