"""Any predictor at all: it is asked about rows whose columns are partly those of a background row. The last resort, and bounded.

With few columns every coalition is asked about, and the values are exact for the background rows. With more, columns are exchanged one after the
other in random orders, each forwards and backwards (antithetic pairs), and the spread of the pairs tells how far the draw may be off.

References
----------
Štrumbelj, E. and Kononenko, I. (2014). Explaining prediction models and individual predictions with feature contributions. KAIS 41.
Mitchell, R. et al. (2022). Sampling permutations for Shapley value estimation. JMLR 23.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.engines.explanation.explained import Explained, Values, divided
from audit.engines.explanation.parts import ModelParts

#: The most rows that are explained, and that they are compared with.
ROWS, BACKGROUND = 100, 25
#: Random orders of the columns, each walked both ways: at most, and at least, so that their spread can be seen.
PAIRS, FEWEST_PAIRS = 5, 2
#: Columns up to which every coalition is asked about.
ALL_COALITIONS = 7
#: The most rows, and cells, that the predictor is asked about in all.
ASKED_ROWS, ASKED_CELLS = 1_000_000, 1_000_000_000
#: Rows that are put to the predictor at once.
AT_ONCE = 20_000


@dataclass(frozen=True)
class Sizes:
    """How much is asked: explained rows, background rows, and pairs of walks (0 where every coalition is asked about)."""

    rows: int
    background: int
    pairs: int


def sizes(rows: int, background: int, columns: int) -> Sizes:
    """Return how much may be asked within the bounds: first fewer walks, then fewer background rows, then fewer rows."""
    rows, background = min(rows, ROWS), min(background, BACKGROUND)
    most = min(ASKED_ROWS, ASKED_CELLS // max(columns, 1))
    if columns <= ALL_COALITIONS:
        return Sizes(rows, background, 0)

    def asked(pairs: int) -> int:
        return 2 * pairs * (columns - 1) + 2

    pairs = PAIRS
    while pairs > FEWEST_PAIRS and rows * background * asked(pairs) > most:
        pairs -= 1
    per_pair = asked(pairs)
    background = max(min(background, 5), min(background, most // (per_pair * rows)))
    return Sizes(max(1, min(rows, most // (per_pair * background))), background, pairs)


def explain(parts: ModelParts, rows: pd.DataFrame, background: pd.DataFrame, seed: int) -> Explained:
    """Explain the first rows by asking the predictor as a whole.

    Parameters
    ----------
    parts : ModelParts
        The predictor.
    rows, background : pandas.DataFrame
        Raw columns; as many of the first rows are used as :func:`sizes` allows.
    seed : int
        Of the orders.
    """
    size = rows.shape[1]
    bounds = sizes(len(rows), len(background), size)
    rows, background = rows[: bounds.rows], background[: bounds.background]
    blocks = divided(len(background))
    if not bounds.pairs:
        coalitions = (np.arange(2**size)[:, None] >> np.arange(size)) & 1 == 1
        outputs = _outputs(parts, rows, background, coalitions, blocks)
        values = _shapley(outputs, coalitions)
        method = f"all {len(coalitions):,} coalitions of the columns, {len(background)} background rows"
        found, sampling = values, 0.0
    else:
        rng = np.random.default_rng(seed)
        walks = [walk for _ in range(bounds.pairs) for order in [rng.permutation(size)] for walk in (order, order[::-1])]
        rank = np.array([np.argsort(walk) for walk in walks])
        # known[w, s, c]: whether column c is the explained row's own after step s of walk w
        known = rank[:, None, :] < np.arange(size + 1)[None, :, None]
        coalitions, back = np.unique(known.reshape(-1, size), axis=0, return_inverse=True)
        outputs = _outputs(parts, rows, background, coalitions, blocks)
        gains = np.diff(outputs[back.reshape(known.shape[:2])], axis=1)
        by_walk = np.stack([g[r] for g, r in zip(gains, rank, strict=True)])
        by_pair = by_walk.reshape(bounds.pairs, 2, *by_walk.shape[1:]).mean(axis=1)
        found = by_pair.mean(axis=0)
        mean = _mean(by_pair, blocks, axis=-1)
        sampling = float(np.sqrt((mean.var(axis=0, ddof=1) / bounds.pairs).mean()))
        method = f"{bounds.pairs} random orders of the columns, forwards and backwards, {len(background)} background rows"
    # found[c, r, k]: column, row, part of the background
    values = np.ascontiguousarray(_mean(found, blocks, axis=-1).T)
    base = float(_mean(outputs[~coalitions.any(axis=1)][0], blocks, axis=-1).mean())
    against = [np.ascontiguousarray(found[:, :, k].T) for k in range(len(blocks))]
    return Explained(method, values, base, exact=not bounds.pairs, raw=True, sampling_error=sampling, parts=against)


def _mean(by_block: Values, blocks: Sequence[slice], axis: int) -> Values:
    weights = np.array([b.stop - b.start for b in blocks], dtype=float)
    return np.asarray(np.average(by_block, axis=axis, weights=weights))


def _shapley(outputs: Values, coalitions: NDArray[np.bool_]) -> Values:
    """Return the Shapley values of a game of which every coalition is known, shape (columns, rows, blocks)."""
    size = coalitions.shape[1]
    members = coalitions.sum(axis=1)
    weight = np.array([factorial(k) * factorial(size - k - 1) / factorial(size) for k in range(size)])
    values = np.empty((size, *outputs.shape[1:]))
    for column in range(size):
        without = np.flatnonzero(~coalitions[:, column])
        values[column] = np.tensordot(weight[members[without]], outputs[without + (1 << column)] - outputs[without], axes=1)
    return values


def _outputs(parts: ModelParts, rows: pd.DataFrame, background: pd.DataFrame, coalitions: NDArray[np.bool_], blocks: Sequence[slice]) -> Values:
    """Return the mean output by coalition, row and block of the background, shape (coalitions, rows, blocks).

    Combinations of values that come up again in what is asked at once are not asked again.
    """
    both = pd.concat([rows, background], ignore_index=True)
    codes = np.column_stack([pd.factorize(both[c], use_na_sentinel=False)[0] for c in both.columns])
    first = {c: both[c].iloc[np.unique(codes[:, i], return_index=True)[1]] for i, c in enumerate(both.columns)}
    own, other = codes[: len(rows), np.newaxis], codes[np.newaxis, len(rows) :]
    counts = codes.max(axis=0) + 1
    packed = np.concatenate([[1], np.cumprod(counts[:-1].astype(object))]).astype(np.int64) if np.sum(np.log2(counts)) < 62 else None
    pairs = len(rows) * len(background)
    step = max(1, AT_ONCE // pairs)
    outputs = np.empty((len(coalitions), len(rows), len(blocks)))
    edges = [*range(0, len(coalitions), step), len(coalitions)]
    for start, stop in pairwise(edges):
        mixed = np.where(coalitions[start:stop, None, None, :], own, other).reshape(-1, codes.shape[1])
        where = None
        if packed is not None:
            _, index, where = np.unique(mixed @ packed, return_index=True, return_inverse=True)
            mixed = mixed[index]
        frame = pd.DataFrame({c: values.take(mixed[:, j]).array for j, (c, values) in enumerate(first.items())})
        answer = parts.margin(parts.encode(frame))
        by_pair = (answer if where is None else answer[where]).reshape(stop - start, len(rows), len(background))
        outputs[start:stop] = np.stack([by_pair[:, :, b].mean(axis=2) for b in blocks], axis=-1)
    return outputs
