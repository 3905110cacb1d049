"""P010: rows of personal data without a lawful basis."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks.privacy.lawful_basis import CLAUSE, GROUNDS, ground, of_table, pattern, plain, plain_column, stated
from audit.contract.personal import declared_personal
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

#: What is judged where no row states its basis, and the contract has to.
UNDECLARED = Limit(
    high=0,
    measurement="columns_without_basis",
    blocking=False,
    reason="personal data need a lawful basis; the contract declares the data and states none",
    source="default of P010",
)


@dataclass(frozen=True, kw_only=True)
class LawfulBasis(RowCheck):
    """Rows whose lawful basis is missing or none of those allowed; where rows state none, columns of personal data for which the contract does not.

    Parameters
    ----------
    column : str
        The basis of each row (role ``lawful_basis``).
    allowed : tuple of str
        Accepted values; the six grounds of Article 6(1) where empty, by name or by article. Case, blanks and punctuation do not matter.
    without_basis, with_basis : tuple of str
        Columns that the contract declares to hold personal data, by whether it states a basis for them.
    basis : str
        What the contract states for the whole table.
    """

    code: ClassVar[str] = "P010"
    title: ClassVar[str] = "Lawful basis"
    family: ClassVar[str] = "privacy"
    advice: ClassVar[str] = (
        "State the basis: 'customProperties: [{property: lawfulBasis, value: …}]' for the contract, the table or a column, or a column of its own "
        "with the role 'lawful-basis'. Leave out what has none."
    )
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Articles 5(2) and 6(1)",)

    column: str = ""
    allowed: tuple[str, ...] = ()
    without_basis: tuple[str, ...] = ()
    with_basis: tuple[str, ...] = ()
    basis: str = ""
    limit: Limit = Limit(high=0, reason="each row of personal data needs a ground to be processed on", source="default of P010")

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield a check of the column that has the role or that a rule names; without one, of what the contract states."""
        for check in list(cls.declared(contract)) or [cls()]:
            column = check.column or subject.roles.lawful_basis or ""
            yield replace(check, column=column) if column else check._of_contract(subject, contract)

    def _of_contract(self, subject: Subject, contract: Contract) -> Self:
        basis, place = of_table(contract)
        personal = [c for c in contract.columns if declared_personal(c) is True and c.name in subject.table.columns]
        own = {c.name: stated(c.custom) for c in personal}
        places = ((str(place),) if basis else ()) + tuple(str(c.place(CLAUSE)) for c in personal if own[c.name])
        judged = self.limit if self.limit.source != type(self).limit.source else UNDECLARED
        return replace(
            self,
            without_basis=tuple(name for name, said in own.items() if not said and not basis),
            with_basis=tuple(name for name, said in own.items() if said or basis),
            basis=basis,
            clauses=(*self.clauses, *places),
            limit=replace(judged, measurement=UNDECLARED.measurement),
        )

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the row's basis is missing or not allowed; nowhere, where rows state none."""
        return ~self._accepted(table).fill_null(False) if self.column else ibis.literal(False)

    def reason(self) -> str:
        """Say what is wrong with the row."""
        return f"'{self.column}' names no lawful basis that is allowed"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows state no basis, another one, and each of the six."""
        table = subject.table
        asks = {"rows": scalar(table.count())}
        if not self.column:
            if not self.basis and not self.with_basis and not self.without_basis:
                raise NotApplicable(
                    "neither personal data nor a lawful basis are declared; give columns of personal data the custom property 'personalData', and "
                    f"the contract '{CLAUSE}', or name a column under 'roles: lawful_basis' in assay.yaml"
                )
            return asks
        text = self._text(require_column(subject, self.column))
        asks |= {"failing": scalar(table.count(where=self.failing(table))), "silent": scalar(table.count(where=text.isnull() | (text == "")))}
        return asks | {letter: scalar(table.count(where=text.re_search(pattern(letter)))) for letter in GROUNDS}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count rows, or columns where no row states its basis."""
        total = answers.scalar("rows")
        if not self.column:
            return self._declared(total)
        failing, silent = answers.scalar("failing"), answers.scalar("silent")
        by_ground = {name: int(answers.scalar(letter)) for letter, (name, _) in GROUNDS.items()}
        method = "count of all rows"
        measurements = rows_measured(failing, total, self.where)
        measurements.append(Measurement("silent_rows", silent, "rows", self.where, total, method=method))
        measurements += [Measurement("rows_by_basis", n, "rows", {"basis": name}, total, method=method) for name, n in by_ground.items() if n]
        if not total:
            return Findings(measurements, "There are no rows.")
        exhibits = [self._by_ground(by_ground, total)] if any(by_ground.values()) else []
        if not failing:
            return Findings(measurements, f"All {counted(total, 'row')} state a lawful basis that is allowed, in '{self.column}'.", exhibits)
        other = failing - silent
        reasons = [f"{silent:,} {'states' if silent == 1 else 'state'} none"] if silent else []
        reasons += [f"{other:,} {'states' if other == 1 else 'state'} another one"] if other else []
        verb = "has" if failing == 1 else "have"
        message = f"{failing:,} of {total:,} rows ({percent(failing / total)}) {verb} no lawful basis that is allowed in '{self.column}'"
        return Findings(measurements, f"{message}: {listed(reasons)}.", exhibits)

    def _declared(self, total: int) -> Findings:
        columns = len(self.without_basis) + len(self.with_basis)
        method = "read from the contract"
        measurements = [
            *rows_measured(0, total, {}),
            Measurement("columns_without_basis", len(self.without_basis), "columns", {}, columns, method=method),
            Measurement("columns_with_basis", len(self.with_basis), "columns", {}, columns, method=method),
        ]
        if self.without_basis:
            declared, named = counted(columns, "column"), listed(f"'{c}'" for c in self.without_basis)
            return Findings(measurements, f"The contract declares {declared} of personal data and states no lawful basis for {named}.")
        letter = ground(self.basis)
        what = f"'{self.basis}'" + (f", which is Article 6(1)({letter}) of the GDPR" if letter else "")
        if not self.basis:
            return Findings(measurements, f"The contract states a lawful basis for each of {counted(columns, 'column')} of personal data.")
        unknown = "" if letter else "; the words name none of the six grounds of Article 6(1) of the GDPR alone, so a person has to judge them"
        return Findings(measurements, f"The contract states one lawful basis for the whole table: {what}{unknown}.")

    def _accepted(self, table: ir.Table) -> ir.BooleanValue:
        text = self._text(table[self.column])
        if self.allowed:
            # a value that names one of the six grounds is that ground, however both are written
            letters = [letter for letter in (ground(str(a)) for a in self.allowed) if letter]
            words = [plain(str(a)) for a in self.allowed]
            return ibis.or_(text.isin(words), *(text.re_search(pattern(letter)) for letter in letters))
        return ibis.or_(*(text.re_search(pattern(letter)) for letter in GROUNDS))

    def _text(self, column: ir.Column) -> ir.StringValue:
        if not column.type().is_string():
            raise DataError(f"the column '{self.column}' is {column.type()}; expected text such as {listed(name for name, _ in GROUNDS.values())}")
        return plain_column(column)

    def _by_ground(self, by_ground: dict[str, int], total: int) -> Exhibit:
        lines: Sequence[tuple[str, float, int]] = [(name, n / total, n) for name, n in by_ground.items() if n]
        return Exhibit(Kind.BARS, "Rows by lawful basis", ("label", "value", "n"), lines, x_label="share of rows")
