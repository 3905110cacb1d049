"""Fairness of predictions by group, for arrays, frames, tables and files: ``from audit import fairness``.

Everything is computed from counts of group × label × prediction that the engine makes where the data are, so a file of a hundred million rows is one
query. Every number comes with its interval, the rows it rests on, and how it was made.
"""

from audit.by_group.group_metrics import GroupMetrics
from audit.by_group.measured import by_group, of
from audit.by_group.published import (
    demographic_parity_difference,
    demographic_parity_ratio,
    disparate_impact,
    disparities,
    equal_opportunity_difference,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from audit.by_group.subsets import Subsets

__all__ = [
    "GroupMetrics",
    "Subsets",
    "by_group",
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "disparate_impact",
    "disparities",
    "equal_opportunity_difference",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "of",
]
