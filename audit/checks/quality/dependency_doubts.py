"""Which cell is in doubt where a dependency is broken: what follows, what it follows from, or none, because the row is an exception."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.quality.dependency import SEPARATOR, Dependency, among, joined
from audit.checks.quality.dependency_search import Violated
from audit.checks.quality.sampled import SIZE, plain_columns
from audit.core.ask import Answers, Ask, frame, rows
from audit.core.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

#: If so many rows with one value of another column break a dependency, and so large a share of them, they are an exception and no errors.
EXCEPTION_ROWS, EXCEPTION_SHARE = 3, 0.5
#: Values of one other column that are looked up.
MOST_VALUES = 500


@dataclass(frozen=True)
class DoubtedDeterminant:
    """A determinant of several columns, most of which say that it is itself wrong in some rows.

    Parameters
    ----------
    determinant : str
        The column.
    dependents : tuple of str
        Columns that contradict it.
    texts : tuple of str
        Determinant and dependents of these rows, joined.
    """

    determinant: str
    dependents: tuple[str, ...]
    texts: tuple[str, ...]

    def doubtful(self, table: ir.Table) -> ir.BooleanValue:
        """Return the rows whose determinant is in doubt."""
        columns = [table[c].cast("string").fill_null("") for c in (self.determinant, *self.dependents)]
        return among(joined(columns), self.texts).fill_null(False)


@dataclass(frozen=True)
class Doubts:
    """Which cells are in doubt.

    Parameters
    ----------
    found : sequence of Violated
        With only the pairs whose dependent is in doubt; without dependencies that have none.
    determinants : sequence of DoubtedDeterminant
        Determinants in doubt.
    broken : pandas frame
        Rows that break a dependency, as text.
    whole : bool
        Whether these are all such rows.
    """

    found: Sequence[Violated]
    determinants: Sequence[DoubtedDeterminant]
    broken: "pd.DataFrame"
    whole: bool

    def rows_with_pairs(self, found: Sequence[Violated]) -> int:
        """Return in how many of the broken rows one of some dependencies is broken."""
        marks = np.zeros(len(self.broken), dtype=bool)
        for violation in found:
            columns = [*violation.dependency.determinant, violation.dependency.dependent]
            marks |= self.broken[columns].notna().all(axis=1).to_numpy() & self._is_among(columns, violation.pairs)
        return int(marks.sum())

    def rows_doubtful(self, doubted: DoubtedDeterminant) -> int:
        """Return in how many of the broken rows a determinant is in doubt."""
        return int(self._is_among([doubted.determinant, *doubted.dependents], doubted.texts).sum())

    def _is_among(self, columns: Sequence[str], texts: Collection[str]) -> NDArray[np.bool_]:
        wanted = frozenset(texts)
        return np.array([text in wanted for text in _joined_text(self.broken, columns)], dtype=bool)


def doubts(found: Sequence[Violated], exact: Sequence[Dependency], subject: Subject, answers: Answers) -> Doubts:
    """Settle which cells are in doubt.

    Rows with one value of another column that break a dependency as a rule, as those of one hospital abroad may, are no errors. A row that
    breaks at least half of what follows from a column, and at least two dependencies, is wrong in that column, unless other columns find the
    same cells wrong.

    Parameters
    ----------
    found : sequence of Violated
        Dependencies that almost hold.
    exact : sequence of Dependency
        Those that hold in all rows.
    subject : Subject
        The table.
    answers : Answers
        Where to ask.
    """
    every = max(1, sum(v.strength.violations for v in found) // SIZE)
    broken = answers.more({"broken": _broken_rows(found, subject.table, every)}).frame("broken")
    broken = broken.rename(columns={f"c{i}": c for i, c in enumerate(plain_columns(subject.table))})
    breaks = broken[[f"v{i}" for i in range(len(found))]].to_numpy(dtype=bool)
    excepted = _excepted(found, broken, breaks, every, subject.table, answers)
    real = breaks & ~excepted
    real &= ~_acquitted(found, exact, real)
    confirmed = _confirmed(found, real)
    determinants: list[DoubtedDeterminant] = []
    follow = Counter(d.determinant for d in (*(v.dependency for v in found), *exact))
    for determinant, n in follow.items():
        mine = [i for i, v in enumerate(found) if v.dependency.determinant == determinant]
        wrong = (real & ~confirmed)[:, mine].sum(axis=1) >= max(2, -(-n // 2))
        if wrong.any():
            dependents = tuple(found[i].dependency.dependent for i in mine)
            texts = _joined_text(broken[wrong], [determinant[0], *dependents])
            determinants.append(DoubtedDeterminant(determinant[0], dependents, tuple(dict.fromkeys(texts))))
            real[np.ix_(wrong, mine)] = False
    kept = [_with_pairs(v, broken, breaks[:, i], real[:, i], bool(excepted[:, i].any())) for i, v in enumerate(found)]
    return Doubts([v for v in kept if v.pairs], determinants, broken, whole=every == 1)


def _confirmed(found: Sequence[Violated], real: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return, for each broken row and dependency, whether another determinant finds the same dependent wrong."""
    confirmed = np.zeros_like(real)
    for i, violation in enumerate(found):
        others = [j for j, v in enumerate(found) if j != i and v.dependency.dependent == violation.dependency.dependent]
        confirmed[:, i] = real[:, others].any(axis=1)
    return confirmed


def _acquitted(found: Sequence[Violated], exact: Sequence[Dependency], real: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return, for each broken row and dependency, whether the dependent is cleared by what follows from it.

    Where two columns follow from each other and a row breaks both dependencies, the column whose other dependents agree with it is right.
    """
    places = {v.dependency: i for i, v in enumerate(found)}
    columns = {v.dependency.determinant for v in found}
    scores: dict[tuple[str, ...], NDArray[np.int64]] = {}
    for column in columns:
        mine = [i for v, i in places.items() if v.determinant == column]
        holding = sum(d.determinant == column for d in exact)
        scores[column] = holding + (~real[:, mine]).sum(axis=1) - real[:, mine].sum(axis=1)
    acquitted = np.zeros_like(real)
    for i, violation in enumerate(found):
        back = places.get(Dependency((violation.dependency.dependent,), violation.dependency.determinant[0]))
        if back is not None:
            # either score counts one broken dependency: this one, or the one back
            own, other = scores[(violation.dependency.dependent,)] + 1, scores[violation.dependency.determinant] + 1
            acquitted[:, i] = real[:, i] & real[:, back] & (own > np.maximum(other, 0))
    return acquitted


def _with_pairs(violation: Violated, broken: "pd.DataFrame", breaks: NDArray[np.bool_], real: NDArray[np.bool_], exceptions: bool) -> Violated:
    """Return a violation without the pairs that mostly occur where the dependent is not in doubt."""
    texts = np.array(_joined_text(broken[breaks], [*violation.dependency.determinant, violation.dependency.dependent]), dtype=object)
    seen, doubtful = Counter(texts), Counter(texts[real[breaks]])
    excused = {text for text, n in seen.items() if 2 * doubtful[text] < n}
    # where many are excused, a pair that the sample of broken rows does not show may be one of them
    exceptions = exceptions or 2 * len(excused) > len(seen)
    return replace(violation, pairs=tuple(p for p in violation.pairs if p not in excused and (p in seen or not exceptions)))


def _joined_text(rows_: "pd.DataFrame", columns: Sequence[str]) -> list[str]:
    texts = rows_[list(columns)].astype(object).where(rows_[list(columns)].notna(), "")
    return [SEPARATOR.join(values) for values in texts.itertuples(index=False, name=None)]


def _broken_rows(found: Sequence[Violated], table: ir.Table, every: int) -> Ask:
    """Ask for rows that break a dependency, one in ``every`` of them."""
    names = plain_columns(table)
    if every > 1:
        values = ibis.struct({f"c{i}": table[c] for i, c in enumerate(names)})
        table = table.filter((values.hash() // 131_072) % every == 0)
    texts = [table[c].cast("string").name(f"c{i}") for i, c in enumerate(names)]
    marked = table.select(*texts, *(v.broken(table).name(f"v{i}") for i, v in enumerate(found)))
    return frame(marked.filter(ibis.or_(*(marked[f"v{i}"] for i in range(len(found))))).limit(2 * SIZE))


def _excepted(
    found: Sequence[Violated], broken: "pd.DataFrame", breaks: NDArray[np.bool_], every: int, table: ir.Table, answers: Answers
) -> NDArray[np.bool_]:
    """Return, for each broken row and dependency, whether another column sets the row apart."""
    import pandas as pd

    times: dict[str, dict[int, Mapping[str, int]]] = {}
    for column in plain_columns(table):
        codes, values = pd.factorize(broken[column])
        for i, violation in enumerate(found):
            if column not in (*violation.dependency.determinant, violation.dependency.dependent):
                counts = np.bincount(codes[breaks[:, i] & (codes >= 0)], minlength=len(values))
                often = np.flatnonzero(counts >= EXCEPTION_ROWS)[:MOST_VALUES]
                if len(often):
                    times.setdefault(column, {})[i] = {str(values[j]): int(counts[j]) * every for j in often}
    asked = answers.more({c: _times(table, c, sorted({v for counts in mine.values() for v in counts})) for c, mine in times.items()})
    excepted = np.zeros_like(breaks)
    for column, mine in times.items():
        sizes = {value: int(n) for value, n in asked.rows(column).values}
        for i, known in mine.items():
            rule = [value for value, n in known.items() if n >= EXCEPTION_SHARE * sizes.get(value, n)]
            excepted[:, i] |= broken[column].isin(rule).to_numpy()
    return excepted


def _times(table: ir.Table, column: str, values: Sequence[str]) -> Ask:
    """Ask how often some values of a column occur."""
    text = table.select(value=table[column].cast("string"))
    text = text.filter(among(text.value, values))
    return rows(text.group_by("value").aggregate(n=text.count()))
