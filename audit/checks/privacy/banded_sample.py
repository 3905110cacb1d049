"""A bounded sample of rows whose columns are sorted into a few levels, so that what one column tells about another is a table of counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.plain import plain
from audit.core.ask import Ask, frame, row_hash, scalar
from audit.core.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

#: Rows in a sample, about; tables that are no larger are taken whole.
SIZE = 20_000
FOLDS = 5
#: Levels of a column at most, and the rows that each level must have on average.
MOST_LEVELS, ROWS_A_LEVEL = 20, 50
#: Hexadecimal digits of a hash that are compared.
DIGITS = 8


def plain_columns(table: ir.Table, columns: Sequence[str]) -> list[str]:
    """Return those columns that hold single values: no lists, no structures, no bytes."""
    kinds = {c: table[c].type() for c in columns}
    return [c for c, kind in kinds.items() if not (kind.is_nested() or kind.is_binary() or kind.is_json())]


def size_asks(subject: Subject) -> dict[str, Ask]:
    """Ask for what :func:`sample_ask` must know: the number of rows and, where no key is declared, about how many values each column has."""
    table = subject.table
    asks = {"total": scalar(table.count())}
    if subject.roles.key:
        return asks
    return asks | {f"distinct {c}": scalar(table[c].approx_nunique()) for c in plain_columns(table, table.columns)}


def sample_ask(subject: Subject, columns: Sequence[str], total: int, distinct: Mapping[str, int]) -> Ask:
    """Ask for about ``SIZE`` rows by the hash of their key: the same on every engine and in every run.

    Parameters
    ----------
    subject : Subject
        Whose rows are sampled.
    columns : sequence of str
        Columns of the sample; they come back as ``c0``, ``c1`` …, and in ``unit`` the hash of the row's entity, or of the row where it has none.
    total : int
        Rows of the table.
    distinct : mapping of str to int
        About how many values each column has; used where no key is declared.
    """
    table = subject.table
    if total > SIZE:
        hashed = row_hash(table, subject.roles.key or _telling_apart(total, distinct))
        # rows of equal keys come together, so that a poor key could bring many
        table = table.filter(hashed.substr(0, DIGITS) < f"{int(SIZE / total * 16**DIGITS):0{DIGITS}x}").limit(2 * SIZE)
    unit = row_hash(table, [subject.roles.entity] if subject.roles.entity else columns).substr(DIGITS, DIGITS)
    return frame(table.select(*(plain(table[c]).name(f"c{i}") for i, c in enumerate(columns)), unit.name("unit")))


@dataclass(frozen=True)
class BandedSample:
    """Sampled rows.

    Parameters
    ----------
    rows : pandas frame
        Numbers and moments are floats, all else is text, under the names of the table.
    fold : ndarray of int, shape (rows,)
        From 0 to ``FOLDS`` - 1.
    """

    rows: "pd.DataFrame"
    fold: NDArray[np.int64]

    @classmethod
    def of(cls, answer: "pd.DataFrame", columns: Sequence[str], *, entities: bool) -> "BandedSample":
        """Give the answer to :func:`sample_ask` the names of the table.

        Parameters
        ----------
        answer : pandas frame
            The answer.
        columns : sequence of str
            Those that were asked for.
        entities : bool
            Whether ``unit`` is about entities: all rows of one are then in one fold, so that none is known by heart. Rows without an entity are
            dealt out in the order of their hashes, which puts equal ones into different folds: where columns are few and coarse, most rows are
            equal to others, and no copies.
        """
        if entities:
            fold = np.array([int(unit, 16) % FOLDS for unit in answer["unit"]], dtype=np.int64)
        else:
            fold = np.empty(len(answer), dtype=np.int64)
            fold[np.argsort(answer["unit"].to_numpy(), kind="stable")] = np.arange(len(answer)) % FOLDS
        return cls(answer[[f"c{i}" for i in range(len(columns))]].set_axis(list(columns), axis=1), fold)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def is_number(self, column: str) -> bool:
        """Return whether a column holds numbers or moments."""
        return self.rows[column].dtype.kind in "iuf"

    def levels(self, column: str) -> NDArray[np.int64]:
        """Return the level of each row: bands of equally many rows for numbers, the most frequent values and the rest for others.

        Missing values are a level of their own. Outcomes play no part, so levels may be formed before rows are folded.
        """
        most = max(2, min(MOST_LEVELS, len(self) // ROWS_A_LEVEL))
        if self.is_number(column):
            return _bands(self.rows[column].to_numpy(dtype=float), most)
        return _frequent(self.rows[column], most)


def _bands(values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    present = ~np.isnan(values)
    distinct = np.unique(values[present])
    edges = distinct[1:]
    if len(distinct) > most:
        # edges are values themselves, so that none lies between two infinities
        edges = np.unique(np.quantile(values[present], np.linspace(0, 1, most + 1)[1:-1], method="lower"))
    level = np.searchsorted(edges, values, side="right")
    return np.where(present, level, len(edges) + 1).astype(np.int64)


def _frequent(column: "pd.Series[str]", most: int) -> NDArray[np.int64]:
    counts = column.value_counts().to_dict()
    order = sorted(counts, key=lambda value: (-counts[value], value))[:most]
    place = column.map({value: i for i, value in enumerate(order)}).to_numpy(dtype=float, na_value=np.nan)
    return np.where(column.isna(), most + 1, np.where(np.isnan(place), most, place)).astype(np.int64)


def _telling_apart(total: int, distinct: Mapping[str, int]) -> list[str]:
    """Return columns that tell most rows apart: one that nearly does alone, or as many of the best as it takes."""
    chosen: list[str] = []
    combinations = 1
    for column in sorted(distinct, key=lambda c: (-distinct[c], c)):
        chosen.append(column)
        combinations *= max(distinct[column], 1)
        if combinations >= (total / 2 if len(chosen) == 1 else 100 * total):
            break
    return chosen
