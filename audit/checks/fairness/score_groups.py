"""What the checks of scores by group have in common: which instances there are, what they ask, and what they refuse."""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.per_attribute import PerAttribute
from audit.checks.outcomes import MAX_GROUPS, MISSING
from audit.checks.scores.asks import group_score_asks, need_scores, quality_asks
from audit.checks.scores.counts import Scores, read_scores_by_group
from audit.checks.scores.quality import Quality, read_quality
from audit.core.ask import Answers, Asks
from audit.core.check import Findings
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted
from audit.stats.bounded_mean import bounded_means
from audit.stats.merged_bins import merged
from audit.stats.range_of_estimates import RangeOfEstimates

#: Cells in which a group's scores are kept apart when its mean is judged.
CELLS = 300
SQUARED = "ends of the groups squared and added"


@dataclass(frozen=True, kw_only=True)
class ScoreGroupsCheck(PerAttribute):
    """Base of the checks that compare the scores of the groups of one sensitive attribute.

    Parameters
    ----------
    max_groups : int
        With more groups than this the attribute is to be binned first.
    """

    max_groups: int = MAX_GROUPS

    def asks(self, subject: Subject) -> Asks:
        """Ask for score counts by group and label, the same for all checks of scores by group."""
        score = need_scores(subject)
        self.need_attribute(subject)
        return group_score_asks(subject, score, self.attribute) | quality_asks(subject, score)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the groups, where there are two of them and not too many; of too many it is said that nothing is known.

        Raises
        ------
        NotApplicable
            There are fewer than two groups, so that there is nothing to compare.
        """
        found = int(answers.scalar("groups"))
        if found > self.max_groups:
            return self._too_many(found)
        groups, quality = read_scores_by_group(answers, self.attribute), read_quality(answers)
        names = [name for name in groups if name is not None]
        if not names:
            raise NotApplicable(f"'{self.attribute}' has no value in any held-out row with a score and a label, so there are no groups to compare")
        if len(names) == 1:
            raise NotApplicable(f"'{self.attribute}' has one group only ({names[0]}) among the held-out rows, so there is nothing to compare")
        return self.compare(subject, groups, quality)

    @abstractmethod
    def compare(self, subject: Subject, groups: dict[str | None, Scores], quality: Quality) -> Findings:
        """Measure what differs between the groups: at least two are known, the missing one comes last."""

    def among(self, group: str | None) -> dict[str, str]:
        """Return which rows a group's numbers are about."""
        return {self.attribute: MISSING if group is None else group}

    def gap_measured(self, gap: RangeOfEstimates | None, name: str, n: int, why_not: str, method: str) -> Measurement:
        """Return highest minus lowest with the interval that all pairs and looks share."""
        if gap is None or why_not:
            return Measurement(name, None, n=n, method=f"not estimable: {why_not or 'fewer than two groups have an estimate'}")
        shared = f"bonferroni over {counted(gap.pairs, 'pair')} and {counted(self.looks, 'look')}"
        return Measurement(
            name, gap.value, n=n, interval=gap.interval, level=gap.level, method=f"highest minus lowest, biased upward; {method}, {shared}"
        )

    def p_measured(self, gap: RangeOfEstimates, n: int) -> Measurement:
        """Return how likely the gap is if all groups are alike."""
        return Measurement("p_value", gap.p_value, "probability", n=n, method="all groups alike: the error rate at which the gap's interval leaves 0")

    def chance(self, gap: RangeOfEstimates) -> str:
        """Return whether chance alone explains a gap, to follow another sentence."""
        return f" Chance alone could explain it (p = {gap.p_value:.2g} if all groups were alike)." if gap.p_value > 1 - gap.level else ""

    def missing_group(self, groups: dict[str | None, Scores]) -> str:
        """Return that rows without a group are left out, to follow another sentence."""
        if None not in groups:
            return ""
        rows = groups[None].n
        return f" {counted(rows, 'row')} without a value of '{self.attribute}' {'is' if rows == 1 else 'are'} shown and left out of the gap."

    def _too_many(self, found: int) -> Findings:
        example = f"'roles: {{bins: {{{self.attribute}: [25, 45]}}}}'"
        message = (
            f"'{self.attribute}' has {found:,} groups, too many to compare one by one (at most {self.max_groups}). Sort numbers into bins, such as "
            f"{example} in assay.yaml, or name a column with fewer values; until then nothing is known of its groups."
        )
        return Findings([Measurement(self.judged, None, method=f"not estimable: {found:,} groups, more than {self.max_groups}")], message)


def known_groups(groups: dict[str | None, Scores]) -> dict[str, Scores]:
    """Return the groups whose name is known."""
    return {name: scores for name, scores in groups.items() if name is not None}


def padded(groups: Iterable[Scores]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return scores, negatives and positives of groups as arrays of shape (groups, cells), merged into few cells."""
    parts = [merged(g.means, g.negatives, g.positives, CELLS) for g in groups]
    width = max(len(x) for x, _, _ in parts)
    arrays = np.zeros((3, len(parts), width))
    for i, part in enumerate(parts):
        for array, values in zip(arrays, part, strict=True):
            array[i, : len(values)] = values
    return arrays[0], arrays[1], arrays[2]


def mean_ends(groups: Iterable[Scores], level: float, *, less_outcome: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of the groups' mean scores, or of mean score less rate."""
    x, n0, n1 = padded(groups)
    filled = n0 + n1 > 0
    lowest, highest = np.where(filled, x, np.inf).min(axis=1), np.where(filled, x, -np.inf).max(axis=1)
    if less_outcome:
        return bounded_means(np.hstack([x, x - 1]), np.hstack([n0, n1]), lowest - 1, highest, level)
    within = (lowest >= 0) & (highest <= 1)
    return bounded_means(x, n0 + n1, np.where(within, 0.0, lowest), np.where(within, 1.0, highest), level)
