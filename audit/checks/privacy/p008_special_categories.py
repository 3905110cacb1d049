"""P008: features that look like special categories of personal data, without a declared basis."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import ibis.expr.types as ir
import yaml

from audit.checks.found import JUDGED, LIMIT, findings_of
from audit.checks.privacy.lawful_basis import covers_special, ground, of_table, stated
from audit.checks.privacy.special_category import MOST_VALUES, Glance, Look, looks, may_be_named, named_category
from audit.checks.privacy.special_category_words import ARTICLE_9, Category
from audit.core.ask import Answers, Asks, frame, scalar
from audit.core.check import Check, Findings, Suspect, missing
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

CLAUSE = "specialCategory"
NO = ("", "none", "no", "false", "0")
#: Characters of a value that are looked at.
LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class SpecialCategories(Check):
    """Columns that a model may learn from and that look like race, religion, health and the like, for which the contract states no basis.

    A column is told by its name and a sample of its values, or declared by the custom property ``specialCategory`` (``none`` says that it only
    looks like one). A ``lawfulBasis`` of the column or of the table silences it, unless that names one of the six grounds of Article 6 alone,
    which do not cover special categories; ``feature: false`` keeps the column from models. What is found is a suspicion about words, not a
    judgement about law. Absence of a finding is no proof, since values are a sample from the beginning of the table.

    Parameters
    ----------
    special : mapping of str to str
        Special categories by column, as the contract declares them.
    harmless : tuple of str
        Columns that the contract declares not to hold any, or keeps from models.
    covered : tuple of str
        Columns with a basis of their own that may cover special categories.
    basis : str
        What the contract states for the whole table.
    rows : int
        Rows in the sample: the first ones of the table.
    """

    code: ClassVar[str] = "P008"
    title: ClassVar[str] = "Special categories among the features"
    family: ClassVar[str] = "privacy"
    seeks: ClassVar[bool] = True
    judged: ClassVar[str] = JUDGED
    advice: ClassVar[str] = (
        "Keep these columns from models, as the clauses do. Where the law allows their use, state the condition it allows them on: "
        "'customProperties: [{property: lawfulBasis, value: …}]' for the column or the table. 'specialCategory: none' declares that a column only "
        "looks like one."
    )
    cites: ClassVar[tuple[str, ...]] = ("Regulation (EU) 2016/679 (GDPR), Articles 9 and 10", "Regulation (EU) 2024/1689, Article 10(5)")

    special: Mapping[str, str] = field(default_factory=dict)
    harmless: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()
    basis: str = ""
    rows: int = 5_000
    limit: Limit = LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract says."""
        said = {c.name: str(c.custom[CLAUSE]).strip() for c in contract.columns if CLAUSE in c.custom}
        harmless = [name for name, what in said.items() if what.casefold() in NO]
        harmless += [c.name for c in contract.columns if str(c.custom.get("feature", True)).casefold() == "false"]
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(
                check,
                special={**check.special, **{name: what for name, what in said.items() if name not in harmless}},
                harmless=tuple(dict.fromkeys((*check.harmless, *harmless))),
                covered=(*check.covered, *(c.name for c in contract.columns if covers_special(stated(c.custom)))),
                basis=check.basis or of_table(contract)[0],
            )

    def asks(self, subject: Subject) -> Asks:
        """Ask for the first rows of the columns that a model may learn from, and for the rows with a value of those that turn out doubtful."""
        columns, table = self._columns(subject), subject.table
        if not columns:
            raise NotApplicable("no column is left that a model may learn from; each has a role that keeps it from models, or 'feature: false'")
        first = table.limit(self.rows)
        texts = [first[c].cast("string").substr(0, LONGEST).name(f"c{i}") for i, c in enumerate(columns) if _telling(table, c)]
        asks = {"total": scalar(table.count())} | ({"sample": frame(first.select(texts), when_needed=True)} if texts else {})
        return asks | {f"rows of {c}": scalar(table.count(where=~missing(table[c])), when_needed=True) for c in columns}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Look at names and values."""
        total, columns = int(answers.scalar("total")), self._columns(subject)
        sampled = answers.frame("sample") if any(_telling(subject.table, c) for c in columns) else None
        seen = self._seen(subject, columns, sampled)
        allowed = set(columns) if covers_special(self.basis) else set(self.covered)
        doubtful = [look for look in seen if look.column not in allowed]
        suspects = [self._suspect(look, int(answers.scalar(f"rows of {look.column}"))) for look in doubtful]
        where = f"looked at {counted(len(columns), 'column')} and the values of the first {counted(min(total, self.rows), 'row')}"
        message = self._message(doubtful, len(seen) - len(doubtful), where)
        findings = findings_of(suspects, total, message, title="Columns that look like special categories of personal data")
        counts = {"columns_without_basis": len(doubtful), "columns_with_basis": len(seen) - len(doubtful)}
        method = f"names, and values of the first {self.rows:,} rows"
        measured = [Measurement(name, n, "columns", {}, len(columns), method=method) for name, n in counts.items()]
        return replace(findings, measurements=(*findings.measurements, *measured))

    def _columns(self, subject: Subject) -> list[str]:
        return [c for c in subject.features if c not in self.harmless]

    def _seen(self, subject: Subject, columns: list[str], sampled: "pd.DataFrame | None") -> list[Look]:
        glances: dict[str, Glance] = {}
        for i, name in enumerate(columns):
            if sampled is not None and f"c{i}" in sampled.columns:
                values = sampled[f"c{i}"].dropna().unique()[: MOST_VALUES + 1]
                number = bool(subject.table[name].type().is_numeric() and not subject.table[name].type().is_boolean())
                glances[name] = Glance([str(v) for v in values], number, name in subject.roles.sensitive)
        declared = {name: _declared(what) for name, what in self.special.items() if name in columns}
        found = {look.column: look for look in looks(glances)} | {n: Look(n, category, "declared") for n, category in declared.items()}
        return [found[name] for name in columns if name in found]

    def _suspect(self, look: Look, rows: int) -> Suspect:
        def present(table: ir.Table) -> ir.BooleanValue:
            return ~missing(table[look.column])

        told = "is declared as" if look.evidence == "declared" else "looks like"
        how = "" if look.evidence == "declared" else f", by {look.evidence}"
        return Suspect(look.column, f"{told} {look.category.kind} (GDPR, {look.category.article}){how}", rows, present, _clause(look))

    def _message(self, doubtful: list[Look], covered: int, where: str) -> str:
        with_basis = f"{counted(covered, 'column', 'columns')} that {'looks' if covered == 1 else 'look'} so {'has' if covered == 1 else 'have'} one"
        if not doubtful:
            text = "No column that a model may learn from looks like a special category of personal data"
            return f"{text} without a stated basis; {with_basis} ({where})." if covered else f"{text} ({where})."
        named = listed(
            f"'{look.column}' ({look.category.kind}, {'declared' if look.evidence == 'declared' else 'by ' + look.evidence})" for look in doubtful
        )
        one = len(doubtful) == 1
        what = (
            "column that a model may learn from looks like a special category"
            if one
            else "columns that a model may learn from look like special categories"
        )
        text = f"{len(doubtful):,} {what} of personal data, and the contract states no basis for using {'it' if one else 'them'}: {named}"
        if self.basis:
            text += f"; the table's basis is Article 6(1)({ground(self.basis)}) alone, which does not cover {'it' if one else 'them'}"
        return f"{text}{'; ' + with_basis if covered else ''} ({where})."


def _telling(table: ir.Table, name: str) -> bool:
    """Return whether the values of a column are worth a look: of text always, of flags and numbers where the name suggests something."""
    kind = table[name].type()
    if kind.is_nested() or kind.is_binary():
        return False
    return bool(kind.is_string()) or may_be_named(name)


def _declared(what: str) -> Category:
    return named_category(what) or Category(what, ARTICLE_9, frozenset())


def _clause(look: Look) -> str:
    written: Mapping[str, object] = {"property": CLAUSE, "value": look.category.kind}
    clause = [{"name": look.column, "customProperties": [written, {"property": "feature", "value": False}]}]
    return yaml.safe_dump(clause, sort_keys=False, allow_unicode=True, width=1_000).rstrip()
