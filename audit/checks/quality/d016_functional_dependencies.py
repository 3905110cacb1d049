"""D016: columns that should follow from others, and the rows in which they do not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Self

import ibis
import ibis.expr.types as ir

from audit.checks.found import JUDGED, LIMIT, findings_of, promised
from audit.checks.quality.dependency import Dependency
from audit.checks.quality.dependency_candidates import candidates
from audit.checks.quality.dependency_doubts import Doubts, doubts
from audit.checks.quality.dependency_search import Violated, violated
from audit.checks.quality.sampled import plain_columns, sampled
from audit.checks.quality.value_profile import clause
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings, Suspect, require_column
from audit.core.contract import Contract, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.wording import counted, listed, percent

if TYPE_CHECKING:
    import pandas as pd

#: Fewer rows hold no majority to speak of.
MIN_ROWS = 30
#: Columns that are compared with each other, the first ones.
MOST_COLUMNS = 100
#: Roles whose columns neither determine nor follow: what a model predicts is never a fault of the data.
NO_PART = ("target", "prediction", "score", "split", "weight")
TITLE = "Cells that differ from what most rows say"


@dataclass(frozen=True, kw_only=True)
class FunctionalDependencies(Check):
    """Rows that break a dependency between columns: one city for each postcode, one name for each product number.

    A declared dependency is broken by every row whose value is not that of most rows with the same determinant. Nobody has to declare one to
    have it found: pairs of columns are compared on a sample, promising ones are counted on all rows, and those that hold almost everywhere are
    reported with the cells that differ from a majority of at least two thirds. Dependencies count only where they explain much more than
    chance, hold in at least 10 groups, and are broken by single cells: not by a second value that recurs within its group, and not by rows
    that another column sets apart. Where a row breaks most of what follows from a column, that column is in doubt instead.

    Parameters
    ----------
    determinant, dependent : tuple of str
        Columns: rows that agree in the first must agree in each of the second. Looked for where empty.
    column : str
        The dependent column, for a rule that stands under a column.
    settled : tuple of str
        Dependent columns that rules are about.
    """

    code: ClassVar[str] = "D016"
    title: ClassVar[str] = "Functional dependencies"
    family: ClassVar[str] = "quality"
    judged: ClassVar[str] = JUDGED
    seeks: ClassVar[bool] = True
    advice: ClassVar[str] = "Look at both cells of such a row: either may be wrong. Keep what follows from a column in a table of its own."
    cites: ClassVar[tuple[str, ...]] = (
        "Kivinen and Mannila 1995, Approximate inference of functional dependencies from relations",
        "Parciak et al. 2024, Measuring approximate functional dependencies: a comparative study",
    )

    determinant: tuple[str, ...] = ()
    dependent: tuple[str, ...] = ()
    column: str = ""
    settled: tuple[str, ...] = ()
    limit: Limit = LIMIT

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check for each rule, and one that looks for dependencies of all other columns."""
        rules = list(cls.declared(contract))
        yield from rules
        yield cls(settled=tuple(dict.fromkeys(c for r in rules for c in r._dependents)))

    @property
    def where(self) -> Mapping[str, str]:
        """The dependent columns."""
        return {"column": ", ".join(self._dependents)} if self._dependents else {}

    @property
    def _dependents(self) -> tuple[str, ...]:
        return self.dependent or ((self.column,) if self.column else ())

    @classmethod
    def limit_from(cls, rule: Rule) -> Limit:
        """Return a rule's own limit: it was promised."""
        return promised(super().limit_from(rule))

    def asks(self, subject: Subject) -> Asks:
        """Ask for the rows that break each declared dependency, or for a sample."""
        asks = {"total": scalar(subject.table.count())}
        if not self.determinant and not self._dependents:
            if len(self._columns(subject)) < 2:
                raise NotApplicable("needs two columns that could depend on each other")
            return asks | {"sample": sampled(subject)}
        return asks | {str(d): d.ask_breaks(subject.table) for d in self._declared(subject)}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count what breaks the declared dependencies, or look for undeclared ones."""
        total = int(answers.scalar("total"))
        if self.determinant:
            return self._measure_declared(self._declared(subject), answers, total)
        if total < MIN_ROWS:
            raise NotApplicable(f"needs at least {MIN_ROWS} rows to tell a dependency from chance; there are {total:,}")
        return self._search(subject, answers, total)

    def _declared(self, subject: Subject) -> list[Dependency]:
        if not self.determinant or not self._dependents:
            raise UsageError("a rule of D016 names both columns, as in {check: D016, determinant: [zip], dependent: [city]}")
        for name in (*self.determinant, *self._dependents):
            require_column(subject, name)
        return [Dependency(self.determinant, d) for d in self._dependents]

    def _measure_declared(self, dependencies: Sequence[Dependency], answers: Answers, total: int) -> Findings:
        suspects = []
        for dependency in dependencies:
            broken = int(answers.rows(str(dependency)).values[0][0])
            if broken:
                suspects.append(Suspect(dependency.dependent, _differs([dependency]), broken, dependency.breaks, compares_rows=True))
        names = listed(str(d) for d in dependencies)
        if not suspects:
            return findings_of([], total, f"No row of {total:,} breaks {names}.", title="")
        said = listed(f"{s.rows:,} of {total:,} rows ({percent(s.rows / total)}) in {s.column}" for s in suspects)
        agree = listed(self.determinant)
        return findings_of(suspects, total, f"{said} differ from most rows with the same {agree}.", title=TITLE)

    def _columns(self, subject: Subject) -> list[str]:
        left_out = {c for role, c in subject.roles.columns() if role in NO_PART}
        return [c for c in plain_columns(subject.table) if c not in left_out]

    def _search(self, subject: Subject, answers: Answers, total: int) -> Findings:
        table, every = subject.table, self._columns(subject)
        columns = every[:MOST_COLUMNS]
        sample = answers.frame("sample").set_axis(plain_columns(table), axis=1)
        determinants = [c for c in columns if _can_determine(table[c], sample[c])]
        dependents = [c for c in columns if c not in self.settled]
        tried = candidates(sample[columns], determinants, dependents, total)
        almost, exact = violated(tried, table, answers, total) if tried else ([], [])
        suspects = _suspects(doubts(almost, exact, subject, answers), table, answers) if almost else []
        pairs = counted(len(determinants) * max(len(dependents) - 1, 0), "pair of columns", "pairs of columns")
        if len(every) > len(columns):
            pairs = f"{pairs} (the first {MOST_COLUMNS} of {len(every):,})"
        hold = f"; {counted(len(exact), 'dependency', 'dependencies')} {'holds' if len(exact) == 1 else 'hold'} in all rows" if exact else ""
        if not suspects:
            return findings_of([], total, f"Among {pairs}, no dependency is broken by single cells{hold}.", title="")
        said = listed(f"{s.rows:,} in {s.column}" for s in suspects)
        holding = f"{counted(len(almost), 'dependency', 'dependencies')} almost {'holds' if len(almost) == 1 else 'hold'}"
        message = f"Among {pairs}, {holding}; in doubt: {said}{hold}."
        return findings_of(suspects, total, message, title=TITLE, exhibits=[_strengths(almost)])


def _can_determine(column: ir.Column, values: "pd.Series") -> bool:
    """Return whether values could name something: measurements with decimals and moments do not."""
    kind = column.type()
    if kind.is_floating() or kind.is_decimal():
        known = values.dropna().astype(float)
        return bool(len(known)) and bool((known % 1 == 0).all())
    return not (kind.is_timestamp() or kind.is_time() or kind.is_interval() or kind.is_boolean())


def _suspects(found: Doubts, table: ir.Table, answers: Answers) -> list[Suspect]:
    """Return the cells in doubt, with each column once for what it should follow from, and once for what should follow from it."""
    lines: list[tuple[str, str, Callable[[ir.Table], ir.BooleanValue], str, Callable[[], int]]] = []
    for column in dict.fromkeys(v.dependency.dependent for v in found.found):
        mine = [v for v in found.found if v.dependency.dependent == column]
        best = max(mine, key=lambda v: (v.strength.explained, v.strength.supported)).dependency
        rule = {"check": FunctionalDependencies.code, "determinant": list(best.determinant)}
        promise = clause(column, quality=[{"type": "custom", "engine": "assay", "implementation": rule}])
        lines.append((column, _differs([v.dependency for v in mine]), partial(_breaks_any, mine), promise, partial(found.rows_with_pairs, mine)))
    for doubted in found.determinants:
        what = f"most rows with the same value have another {listed(doubted.dependents, most=3)}"
        lines.append((doubted.determinant, what, doubted.doubtful, "", partial(found.rows_doubtful, doubted)))
    if found.whole:  # the broken rows are at hand, so that the table need not be read again
        rows_of = [count() for *_, count in lines]
    else:
        counts = answers.more({str(i): scalar(table.count(where=failing(table))) for i, (_, _, failing, _, _) in enumerate(lines)})
        rows_of = [int(counts.scalar(str(i))) for i in range(len(lines))]
    return [Suspect(column, what, n, failing, promise) for (column, what, failing, promise, _), n in zip(lines, rows_of, strict=True) if n]


def _breaks_any(found: Sequence[Violated], table: ir.Table) -> ir.BooleanValue:
    return ibis.or_(*(v.broken(table) for v in found))


def _differs(dependencies: Sequence[Dependency]) -> str:
    return f"differs from most rows with the same {listed((' and '.join(d.determinant) for d in dependencies), most=3).replace(' and ', ' or ')}"


def _strengths(found: Sequence[Violated]) -> Exhibit:
    held = [(str(v.dependency), v.strength) for v in found]
    lines = [(name, s.groups, s.supported, s.violations, s.unclear, round(s.explained, 4)) for name, s in held]
    columns = ("dependency", "groups of 3 or more", "rows in them", "rows that differ", "rows without a clear majority", "explained beyond chance")
    note = "Explained beyond chance: 1 where the second column follows from the first in every row, 0 where the two are independent."
    return Exhibit(Kind.TABLE, "Dependencies that almost hold", columns, lines[:MAX_ROWS], note=note)
