"""A small tree of where a model errs: grown on one half of the rows, its rates counted on the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Coded, Condition
from audit.checks.errors.held_out import Step

#: Chance of any split of rows in which nothing is to be found.
CHANCE = 0.05


@dataclass(frozen=True)
class Node:
    """A node of the tree.

    Parameters
    ----------
    id, parent : str
        Names; the root's parent is ``None``.
    steps : tuple of Step
        The way to it.
    leaf : bool
        Whether it is divided no further.
    """

    id: str
    parent: str | None
    steps: tuple[Step, ...]
    leaf: bool

    @property
    def label(self) -> str:
        """The last step on the way, in words."""
        return self.steps[-1].text if self.steps else "all rows"

    @property
    def path(self) -> str:
        """The way to it, in words."""
        return " and ".join(s.text for s in self.steps) or "all rows"


def grow(columns: Sequence[Coded], loss: NDArray[np.float64], *, depth: int, min_leaf: int) -> list[Node]:
    """Grow a tree greedily: at each node the condition whose two sides differ most in their mean loss, by standard errors.

    A node is divided only if the best of all conditions on its rows differs by more than the best of so many would by chance (Bonferroni).

    Parameters
    ----------
    columns : sequence of Coded
        Of the rows to grow on.
    loss : array of shape (rows,)
        How wrong the model is.
    depth : int
        Conditions on the way to a leaf, at most.
    min_leaf : int
        Rows that each side of a split must have.

    Returns
    -------
    list of Node
        Parents before children, the side that errs more before the other.

    References
    ----------
    Breiman, L. et al. (1984). Classification and Regression Trees. Wadsworth.
    """
    nodes: list[Node] = []

    def visit(rows: NDArray[np.intp], steps: tuple[Step, ...], parent: str | None) -> None:
        name = str(len(nodes))
        best = _best_split(columns, loss, rows, min_leaf) if len(steps) < depth else None
        nodes.append(Node(name, parent, steps, best is None))
        if best is not None:
            condition, met = best
            sides = [(rows[met], Step(condition)), (rows[~met], Step(condition, met=False))]
            for side, step in sorted(sides, key=lambda s: -float(loss[s[0]].mean())):
                visit(side, (*steps, step), name)

    visit(np.arange(len(loss)), (), None)
    return nodes


def _best_split(
    columns: Sequence[Coded], loss: NDArray[np.float64], rows: NDArray[np.intp], min_leaf: int
) -> tuple[Condition, NDArray[np.bool_]] | None:
    own = loss[rows]
    n, total, variance = len(own), float(own.sum()), float(own.var()) if len(own) else 0.0
    if n < 2 * min_leaf or variance == 0:
        return None
    best, place, tried = 0.0, (0, 0), 0
    for i, column in enumerate(columns):
        codes = column.codes[rows]
        inside = column.members @ np.bincount(codes, minlength=column.cells)
        missed = column.members @ np.bincount(codes, own, minlength=column.cells)
        allowed = (inside >= min_leaf) & (n - inside >= min_leaf)
        tried += int(allowed.sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(allowed, np.abs(missed - inside * total / n) / np.sqrt(variance * inside * (n - inside) / n), 0.0)
        if score.max() > best:
            best, place = float(score.max()), (i, int(score.argmax()))
    if not tried or best < -NormalDist().inv_cdf(CHANCE / 2 / tried):
        return None
    column = columns[place[0]]
    return column.conditions[place[1] - 1], column.members[place[1]][column.codes[rows]] > 0
