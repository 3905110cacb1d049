"""What a sample says about each column: how often two rows agree in it by chance, and how often they come close."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from audit.checks.near_duplicates.columns import Compared, identity, position
from audit.checks.near_duplicates.texts import MOST_LETTERS, Texts, words, written

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

#: Rows that the chance of agreement is learnt from, and neighbours in the file from as many places as there are runs.
SAMPLE = 4_000
RUNS, RUN = 50, 40
#: Closeness that more pairs of strangers than this share is no evidence.
COMMON = 0.02
#: The same for likeness of texts, as a share of pairs or of equal ones; and the most wrong letters that a text is looked at with.
RARE, SELDOM, MOST_EDITS = 0.002, 0.75, 8
#: Shifts by which sampled rows are paired with each other.
SHIFTS = 125


#: A code: letters and digits without spaces, at least one digit among them.
CODE = r"(?=.*\d)[\w\-./:]{1,64}"


@ibis.udf.scalar.builtin
def asinh(number: float) -> float:
    """Inverse hyperbolic sine, as the engine has it."""
    raise NotImplementedError(number)  # never called: the engine's own function is


@dataclass(frozen=True)
class Profile:
    """How a column behaves among strangers.

    Parameters
    ----------
    column : Compared
        Which one.
    values : array of shape (m,)
        Its values in the sample: numbers, or codes of categories; NaN where missing.
    agree : float
        Probability that two random rows have equal values, both there.
    both_missing : float
        Probability that both are missing.
    density : float
        Probability per unit of distance that two random values come close, on the column's scale.
    scale : float
        Numbers are compared by ``asinh(x / scale)`` where it is above 0, so that differences of large numbers count relative to them.
    alike : float
        Probability that two random texts are alike without being equal.
    edits : int
        Wrong letters with which two texts are alike still.
    abbreviates : bool
        Whether it means anything in this column that one text begins like another and shares its letters.
    maybe_key : bool
        Whether every sampled row has its own value and the values are whole numbers, times or codes.
    """

    column: Compared
    values: Floats
    agree: float
    both_missing: float
    density: float = 0.0
    scale: float = 0.0
    alike: float = 1.0
    edits: int = 0
    abbreviates: bool = False
    maybe_key: bool = False

    @property
    def bits(self) -> float:
        """Evidence of an agreement: the binary logarithm of one over its probability among strangers."""
        return -math.log2(self.agree)

    @property
    def numeric(self) -> bool:
        """Whether closeness is a matter of difference."""
        return self.column.form in ("number", "time")

    @property
    def reach(self) -> float:
        """Largest distance, on the column's scale, that so few strangers keep that it is evidence; 0 where there is none."""
        return max(COMMON - self.agree, 0.0) / self.density if 0 < self.density < math.inf else 0.0

    @property
    def continuous(self) -> bool:
        """Whether it has more values than a category would."""
        return self.numeric and self.agree < 1 / 64

    def scaled(self, values: Floats) -> Floats:
        """Return numbers on the scale on which they are compared."""
        return np.arcsinh(values / self.scale) if self.scale else values

    def scaled_column(self, column: ir.Column) -> ir.FloatingValue:
        """Return the column on the scale on which it is compared."""
        number: Any = column.cast("float64")
        return asinh(number / self.scale) if self.scale else number


def sampled(table: ir.Table, columns: Sequence[Compared], total: int) -> ir.Table:
    """Return the rows to learn from: some by their hash, and runs of neighbours; all of a small table.

    Columns are ``row``, ``identity``, ``drawn`` (whether the hash chose it), ``x0`` … and, for texts, ``e0`` … and ``a0`` …: how many letters
    are wrong against the text of the next row by hash, which is a random one, and whether one abbreviates the other.
    """
    mask = (1 << max(0, math.floor(math.log2(max(total, 1) / SAMPLE)) + 1)) - 1 if total > SAMPLE else 0
    placed = table.select(
        position(table).name("row"),
        identity(table).name("identity"),
        *(table[c.name].name(f"x{i}") for i, c in enumerate(columns)),
    )
    drawn = (placed.identity & ibis.literal(mask, "int64")) == 0
    in_run = placed.row % max(total // RUNS, 1) < RUN
    texts = [i for i, c in enumerate(columns) if c.form == "text"]
    rows = placed.mutate(drawn=drawn, in_run=in_run).filter(drawn | in_run)
    # of exact copies the first is drawn, however many there are
    first = ibis.row_number().over(ibis.window(group_by="identity", order_by="row")) == 0
    rows = rows.mutate(drawn=rows.drawn & first).filter(lambda t: t.drawn | t.in_run)
    rows = rows.mutate(*(_plain(c, rows[f"x{i}"]).name(f"x{i}") for i, c in enumerate(columns)))
    # spelling is learnt from rows that were drawn alone
    spelt = {f"{name}{i}": form(rows[f"x{i}"]) for i in texts for name, form in (("t", written), ("w", words))}
    rows = rows.mutate(**{name: ibis.ifelse(rows.drawn, text, ibis.null("string")) for name, text in spelt.items()})
    following = ibis.window(group_by="drawn", order_by=["identity"])
    rows = rows.mutate(*(rows[f"{name}{i}"].lead().over(following).name(f"{name}{i}_next") for i in texts for name in "xtw"))
    likeness = []
    for i in texts:
        pair = Texts(rows[f"t{i}"], rows[f"w{i}"], rows[f"t{i}_next"], rows[f"w{i}_next"])
        unequal = rows.drawn & (rows[f"x{i}"] != rows[f"x{i}_next"])
        likeness.append(ibis.ifelse(unequal, pair.edits, ibis.null("int64")).name(f"e{i}"))
        likeness.append(ibis.ifelse(unequal, pair.abbreviates, ibis.literal(value=False)).name(f"a{i}"))
    return rows.select("row", "identity", "drawn", *(rows[f"x{i}"] for i in range(len(columns))), *likeness)


def _plain(column: Compared, value: ir.Column) -> Any:
    formed: Any = column.formed(value)
    if column.form in ("number", "time"):
        return formed.cast("float64")
    # a sample of long texts would not be small
    return formed.left(MOST_LETTERS) if column.form == "text" else formed


@dataclass(frozen=True)
class Learnt:
    """What the sample holds.

    Parameters
    ----------
    rows, identities : array of shape (m,)
        Positions of the sampled rows in the source, ascending, and their hashes.
    drawn : array of shape (k,)
        Which of them the hash drew, exact copies left out, in the order of their hashes.
    profiles : sequence of Profile
        One for each compared column.
    texts : sequence
        For each column, its values in lower case where it holds text, else ``None``.
    """

    rows: Codes
    identities: Codes
    drawn: Codes
    profiles: "Sequence[Profile]"
    texts: "Sequence[pd.Series[str] | None]"

    def without(self, names: Collection[str]) -> "Learnt":
        """Return the same without some columns."""
        kept = [i for i, p in enumerate(self.profiles) if p.column.name not in names]
        return replace(self, profiles=[self.profiles[i] for i in kept], texts=[self.texts[i] for i in kept])


def learn(frame: "pd.DataFrame", columns: Sequence[Compared]) -> Learnt:
    """Return how each column behaves among the rows that the hash drew.

    Parameters
    ----------
    frame : pandas frame
        As :func:`sampled` brings it.
    columns : sequence of Compared
        In the order of the sample's columns.
    """
    frame = frame.sort_values("row").reset_index(drop=True)
    drawn = frame[frame["drawn"]].sort_values("identity").index.to_numpy(dtype=np.int64)
    texts = [frame[f"x{i}"].str.lower() if column.form == "text" else None for i, column in enumerate(columns)]
    rows, identities = (frame[name].to_numpy(dtype=np.int64) for name in ("row", "identity"))
    return Learnt(rows, identities, drawn, [_profile(frame, drawn, i, column) for i, column in enumerate(columns)], texts)


def _profile(frame: "pd.DataFrame", drawn: Codes, index: int, column: Compared) -> Profile:
    raw = frame[f"x{index}"]
    if column.form in ("number", "time"):
        values = raw.to_numpy(dtype=np.float64, na_value=np.nan)
        values = np.where(np.isfinite(values), values, np.nan)
    else:
        codes, _ = raw.factorize()
        values = np.where(codes < 0, np.nan, codes.astype(np.float64))
    m = len(drawn)
    pairs = m * (m - 1) / 2
    there = values[drawn][~np.isnan(values[drawn])]
    _, counts = np.unique(there, return_counts=True)
    # one more than was seen: what was seen in no pair may happen in the next
    agree = (float((counts * (counts - 1.0)).sum() / 2) + 1) / (pairs + 1)
    gaps = m - len(there)
    both_missing = (gaps * (gaps - 1) / 2 + 1) / (pairs + 1)
    alone = len(counts) == m > 1
    if column.form in ("number", "time"):
        scale = _scale(there)
        density = _density(np.arcsinh(there / scale) if scale else there)
        return Profile(column, values, agree, both_missing, density, scale, maybe_key=alone and column.whole)
    if column.form == "category":
        return Profile(column, values, agree, both_missing, maybe_key=alone)
    wrong = frame[f"e{index}"].to_numpy(dtype=np.float64, na_value=np.nan)[drawn]
    abbreviated = frame[f"a{index}"].fillna(False).to_numpy(dtype=bool)[drawn]
    # likeness counts where it is rarer than equality, or rare: among codes that count up it is neither
    seldom = max(RARE, SELDOM * agree) * m
    # texts of one length cannot be short forms of each other
    abbreviates = abbreviated.sum() <= seldom and raw.iloc[drawn].str.len().nunique() > 1
    wrongest = next((k for k in range(MOST_EDITS, 0, -1) if (wrong <= k).sum() <= seldom), 0)
    near = (wrong <= wrongest) | (abbreviated & abbreviates)
    coded = alone and raw.iloc[drawn].str.fullmatch(CODE).mean() > 0.95
    return Profile(
        column,
        values,
        agree,
        both_missing,
        alike=(int(near.sum()) + 1) / (m + 1),
        edits=wrongest,
        abbreviates=bool(abbreviates),
        maybe_key=bool(coded),
    )


def _scale(values: Floats) -> float:
    """Return the scale for numbers that spread over orders of magnitude, 0 for others."""
    sizes = np.abs(values[values != 0])
    if len(sizes) < 10:
        return 0.0
    low, middle, high = np.quantile(sizes, (0.1, 0.5, 0.99))
    same_sign = bool((values >= 0).all() or (values <= 0).all())
    return float(low) if same_sign and high > 8 * middle and low > 0 else 0.0


def _density(values: Floats) -> float:
    """Return the probability, per unit of distance, that two of the values come close without being equal."""
    m = len(values)
    if m < 3:
        return math.inf
    apart = np.concatenate([np.abs(values - np.roll(values, s)) for s in range(1, min(SHIFTS // 5, m - 1) + 1)])
    apart = apart[apart > 0]
    if not len(apart):
        return math.inf
    # the steepest of three looks: values that crowd in places come close more often than an even spread would have it
    found = [(share, float(np.quantile(apart, share))) for share in (0.005, 0.02, 0.1)]
    return max(share / distance for share, distance in found)
