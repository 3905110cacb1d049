"""D018: one category in several spellings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import ibis.expr.types as ir

from audit.checks import found
from audit.checks.quality.near_spellings import Variant, variants
from audit.checks.quality.sentinels import SHORT_LIST, means_missing
from audit.checks.quality.value_profile import clause, profile, profile_asks, settled, text_columns
from audit.contract.personal import declared_personal
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings, Suspect
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.wording import counted, listed

#: The values of a column repeat, on average, at least so often; where they do not, they are no categories.
REPEATED = 2

#: Values are shown of columns with no more distinct ones than this: more are likely to be names of people.
SHOWN_OF = 200
SHOWN = 50
SHORT = 60

#: An enumeration of more values than this is no clause that a person keeps up.
ENUMERABLE = 30


@dataclass(frozen=True, kw_only=True)
class CategoryVariants(Check):
    """Rows whose value is another spelling of a more frequent one of the same column.

    Spellings that differ in case, blanks, accents or punctuation are one category. A typing error is a rare value whose words are those of a
    value at least ten times as frequent, but for one letter in words of five letters and more, or two in words of ten and more. Digits never
    differ. Columns whose other values are as near to each other as that are left alone; in columns where a quarter of the rare values lie near
    a frequent one, a quarter of the letters may be wrong.

    Parameters
    ----------
    settled : tuple of str
        Columns whose values the contract enumerates or describes by a pattern.
    classified : tuple of str
        Columns that the contract declares to be personal, or classifies; their values are not shown.
    """

    code: ClassVar[str] = "D018"
    title: ClassVar[str] = "Category variants"
    family: ClassVar[str] = "quality"
    seeks: ClassVar[bool] = True
    judged: ClassVar[str] = found.JUDGED
    advice: ClassVar[str] = "Write each category in one way at the source, and list the categories in the contract."
    cites: ClassVar[tuple[str, ...]] = (
        "Damerau 1964, A technique for computer detection and correction of spelling errors, CACM 7(3)",
        "Kukich 1992, Techniques for automatically correcting words in text, ACM Computing Surveys 24(4)",
    )

    settled: tuple[str, ...] = ()
    classified: tuple[str, ...] = ()
    limit: Limit = found.LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract declares."""
        listed_in = tuple(c.name for c in contract.columns if settled(c))
        classified = tuple(c.name for c in contract.columns if declared_personal(c))
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, settled=(*check.settled, *listed_in), classified=(*check.classified, *classified))

    def asks(self, subject: Subject) -> Asks:
        """Ask for the values of text columns."""
        if not text_columns(subject.table):
            raise NotApplicable("there is no column of text")
        return profile_asks(subject.table)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Compare the values of each column that is made of categories."""
        total = answers.scalar("total")
        looked_at, suspects, lines = [], [], []
        for name in text_columns(subject.table):
            known = profile(answers, name)
            if name in self.settled or known.values is None or known.present < REPEATED * len(known.values):
                continue
            looked_at.append(name)
            short_list = len(known.values) <= SHORT_LIST
            categories = {v: n for v, n in known.values.items() if not means_missing(v, short_list)}
            if found_here := variants(categories):
                shown = name not in self.classified and len(categories) <= SHOWN_OF
                suspects.append(_suspect(name, categories, found_here, shown=shown))
                lines += [(name, _short(v.value), v.rows, _short(v.of), v.rows_of, v.by) for v in found_here[:SHOWN] if shown]
        suspects.sort(key=lambda s: -s.rows)
        where = f"looked at {counted(len(looked_at), 'column')} of {counted(total, 'row')}"
        if not suspects:
            return found.findings_of([], total, f"No category was found in several spellings ({where}).", title="")
        shown_all = listed(f"{s.column} ({s.what}: {counted(s.rows, 'row')})" for s in suspects)
        message = f"{counted(len(suspects), 'column holds', 'columns hold')} categories in several spellings: {shown_all} ({where})."
        columns = ("column", "value", "rows", "more frequent value", "rows of it", "they differ in")
        exhibits = [Exhibit(Kind.TABLE, "Spellings of more frequent values", columns, lines[:1_000])] if lines else []
        return found.findings_of(suspects, total, message, title="Categories in several spellings", exhibits=exhibits)


def _short(value: str) -> str:
    return value if len(value) < SHORT else f"{value[: SHORT - 1]}…"


def _suspect(name: str, categories: Mapping[str, int], found_here: Sequence[Variant], *, shown: bool) -> Suspect:
    """Return the rows of a column that hold a variant; the clause lists the other values, where they are few."""
    doubtful = sorted(v.value for v in found_here)
    most = found_here[0]
    example = f", such as {_short(most.value)!r} for {_short(most.of)!r}" if shown else ""
    what = f"{counted(len(found_here), 'spelling')} of {counted(len({v.of for v in found_here}), 'other value')}{example}"
    kept = sorted(set(categories) - set(doubtful))
    promise = clause(name, logicalType="string", enum=[{"value": v} for v in kept]) if shown and len(kept) <= ENUMERABLE else ""

    def failing(table: ir.Table) -> ir.BooleanValue:
        return table[name].isin(doubtful)

    return Suspect(name, what, sum(v.rows for v in found_here), failing, promise)
