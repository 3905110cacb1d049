"""What every check promises: it asks, it measures; it judges nothing and draws nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Self

import ibis.expr.types as ir

from audit.core.ask import Answers, Asks
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.exhibit import Exhibit
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject


@dataclass(frozen=True)
class Suspect:
    """Rows that a careful reader would look at twice, though nobody promised anything about them.

    Parameters
    ----------
    column : str
        Where the doubtful cells are.
    what : str
        What is doubtful, in a few words that hold no personal data, such as ``9999 may stand for missing``.
    rows : int
        How many rows.
    failing : callable
        Maps the subject's table to the expression that is true for these rows.
    clause : str
        The contract clause, in YAML, that would enforce it.
    compares_rows : bool
        Whether the expression looks at other rows than its own.
    """

    column: str
    what: str
    rows: int
    failing: Callable[[ir.Table], ir.BooleanValue]
    clause: str = ""
    compares_rows: bool = False


@dataclass(frozen=True)
class Findings:
    """What a check brings back.

    Parameters
    ----------
    measurements : sequence of Measurement
        All numbers; those named like the check's ``judged`` are held against its limit.
    message : str
        One sentence of fact that a reader outside the field understands.
    exhibits : sequence of Exhibit
        Evidence.
    advice : str
        What to do when the limit is broken; the check's own ``advice`` where empty.
    proposal : str
        The contract clauses, in YAML, that would enforce what was found; ready to paste.
    suspects : sequence of Suspect
        What was found though nobody declared it, row by row.
    """

    measurements: Sequence[Measurement]
    message: str
    exhibits: Sequence[Exhibit] = ()
    advice: str = ""
    proposal: str = ""
    suspects: Sequence[Suspect] = ()


@dataclass(frozen=True, kw_only=True)
class Check(ABC):
    """Base of all checks: a frozen dataclass whose fields are its parameters.

    Attributes
    ----------
    code : str
        Family letter and three digits, such as ``D003``.
    title : str
        What it examines, as a noun phrase that does not overclaim.
    family : str
        Folder under ``audit/checks`` it lives in.
    judged : str
        Name of the measurement that the limit is about.
    advice : str
        What to do when the limit is broken.
    cites : tuple of str
        Papers, standards or articles the measurement comes from.
    slow : bool
        Whether it takes seconds rather than milliseconds.
    seeks : bool
        Whether it looks for what nobody declared; ``assay gate --declared`` leaves it out unless the contract asks for it.
    """

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""
    family: ClassVar[str] = ""
    judged: ClassVar[str] = ""
    advice: ClassVar[str] = ""
    cites: ClassVar[tuple[str, ...]] = ()
    slow: ClassVar[bool] = False
    seeks: ClassVar[bool] = False

    limit: Limit = Limit()
    clauses: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield the checks of this kind that a subject and its contract call for.

        The default is one check with default parameters, or one for each custom rule of the contract that names this code.
        """
        declared = list(cls.declared(contract))
        return declared or [cls()]

    @classmethod
    def declared(cls, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule ``{type: custom, engine: assay, implementation: {check: CODE, …}}``."""
        for rule in contract.all_rules():
            if rule.kind == "custom" and rule.engine == "assay" and rule.implementation.get("check") == cls.code:
                yield cls.from_rule(rule)

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a custom rule: the implementation's keys are its parameters.

        Raises
        ------
        UsageError
            A key is no parameter of this check, or what should be a name is none: YAML reads an unquoted ``no`` as false.
        """
        many = {f.name for f in fields(cls) if isinstance(f.default, tuple)}
        parameters = {k: tuple(v) if isinstance(v, list) else (v,) if k in many else v for k, v in rule.implementation.items() if k != "check"}
        known = {f.name for f in fields(cls)} - {"limit", "clauses"}
        if rule.column and "column" in known:
            parameters.setdefault("column", rule.column)
        for name in parameters:
            if name not in known:
                raise UsageError(f"{rule.place}: check {cls.code} has no parameter '{name}'. {did_you_mean(name, known)}")
        texts = [f.name for f in fields(cls) if f.type == tuple[str, ...]]
        for name, value in ((n, v) for n in texts for v in parameters.get(n, ()) if not isinstance(v, str)):
            written = "yes" if value is True else "no" if value is False else value
            raise UsageError(f"{rule.place}: check {cls.code}: '{name}' is a list of names; got {value!r}. Put it in quotes: '{written}'")
        return cls(limit=cls.limit_from(rule), clauses=(str(rule.place),), **parameters)

    @classmethod
    def limit_from(cls, rule: Rule) -> Limit:
        """Return a rule's own bounds, or this check's default limit with the rule's severity, reason and line."""
        default = cls.limit
        own = rule.limit
        if own.judges:
            # 'unit: percent' means the share of failing rows, which only checks about rows have
            return own if issubclass(cls, RowCheck) else replace(own, measurement="")
        return replace(default, blocking=own.blocking, reason=own.reason or default.reason, source=own.source)

    @property
    def where(self) -> Mapping[str, str]:
        """What part of the subject this check is about: its ``column`` or ``attribute`` parameter, or nothing in particular."""
        return {name: getattr(self, name) for name in ("column", "attribute") if getattr(self, name, "")}

    @abstractmethod
    def asks(self, subject: Subject) -> Asks:
        """Return what the check wants to know, by name.

        Raises
        ------
        NotApplicable
            The subject lacks what the check needs.
        """

    @abstractmethod
    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Turn answers into measurements and exhibits.

        Raises
        ------
        NotApplicable
            The answers show that there is nothing to examine.
        """


#: Position of a row in its source, counted from 0: the column by which bad rows are named.
ROW = "assay_row"
#: Names of the columns at fault in a row that was set aside, as a list of text.
AT_FAULT = "assay_columns"


@dataclass(frozen=True, kw_only=True)
class RowCheck(Check):
    """A check about rows: it states one predicate, which is counted, quarantined and compared with other tools.

    Attributes
    ----------
    compares_rows : bool
        Whether the predicate looks at other rows than its own, as for duplicates.
    """

    judged: ClassVar[str] = "failing_rows"
    compares_rows: ClassVar[bool] = False

    def candidates(self, table: ir.Table) -> ir.Table:
        """Return rows among which all failing ones are, with every row they are compared with; the table itself where nothing narrows it."""
        return table

    @abstractmethod
    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return the expression that is true for the rows that break the rule; where it is null, the row does not."""

    @abstractmethod
    def reason(self) -> str:
        """Return what is wrong with a failing row, in a few words that hold no data."""


def missing(column: ir.Column) -> ir.BooleanValue:
    """Return where a column is missing: null, or NaN, which every engine takes for null here."""
    null = column.isnull()
    return null | column.isnan() if column.type().is_floating() else null


def rows_measured(failing: int, total: int, where: Mapping[str, str]) -> list[Measurement]:
    """Return the two measurements of a row check: failing rows, and their share.

    Counts of all rows have no sampling error, hence no interval.
    """
    method = "count of all rows"
    share = failing / total if total else None
    return [
        Measurement("failing_rows", failing, "rows", where, total, method=method),
        Measurement("failing_share", share, "share", where, total, method=method),
    ]


def require_column(subject: Subject, column: str) -> ir.Column:
    """Return a column of the subject's table.

    Raises
    ------
    NotApplicable
        The data do not have it.
    UsageError
        A rule named none.
    """
    if not column:
        raise UsageError("the rule names no column; write it under a column, or add 'column: NAME' beside 'check'")
    if column not in subject.table.columns:
        raise NotApplicable(f"the data have no column '{column}' (D001 reports that). {did_you_mean(column, subject.table.columns)}")
    return subject.table[column]
