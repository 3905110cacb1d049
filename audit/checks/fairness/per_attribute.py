"""One check for each sensitive attribute: which instances there are, and the column they are about."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from audit.checks.fairness.looks import attributes_of, looks
from audit.core.check import Check
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class PerAttribute(Check):
    """Base of the checks that compare the groups of one sensitive attribute.

    Parameters
    ----------
    attribute : str
        The column whose groups are compared.
    looks : int
        How many looks of the run share the error rate of 5 %.
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
