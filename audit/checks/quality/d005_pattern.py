"""D005: text that does not have the agreed form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import ibis.expr.types as ir

from audit.contract.formats import FORMATS, date_pattern
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.limit import Limit
from audit.core.subject import Subject

#: Logical types whose ``format`` is a form of dates or times.
DATED = ("date", "timestamp", "time")


@dataclass(frozen=True, kw_only=True)
class Pattern(RowCheck):
    """Rows whose text does not match a regular expression; missing values are none of this check's business.

    Parameters
    ----------
    column : str
        A text column.
    pattern : str
        Regular expression in the syntax that RE2 and Java share; it must match somewhere, so anchor it with ``^`` and ``$``.
    name : str
        What the form is called, where it has a name.
    """

    code: ClassVar[str] = "D005"
    title: ClassVar[str] = "Pattern"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Look at the quarantined rows; repair the values at the source, or widen the pattern in the contract."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, logicalTypeOptions pattern and format",)

    column: str = ""
    pattern: str = ""
    name: str = ""
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each pattern, each named text format, each form of dates and each invalidValues rule with a pattern."""
        yield from cls.declared(contract)
        for column in contract.columns:
            if column.options.get("pattern"):
                place = str(column.place("pattern"))
                limit = Limit(high=0, reason="pattern in the contract", source=place)
                yield cls(column=column.name, pattern=str(column.options["pattern"]), limit=limit, clauses=(place,))
            name = column.options.get("format")
            if name and column.logical_type == "string":
                place = str(column.place("format"))
                if name not in FORMATS:
                    raise UsageError(f"{place}: no string format '{name}'. {did_you_mean(str(name), FORMATS)}")
                limit = Limit(high=0, reason=f"format {name} in the contract", source=place)
                yield cls(column=column.name, pattern=FORMATS[name], name=str(name), limit=limit, clauses=(place,))
            if name and column.logical_type in DATED and (form := date_pattern(str(name))):
                place = str(column.place("format"))
                limit = Limit(high=0, reason=f"format {name} in the contract", source=place)
                yield cls(column=column.name, pattern=form, name=str(name), limit=limit, clauses=(place,))
            for rule in column.rules:
                if rule.metric == "invalidValues" and rule.arguments.get("pattern"):
                    yield cls(column=column.name, pattern=str(rule.arguments["pattern"]), limit=cls.limit_from(rule), clauses=(str(rule.place),))

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the text does not match."""
        return ~table[self.column].re_search(self.pattern)

    def reason(self) -> str:
        """Name the column and the form."""
        return f"{self.column} does not have the form {self.name or self.pattern}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many values do not match."""
        column = require_column(subject, self.column)
        if not column.type().is_string():
            if column.type().is_temporal():
                raise NotApplicable(f"{self.column} is stored as {column.type()}, which is written in no form in particular")
            raise NotApplicable(f"{self.column} is {column.type()}; a pattern is about text")
        if not self.pattern:
            raise UsageError(f"D005 on '{self.column}' has no pattern")
        try:
            re.compile(self.pattern)
        except re.error as error:
            where = f"{self.limit.source}: " if self.limit.source else ""
            raise UsageError(f"{where}the pattern '{self.pattern}' is no regular expression: {error}") from error
        return {"total": scalar(subject.table.count()), "failing": scalar(subject.table.count(where=self.failing(subject.table)))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Turn the count into a share."""
        total, failing = answers.scalar("total"), answers.scalar("failing")
        form = f"of the form {self.name}" if self.name else f"of the form {self.pattern}"
        return Findings(rows_measured(failing, total, self.where), f"{failing:,} of {total:,} values of {self.column} are not {form}.")
