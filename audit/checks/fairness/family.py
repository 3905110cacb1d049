"""The p-values of everything a run asks of decisions, so that each check can adjust its own among them."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from audit.checks.fairness.decisions import Decisions
from audit.checks.fairness.grouped import Counted, Grouped
from audit.checks.fairness.looks import DECISIONS, adjusted
from audit.checks.rate import LEVEL
from audit.stats.exact import DRAWS, alike

#: A question that only its own check answers, for it is about three kinds of rows; to the others its p-value is as good as the largest.
UNCOUNTED = "mean_benefit"
#: An attribute with more groups is to be binned first.
MAX_GROUPS = 50
#: Groups with a smaller share of the rows may be left out of impact ratios: 6 RCNY 5-301(d).
SMALLEST_SHARE = 0.02


def asked(question: str, groups: Grouped) -> Counted:
    """Return the counts that a question of :data:`audit.checks.fairness.looks.DECISIONS` is about."""
    if question == "impact_ratio":
        return large_enough(groups).counted("selection_rate")
    return groups.counted(question)


def large_enough(groups: Grouped, share: float = SMALLEST_SHARE) -> Grouped:
    """Return the groups that hold at least a share of the rows that are predicted; all of them where fewer than two do."""
    rows = groups.counted("selection_rate").rows
    kept = rows >= share * rows.sum()
    return groups.only(kept) if kept.sum() >= 2 else groups


def p_values(decisions: Decisions, attributes: Iterable[str], looks: int, own: Mapping[str, float] | None = None) -> dict[str, float | None]:
    """Return Holm's p-value of every question and attribute, by :func:`name`; attributes with too many groups are left out.

    Parameters
    ----------
    decisions : Decisions
        The counts.
    attributes : iterable of str
        What a run compares; those that were not counted are as good as the least sure.
    looks : int
        How many looks share the error rate.
    own : mapping of str to float, optional
        p-values that a check computed itself, by :func:`name`, where it asked in a way of its own.
    """
    found: dict[str, float | None] = {}
    draws = draws_for(looks)
    for attribute in (a for a in attributes if a in decisions.attributes):
        groups = decisions.by(attribute).known
        if 2 <= len(groups.names) <= MAX_GROUPS:
            for question in (q for q in DECISIONS if q != UNCOUNTED):
                counts = asked(question, groups)
                found[name(question, attribute)] = alike(np.column_stack([counts.successes, counts.trials - counts.successes]), draws)
    return adjusted({**found, **(own or {})}, looks)


def name(question: str, attribute: str) -> str:
    """Return what a p-value goes by."""
    return f"{question} of {attribute}"


def draws_for(looks: int) -> int:
    """Return the draws that a permutation test needs to be able to reject at the level of one look."""
    return max(DRAWS, math.ceil(20 / ((1 - LEVEL) / looks)))
