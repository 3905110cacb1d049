"""A small tree of where a model errs: grown on one half of the rows, its rates counted on the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.conditions import Condition

#: Pearson's statistic that a split must reach: 1 % of splits do by chance, before the best of many is picked.
WORTH_A_SPLIT = 6.63


@dataclass(frozen=True)
class Node:
    """A node of the tree.

    Parameters
    ----------
    id, parent : str
        Names; the root's parent is ``None``.
    label : str
        The condition that leads here.
    n, errors : int
        Rows and misjudged rows of the counting half.
    """

    id: str
    parent: str | None
    label: str
    n: int
    errors: int


def grow(conditions: Sequence[Condition], wrong: NDArray[np.bool_], half: NDArray[np.bool_], *, depth: int = 3, min_leaf: int = 30) -> list[Node]:
    """Grow a tree greedily: at each node the condition that separates misjudged from well-judged rows best.

    Parameters
    ----------
    conditions : sequence of Condition
        Possible splits.
    wrong, half : arrays of bool, shape (rows,)
        Where the model errs, and the half to grow on; rates are counted on the other.
    depth : int
        Conditions on the way to a leaf, at most.
    min_leaf : int
        Rows of the growing half that each side of a split must have.

    Returns
    -------
    list of Node
        Parents before children.

    References
    ----------
    Breiman, L. et al. (1984). Classification and Regression Trees. Wadsworth.
    """
    nodes: list[Node] = []

    def visit(rows: NDArray[np.bool_], label: str, parent: str | None, left: int) -> None:
        counted = rows & ~half
        name = str(len(nodes))
        nodes.append(Node(name, parent, label, int(counted.sum()), int((counted & wrong).sum())))
        best = _best_split(conditions, wrong, rows & half, min_leaf) if left else None
        if best is not None:
            visit(rows & best.met, best.text, name, left - 1)
            visit(rows & ~best.met, best.otherwise, name, left - 1)

    visit(np.ones(len(wrong), dtype=bool), "all rows", None, depth)
    return nodes


def _best_split(conditions: Sequence[Condition], wrong: NDArray[np.bool_], rows: NDArray[np.bool_], min_leaf: int) -> Condition | None:
    total, errors = int(rows.sum()), int((rows & wrong).sum())
    if not conditions or errors in (0, total):
        return None
    met = np.column_stack([c.met[rows] for c in conditions])
    inside = met.sum(axis=0)
    missed = met[wrong[rows]].sum(axis=0)
    rate = errors / total
    allowed = (inside >= min_leaf) & (total - inside >= min_leaf)
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = (missed - inside * rate) ** 2 * total / (inside * (total - inside) * rate * (1 - rate))
    pearson = np.where(allowed, pearson, 0)
    best = int(pearson.argmax())
    return conditions[best] if pearson[best] >= WORTH_A_SPLIT else None
