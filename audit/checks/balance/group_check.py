"""What the checks of sensitive groups share: one check for each sensitive attribute."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from audit.core.check import Check, require_column
from audit.core.contract import Contract, Rule
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class GroupCheck(Check):
    """A check about the groups of one sensitive attribute.

    Parameters
    ----------
    attribute : str
        The column whose values are the groups.
    """

    attribute: str = ""

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive attribute: with a rule's parameters where one is declared for it, else with the defaults."""
        planned: dict[str, Self] = {name: cls(attribute=name) for name in subject.roles.sensitive}
        for check in cls.declared(contract):
            for name in (check.attribute,) if check.attribute else subject.roles.sensitive:
                planned[name] = replace(check, attribute=name)
        return list(planned.values()) or [cls()]

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a rule; one that stands under a column is about that column's groups."""
        check = super().from_rule(rule)
        return replace(check, attribute=check.attribute or rule.column)

    def column_name(self, subject: Subject) -> str:
        """Return the attribute, or raise :class:`~audit.core.errors.NotApplicable` where no sensitive attribute is declared."""
        name = self.attribute or subject.need_many("sensitive")[0]
        require_column(subject, name)
        return name
