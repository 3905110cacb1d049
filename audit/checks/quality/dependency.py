"""A functional dependency: rows that agree in some columns agree in another. How well it holds, counted on all rows."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.core.ask import Ask, Rows, rows
from audit.core.check import missing

#: Groups of fewer rows tell nothing about a majority; a clear one has this share.
MIN_ROWS, CLEAR = 3, (2, 3)
SEPARATOR, END = "\x1f", "\x1e"
#: Pairs of values that are fetched for one dependency.
MOST_PAIRS = 5_000


@dataclass(frozen=True)
class Dependency:
    """A dependency between columns.

    Parameters
    ----------
    determinant : tuple of str
        Columns that determine.
    dependent : str
        The column they determine.
    """

    determinant: tuple[str, ...]
    dependent: str

    def __str__(self) -> str:
        """Return ``zip → city``."""
        return f"{' and '.join(self.determinant)} → {self.dependent}"

    def known(self, table: ir.Table) -> ir.BooleanValue:
        """Return where all its columns have a value."""
        return ~ibis.or_(*(missing(table[c]) for c in (*self.determinant, self.dependent)))

    def ask_strength(self, table: ir.Table) -> Ask:
        """Ask how well it holds, for :meth:`Strength.of`."""
        pairs = self._pairs(table)
        groups = pairs.group_by([pairs[c] for c in self._group_names]).aggregate(
            size=pairs.n.sum(), most=pairs.n.max(), squares=(pairs.n * pairs.n).sum()
        )
        groups = groups.filter(groups["size"] >= MIN_ROWS)
        size, most = groups["size"], groups.most
        clear = most * CLEAR[1] >= size * CLEAR[0]
        return rows(
            groups.aggregate(
                supported=size.sum().fill_null(0),
                groups=groups.count(),
                violations=(size - most).sum(where=clear).fill_null(0),
                unclear=size.sum(where=~clear).fill_null(0),
                purity=(groups.squares / size).sum().fill_null(0),
            )
        )

    def ask_violations(self, table: ir.Table) -> Ask:
        """Ask for the pairs of values that are a minority in a group with a clear majority: ``(group, value, n, size)``."""
        pairs = self._pairs(table)
        keys = self._group_names
        groups = pairs.group_by(keys).aggregate(size=pairs.n.sum(), most=pairs.n.max())
        size, most = groups["size"], groups.most
        clear = groups.filter((size >= MIN_ROWS) & (size > most) & (most * CLEAR[1] >= size * CLEAR[0]))
        both = pairs.join(clear, [pairs[k].identical_to(clear[k]) for k in keys])
        minority = both.filter(both.n < both.most)
        group, value = joined([minority[k] for k in keys]), minority.value.cast("string")
        found = minority.select(group=group, value=value, n=minority.n, size=minority["size"])
        return rows(found.order_by([found.group, found.value]).limit(MOST_PAIRS))

    def breaks(self, table: ir.Table) -> ir.BooleanValue:
        """Return where a row's value is not that of most rows of its group; in a group without a majority, every row."""
        keys = [table[c] for c in self.determinant]
        known = self.known(table)
        same = known.cast("int64").sum().over(ibis.window(group_by=[*keys, table[self.dependent]]))
        size = known.cast("int64").sum().over(ibis.window(group_by=keys))
        return known & (2 * same <= size)

    def ask_breaks(self, table: ir.Table) -> Ask:
        """Ask for the number of rows that :meth:`breaks` is true for."""
        pairs = self._pairs(table)
        sized = pairs.mutate(size=pairs.n.sum().over(ibis.window(group_by=[pairs[c] for c in self._group_names])))
        return rows(sized.aggregate(broken=sized.n.sum(where=2 * sized.n <= sized["size"]).fill_null(0)))

    def pair_text(self, table: ir.Table) -> ir.StringValue:
        """Return determinant and dependent of each row as one text, null where one is missing."""
        return joined([table[c] for c in (*self.determinant, self.dependent)])

    @property
    def _group_names(self) -> list[str]:
        return [f"g{i}" for i in range(len(self.determinant))]

    def _pairs(self, table: ir.Table) -> ir.Table:
        known = table.filter(self.known(table))
        keys = [known[c].name(g) for c, g in zip(self.determinant, self._group_names, strict=True)]
        return known.group_by([*keys, known[self.dependent].name("value")]).aggregate(n=known.count())


def among(text: ir.StringValue, values: Iterable[str]) -> ir.BooleanValue:
    """Return where a text is one of many values; null where it is missing.

    The values travel as a table: a list of thousands would be walked through for every row.
    """
    listed = ibis.literal(END.join(values)).split(END).unnest().name("listed").as_table()
    return text.isin(listed.listed)


def joined(columns: Sequence[ir.Column]) -> ir.StringValue:
    """Return values as one text, null where one is missing."""
    text: Any = columns[0].cast("string")
    for column in columns[1:]:
        text = text + SEPARATOR + column.cast("string")
    return text


@dataclass(frozen=True)
class Strength:
    """How well a dependency holds.

    Parameters
    ----------
    supported : int
        Rows in groups of at least three.
    groups : int
        Such groups.
    violations : int
        Rows among them that differ from a majority of two thirds or more.
    unclear : int
        Rows in groups without such a majority.
    explained : float
        Share of the variation of the dependent that the determinant explains, 0 where it explains no more than chance.
    """

    supported: int
    groups: int
    violations: int
    unclear: int
    explained: float

    @classmethod
    def of(cls, answer: Rows, agreement: float) -> "Strength":
        """Read an answer.

        ``explained`` is 1 - (1 - E p(y|x)) / (1 - E p(y)) with the chance that two rows agree in the dependent within and without groups,
        corrected so that it is 0 on average if determinant and dependent are independent.

        Parameters
        ----------
        answer : Rows
            To :meth:`Dependency.ask_strength`.
        agreement : float
            Chance that two rows of the table agree in the dependent.

        References
        ----------
        Piatetsky-Shapiro, G. and Matheus, C. J. (1993). Measuring data dependencies in large databases. KDD.
        Parciak, M. et al. (2024). Measuring approximate functional dependencies: a comparative study. ICDE.
        """
        supported, groups, violations, unclear, purity = answer.values[0]
        supported, groups = int(supported), int(groups)
        explained = 0.0
        if supported > groups and agreement < 1:
            within = 1 - float(purity) / supported
            explained = max(1 - within / (1 - agreement) * (supported - 1) / (supported - groups), 0.0)
        return cls(supported, groups, int(violations), int(unclear), explained)


def surprise(n: int, size: int, rate: float) -> float:
    """Return a bound on the probability that at least ``n`` of ``size`` rows deviate, where each does with some rate.

    References
    ----------
    Chernoff, H. (1952). A measure of asymptotic efficiency for tests of a hypothesis. Annals of Mathematical Statistics 23.
    """
    share = n / size
    if share <= rate:
        return 1.0
    if rate <= 0 or share >= 1:
        return 0.0
    return math.exp(-size * (share * math.log(share / rate) + (1 - share) * math.log((1 - share) / (1 - rate))))
