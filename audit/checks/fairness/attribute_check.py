"""What the checks of the groups of one sensitive attribute have in common: which there are, what they ask, and what they refuse."""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from audit.checks.fairness.decisions import Decisions, TooManyGroups, decision_asks, read_decisions
from audit.checks.fairness.family import MAX_GROUPS
from audit.checks.fairness.grouped import Grouped
from audit.checks.fairness.looks import attributes_of
from audit.checks.fairness.per_attribute import PerAttribute
from audit.core.ask import Answers, Asks
from audit.core.check import Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed
from audit.stats.decision_rates import ABSENT

MISSING = "(missing)"


@dataclass(frozen=True, kw_only=True)
class AttributeCheck(PerAttribute):
    """Base of the checks that compare the groups of one sensitive attribute by how they were decided.

    Parameters
    ----------
    among : tuple of str
        All attributes that the run compares; they are counted together.
    max_groups : int
        With more groups than this the attribute is to be binned first.
    """

    among: tuple[str, ...] = ()
    max_groups: int = MAX_GROUPS

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute, all of which are counted together."""
        among = attributes_of(subject, contract)
        return [replace(check, among=among) for check in super().plan(subject, contract)]

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of attributes × label × prediction, the same as every other such check."""
        subject.need("prediction")
        self.need_attribute(subject)
        return decision_asks(subject, self._counted_together)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the groups, where there are two of them and not too many; of too many it is said that nothing is known.

        Raises
        ------
        NotApplicable
            There are fewer than two groups, so that there is nothing to compare.
        """
        try:
            decisions = read_decisions(subject, answers, self._counted_together, (self.attribute,))
        except TooManyGroups:
            return self._too_many("thousands of groups", None)
        groups = decisions.by(self.attribute)
        names = [str(name[0]) for name in groups.known.names]
        if not names:
            raise NotApplicable(f"'{self.attribute}' has no value in any held-out row, so there are no groups to compare")
        if len(names) == 1:
            raise NotApplicable(f"'{self.attribute}' has one group only ({names[0]}) among the held-out rows, so there is nothing to compare")
        if len(names) > self.max_groups:
            return self._too_many(counted(len(names), "group"), int(groups.cells.sum()))
        return self.compare(subject, answers, decisions, groups)

    @abstractmethod
    def compare(self, subject: Subject, answers: Answers, decisions: Decisions, groups: Grouped) -> Findings:
        """Measure what differs between the groups of the attribute: at least two are known, the missing one comes last."""

    def _too_many(self, how_many: str, n: int | None) -> Findings:
        example = f"'roles: {{bins: {{{self.attribute}: [25, 45]}}}}'"
        message = (
            f"'{self.attribute}' has {how_many}, too many to compare one by one (at most {self.max_groups}). Sort numbers into bins, such as "
            f"{example} in assay.yaml, or name a column with fewer values; until then nothing is known of its groups."
        )
        method = f"not estimable: {how_many}, more than {self.max_groups}"
        return Findings([Measurement(self.judged, None, "share", n=n, method=method)], message)

    @property
    def _counted_together(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.among, self.attribute]))


def left_out(decisions: Decisions, groups: Grouped, *, labelled: bool) -> tuple[list[Measurement], str]:
    """Return how many rows have no label, prediction, weight or known class, as measurements and in words.

    Parameters
    ----------
    decisions : Decisions
        The counts.
    groups : Grouped
        By the attribute compared, the missing group included.
    labelled : bool
        Whether rows without a label do not count for the rate.
    """
    total = decisions.rows + decisions.unweighted
    labels, predictions = int(groups.cells[:, ABSENT].sum()), int(groups.cells[:, :, ABSENT].sum())
    unknown = sum(decisions.unknown.values())
    found = (
        ("missing_labels", labels),
        ("missing_predictions", predictions),
        ("missing_weights", decisions.unweighted),
        ("predictions_of_no_class", unknown),
    )
    measured = [Measurement(name, n, "rows", {}, total, method="count of all rows") for name, n in found if n]
    text = ""
    if groups.lost:
        verb, column = "is" if groups.lost == 1 else "are", listed(f"'{a}'" for a in groups.attributes)
        text += f" {counted(groups.lost, 'row')} without a value of {column} {verb} shown and left out of the gap."
    missing = (("label", labels if labelled else 0), ("prediction", predictions), ("weight", decisions.unweighted))
    without = [f"{counted(n, 'row')} without a {what}" for what, n in missing if n]
    if without:
        text += f" Not counted: {listed(without)}."
    if unknown:
        strange, verb = listed(f"'{c}'" for c in decisions.unknown), "counts" if unknown == 1 else "count"
        text += f" {counted(unknown, 'row')} predicted {strange}, no class of the target, {verb} as not selected."
    return measured, text
