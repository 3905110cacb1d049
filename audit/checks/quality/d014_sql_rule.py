"""D014: rules of the contract that are written in SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import ClassVar, Self

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from audit.core.ask import Answers, Asks, rows, scalar
from audit.core.check import Findings, RowCheck, require_column, rows_measured
from audit.core.contract import Contract, Rule
from audit.core.errors import DataError, UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import percent

VALUE = "query_value"
#: What the subject's table is called inside a statement, and how the others begin.
INNER = "assay_object"
SHORT = 80


@dataclass(frozen=True, kw_only=True)
class SqlRule(RowCheck):
    """A query whose one value is held against the rule's operator, or a condition that no row may meet.

    Parameters
    ----------
    query : str
        One SELECT, as in a rule of ``type: sql``.
    expression : str
        A condition on single rows, true for those that fail; ``failing`` in a rule ``{check: D014, failing: …}``.
    column : str
        The column that the rule stands under.
    rule : str
        Its name.
    names : tuple of str
        What the query may call the table.
    """

    code: ClassVar[str] = "D014"
    title: ClassVar[str] = "SQL rule"
    family: ClassVar[str] = "quality"
    advice: ClassVar[str] = "Run the rule's own SQL to see which rows are behind its answer; repair them at the source, or correct the rule."
    cites: ClassVar[tuple[str, ...]] = ("Open Data Contract Standard 3.1, quality of type sql",)

    query: str = ""
    expression: str = ""
    column: str = ""
    rule: str = ""
    names: tuple[str, ...] = ()
    limit: Limit = Limit(high=0)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule of type sql and each condition."""
        names = tuple(dict.fromkeys(n for n in (contract.table, *contract.also_called, subject.name) if n))
        for check in cls.declared(contract):
            yield replace(check, names=names)
        for rule in contract.all_rules():
            if rule.kind == "sql":
                limit = replace(rule.limit, measurement=VALUE)
                yield cls(query=rule.query, column=rule.column, rule=rule.name, names=names, limit=limit, clauses=(str(rule.place),))

    @classmethod
    def from_rule(cls, rule: Rule) -> Self:
        """Build a check from a custom rule, whose condition is called ``failing``."""
        written = {"expression" if k == "failing" else k: v for k, v in rule.implementation.items()}
        for key in ("expression", "query"):
            if key in written and not isinstance(written[key], str):
                raise UsageError(f"{rule.place}: 'failing' of D014 is a condition in SQL, in quotes; got {written[key]!r}")
        return super().from_rule(replace(rule, implementation={"rule": rule.name, **written} if rule.name else written))

    @property
    def where(self) -> Mapping[str, str]:
        """The rule by its name or, without one, what it says; and the column that it stands under."""
        said = self.rule or self._said()
        return {**({"column": self.column} if self.column else {}), "rule": said}

    def failing(self, table: ir.Table) -> ir.BooleanValue:
        """Return where the condition is true; no row in particular fails a query."""
        if not self.expression:
            return ibis.literal(False)
        from audit.checks.quality.sql_expression import condition

        return condition(self.expression, table)

    def reason(self) -> str:
        """Repeat the condition."""
        return f"the row has {self.expression}"

    def asks(self, subject: Subject) -> Asks:
        """Ask how many rows meet the condition, or what the query gives."""
        if bool(self.query) == bool(self.expression):
            raise UsageError("D014 wants a condition: 'failing: start_date > end_date' beside 'check: D014'; a query is a rule of type sql")
        table = subject.table
        if self.column:
            require_column(subject, self.column)
        asks = {"total": scalar(table.count())}
        if self.expression:
            return asks | {"failing": scalar(table.count(where=self.failing(table)))}
        return asks | {"value": rows(self._statement(subject))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count the rows, or read the query's value."""
        total = answers.scalar("total")
        if self.expression:
            failing = answers.scalar("failing")
            share = f" ({percent(failing / total)})" if total else ""
            return Findings(rows_measured(failing, total, self.where), f"{failing:,} of {total:,} rows{share} have {self._said()}.")
        given = [value for (value,) in answers.rows("value").values]
        if len(given) != 1:
            raise DataError(f"the query gave {'no row' if not given else 'more than one row'}; it must give one number, or one truth value")
        value = _number(given[0])
        found = Measurement(VALUE, value, where=self.where, n=total, method="the rule's own query")
        if value is None:
            return Findings([found], f"The query gave no value (NULL): {self.limit} expected; whether it holds is unknown.")
        shown = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
        name = f"“{self.rule}”" if self.rule else "The query"
        return Findings([found], f"{name} gives {shown if given[0] not in ('true', 'false') else given[0]}; {self.limit} expected.")

    def _said(self) -> str:
        text = " ".join((self.expression or self.query).split())
        return text if len(text) <= SHORT else text[: SHORT - 1] + "…"

    def _statement(self, subject: Subject) -> ir.Table:
        """Return the query as a table of one text column, with the tables it reads under names of their own."""
        from sqlglot import exp

        from audit.checks.quality.sql_query import filled_in, reading

        backend = subject.table.get_backend()
        tables = {INNER: subject.table} | {f"assay_other_{i}": t for i, t in enumerate(subject.tables.values())}
        known = dict(zip(subject.tables, [n for n in tables if n != INNER], strict=True)) | dict.fromkeys(self.names, INNER) | {INNER: INNER}
        text = reading(filled_in(self.query, table=INNER, column=self.column), known, backend.dialect)

        def quoted(name: str) -> str:
            return str(exp.to_identifier(name, quoted=True).sql(dialect=backend.dialect))

        used = {n: t for n, t in tables.items() if n in text}
        parts = ", ".join(f"{quoted(n)} AS ({backend.compile(t)})" for n, t in used.items())
        head = f"WITH {parts} " if parts else ""
        value = exp.cast(exp.column("assay_value"), "text").sql(dialect=backend.dialect)
        # two rows are enough to see that there is more than one
        statement = f"{head}SELECT {value} AS {quoted('value')} FROM ({text}) AS assay_result(assay_value) LIMIT 2"
        return ops.SQLQueryResult(statement, ibis.schema({"value": "string"}), backend).to_expr()


def _number(text: str | None) -> int | float | None:
    """Return the number, or the truth value as 1 or 0, that a query gave.

    Raises
    ------
    DataError
        It gave something else.
    """
    if text is None:
        return None
    if text.casefold() in ("true", "false"):
        return int(text.casefold() == "true")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise DataError("the query gave text or a date; it must give one number, or one truth value") from error
    if not number.is_finite():
        return None
    return int(number) if number == number.to_integral_value() else float(number)
