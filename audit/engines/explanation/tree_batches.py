"""Exact SHAP values of trees for many rows at once: a leaf's share is worked out once for each pattern of answers, not once for each row.

The game is that of shap's TreeExplainer with path-dependent perturbation: what is not known goes down both branches, by the weights that the
training rows gave them. In that game a leaf of value ``v`` whose path asks about the features ``i`` gives

    φ_j = v (b_j - r_j) ∫₀¹ Π_{i≠j} (t b_i + (1 - t) r_i) dt

where ``b_i`` says whether the row meets the path's conditions on ``i``, and ``r_i`` is the share of training rows that do. The integrand is a
polynomial, so Gauss-Legendre nodes give the integral exactly. Rows that a tree cannot tell apart are computed once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Conditions on a path up to which every pattern of answers is tabulated; on longer paths only the patterns that occur.
TABULATED = 8
#: Internal nodes up to which the answers of a row to a whole tree fit into one number.
PACKED = 62
#: The least share of the training rows that a branch can have: a branch without any must not divide by zero.
LEAST = 1e-30


@dataclass(frozen=True)
class Tree:
    """A tree with one output.

    Parameters
    ----------
    left, right, default : arrays of int, shape (nodes,)
        Children, negative in leaves; ``default`` is where a missing value goes.
    feature : array of int, shape (nodes,)
        What a node asks about.
    threshold, value, weight : arrays of float, shape (nodes,)
        A row goes left where its value is at most the threshold; output of a leaf; training rows that came by.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    default: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: Values
    value: Values
    weight: Values


@dataclass(frozen=True)
class _Leaf:
    node: int
    value: float
    features: tuple[int, ...]
    shares: tuple[float, ...]


def tree_values(trees: list[Tree], rows: Values) -> Values:
    """Return the SHAP values of a sum of trees, shape (rows, features).

    Parameters
    ----------
    trees : list of Tree
        Whose outputs are added.
    rows : array of float, shape (rows, features)
        NaN where missing.
    """
    columns = np.ascontiguousarray(rows.T)
    total = np.zeros(columns.shape)
    for tree in trees:
        _add(tree, columns, total)
    return total.T


def expected(trees: list[Tree]) -> float:
    """Return what the trees give when nothing is known: the mean of their leaves by weight."""
    return float(sum(tree.value[leaves] @ tree.weight[leaves] / tree.weight[leaves].sum() for tree in trees for leaves in [tree.left < 0]))


def _add(tree: Tree, columns: Values, total: Values) -> None:
    asking = np.flatnonzero(tree.left >= 0)
    if not len(asking):
        return
    answers = np.empty((len(asking), columns.shape[1]), dtype=bool)
    for k, node in enumerate(asking):
        asked = columns[tree.feature[node]]
        np.less_equal(asked, tree.threshold[node], out=answers[k])
        if tree.default[node] == tree.left[node]:
            answers[k] |= np.isnan(asked)
    distinct, where = _told_apart(answers)
    features = np.unique(tree.feature[asking])
    place = {f: i for i, f in enumerate(features.tolist())}
    added = np.zeros((len(features), distinct.shape[1]))
    answer = dict(zip(asking.tolist(), distinct, strict=True))
    leaves = {leaf.node: leaf for leaf in _leaves(tree)}
    tables = _tables(list(leaves.values()))
    for leaf_node, code in _codes(tree, answer, distinct.shape[1]):
        leaf = leaves[leaf_node]
        if leaf_node in tables:
            shares = tables[leaf_node]
        else:
            seen, code = np.unique(code, return_inverse=True)
            bits = (seen[:, None] >> np.arange(len(leaf.features))) & 1
            shares = _shares(bits[None].astype(float), np.array([leaf.shares]), np.array([leaf.value]))[0]
        for i, feature in enumerate(leaf.features):
            added[place[feature]] += shares[i].take(code)
    for i, feature in enumerate(features):
        total[feature] += added[i] if where is None else added[i].take(where)


def _told_apart(answers: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64] | None]:
    """Return the distinct columns of answers and where each row's are; all of them where most differ."""
    import pandas as pd

    nodes, rows = answers.shape
    if nodes > PACKED:
        return answers, None
    code = np.zeros(rows, dtype=np.int64)
    for k in range(nodes):
        code <<= 1
        code |= answers[k]
    where, distinct = pd.factorize(code)
    if len(distinct) > rows / 2:
        return answers, None
    return (distinct[None] >> np.arange(nodes - 1, -1, -1)[:, None]) & 1 == 1, where


def _leaves(tree: Tree) -> Iterator[_Leaf]:
    """Yield each leaf with the features on its path, in the order they come up, and the share of training rows that meet its conditions."""
    stack: list[tuple[int, dict[int, float]]] = [(0, {})]
    while stack:
        node, path = stack.pop()
        if tree.left[node] < 0:
            yield _Leaf(node, float(tree.value[node]), tuple(path), tuple(max(s, LEAST) for s in path.values()))
            continue
        feature, weight = int(tree.feature[node]), tree.weight[node]
        for child in (int(tree.left[node]), int(tree.right[node])):
            share = tree.weight[child] / weight if weight > 0 else 0.5
            stack.append((child, {**path, feature: path.get(feature, 1.0) * share}))


def _tables(leaves: list[_Leaf]) -> dict[int, Values]:
    """Return, for each leaf with a short path, its shares by feature and pattern, shape (features, patterns)."""
    tables = {}
    for size in {len(leaf.features) for leaf in leaves if len(leaf.features) <= TABULATED}:
        same = [leaf for leaf in leaves if len(leaf.features) == size]
        bits = ((np.arange(2**size)[:, None] >> np.arange(size)) & 1).astype(float)
        shares = _shares(bits[None], np.array([leaf.shares for leaf in same]), np.array([leaf.value for leaf in same]))
        tables.update({leaf.node: table for leaf, table in zip(same, shares, strict=True)})
    return tables


def _shares(met: Values, shares: Values, value: Values) -> Values:
    """Evaluate the formula above for leaves whose paths have the same number of features.

    Parameters
    ----------
    met : array, shape (1 or leaves, patterns, features)
    shares : array, shape (leaves, features)
    value : array, shape (leaves,)

    Returns
    -------
    array, shape (leaves, features, patterns)
    """
    size = shares.shape[1]
    node, weight = np.polynomial.legendre.leggauss((size + 1) // 2)
    rest = shares[:, None, :]
    result = np.zeros(np.broadcast_shapes(met.shape, rest.shape))
    for t, w in zip((node + 1) / 2, weight / 2, strict=True):
        factor = t * met + (1 - t) * rest
        result += w * factor.prod(axis=2, keepdims=True) / factor
    result *= (met - rest) * value[:, None, None]
    return np.ascontiguousarray(result.transpose(0, 2, 1))


def _codes(tree: Tree, answer: dict[int, NDArray[np.bool_]], rows: int) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each leaf with the pattern of each row: bit i is set where the row meets the conditions on the i-th feature of the path."""
    stack: list[tuple[int, tuple[int, ...], NDArray[np.int64]]] = [(0, (), np.zeros(rows, dtype=np.int64))]
    while stack:
        node, path, code = stack.pop()
        if tree.left[node] < 0:
            yield node, code
            continue
        feature = int(tree.feature[node])
        left = answer[node].astype(np.int64)
        if feature in path:
            bit = path.index(feature)
            kept = ~np.int64(1 << bit)
            left <<= bit
            stack.append((int(tree.left[node]), path, code & (left | kept)))
            stack.append((int(tree.right[node]), path, code & ~left))
        else:
            left <<= len(path)
            known = (*path, feature)
            stack.append((int(tree.left[node]), known, code | left))
            stack.append((int(tree.right[node]), known, code | (left ^ np.int64(1 << len(path)))))
