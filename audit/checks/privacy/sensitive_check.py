"""What l-diversity and t-closeness share: one check for each sensitive column, over classes that the other columns form."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis.expr.types as ir

from audit.checks.privacy.equivalence_classes import in_classes, require_quasi_identifiers, role_places, together
from audit.core.check import RowCheck, require_column
from audit.core.contract import Contract
from audit.core.subject import Subject


@dataclass(frozen=True, kw_only=True)
class SensitiveCheck(RowCheck):
    """A check of what equivalence classes give away about a sensitive column, which itself forms no classes.

    Parameters
    ----------
    sensitive : tuple of str
        The columns to protect (role ``sensitive``); planning makes one check for each.
    quasi_identifiers : tuple of str
        Columns that together could identify a person (role ``quasi_identifiers``).
    """

    compares_rows: ClassVar[bool] = True

    sensitive: tuple[str, ...] = ()
    quasi_identifiers: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each sensitive column of each rule, or of those that have the role; a single one where there are no classes to form."""
        roles = subject.roles
        for check in list(cls.declared(contract)) or [cls(clauses=role_places(contract, (*roles.quasi_identifiers, *roles.sensitive)))]:
            check._validate()
            columns = check.quasi_identifiers or roles.quasi_identifiers
            for name in (check.sensitive or roles.sensitive if columns else ()) or ("",):
                yield replace(check, sensitive=(name,) if name else (), quasi_identifiers=tuple(c for c in columns if c != name))

    @property
    def column(self) -> str:
        """The sensitive column."""
        return self.sensitive[0] if self.sensitive else ""

    @property
    def where(self) -> Mapping[str, str]:
        """Which sensitive column this check is about."""
        return {"attribute": self.column} if self.column else {}

    def require(self, subject: Subject) -> None:
        """Raise :class:`~audit.core.errors.NotApplicable` where no sensitive column or no quasi-identifier is declared."""
        require_quasi_identifiers(subject, self.quasi_identifiers, f"{{check: {self.code}, quasi_identifiers: [age, postcode]}}")
        if not self.column:
            subject.need_many("sensitive")
        require_column(subject, self.column)

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the row's class gives too much away."""
        return in_classes(table, self.quasi_identifiers, self.revealing(table))

    @abstractmethod
    def revealing(self, table: ir.Table) -> ir.Table:
        """Return the classes that give too much away, with their quasi-identifiers as :func:`keyed` names them."""

    @abstractmethod
    def _validate(self) -> None:
        """Raise :class:`~audit.core.errors.UsageError` where a parameter is out of range."""

    def _alike(self) -> str:
        return f"classes alike in {together(self.quasi_identifiers)}"
