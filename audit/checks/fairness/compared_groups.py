"""What the checks that compare classes or quantities over the groups of one attribute have in common: which there are, and what they refuse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.checks.fairness.looks import attributes_of, looks
from audit.checks.outcomes import MAX_GROUPS
from audit.core.check import Check, Findings
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted


@dataclass(frozen=True, kw_only=True)
class ComparedGroups(Check):
    """Base of the checks that compare what is predicted, no yes or no, over the groups of a sensitive attribute.

    Parameters
    ----------
    attribute : str
        The column whose groups are compared.
    looks : int
        How many gaps of the run share the error rate of 5 %.
    """

    family: ClassVar[str] = "fairness"

    attribute: str = ""
    looks: int = 1

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute, those that the contract declares with the contract's limit."""
        declared = list(cls.declared(contract))
        own = {c.attribute: c for c in declared if c.attribute}
        default = next((c for c in declared if not c.attribute), cls())
        shared = looks(subject, attributes_of(subject, contract))
        for attribute in tuple(dict.fromkeys([*subject.roles.sensitive, *own])) or ("",):
            yield replace(own.get(attribute, default), attribute=attribute, looks=shared)

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a custom rule; one that stands under a column is about that column."""
        check = super().from_rule(rule)
        return replace(check, attribute=rule.column) if rule.column and not check.attribute else check

    def need_attribute(self, subject: Subject) -> str:
        """Return the attribute.

        Raises
        ------
        NotApplicable
            None is declared, or the data do not have it.
        """
        if not self.attribute:
            subject.need_many("sensitive")
        if self.attribute not in subject.table.columns:
            raise NotApplicable(f"the data have no column '{self.attribute}'; name the sensitive columns under 'roles: sensitive' in assay.yaml")
        return self.attribute

    def refused(self, names: Sequence[str]) -> Findings | None:
        """Return what is said of groups that are too many to compare; ``None`` where they can be compared.

        Parameters
        ----------
        names : sequence of str
            The groups, the missing one left out.

        Raises
        ------
        NotApplicable
            There are fewer than two.
        """
        if not names:
            raise NotApplicable(f"'{self.attribute}' has no value in any held-out row, so there are no groups to compare")
        if len(names) == 1:
            raise NotApplicable(f"'{self.attribute}' has one group only ({names[0]}) among the held-out rows, so there is nothing to compare")
        if len(names) <= MAX_GROUPS:
            return None
        bins = f"'roles: {{bins: {{{self.attribute}: [25, 45]}}}}' in assay.yaml"
        message = (
            f"'{self.attribute}' has more than {MAX_GROUPS} groups, too many to compare one by one. Sort numbers into bins, such as {bins}, "
            "or name a column with fewer values; until then nothing is known of its groups."
        )
        method = f"not estimable: more than {MAX_GROUPS} groups"
        return Findings([Measurement(self.judged, None, method=method)], message)


def without_group(rows: int, attribute: str) -> str:
    """Return a sentence on rows whose group is missing, with a space before it; nothing where there are none."""
    return f" {counted(rows, 'row')} without a value of '{attribute}' {'is' if rows == 1 else 'are'} shown and left out of the gaps." if rows else ""
