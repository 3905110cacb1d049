"""Nearest counterfactuals: the fewest and smallest changes of a row after which the model itself answers otherwise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from audit.engines.asked_model import MOST_CELLS, AskedModel, Values, held, repeated
from audit.engines.counterfactual_space import Space, differs
from audit.engines.replaced import replaced

#: Columns that are tried, states kept of each row from one step to the next, and moves tried from each of them after the first step.
MOST_COLUMNS, BEAM, MOVES = 60, 4, 40
#: Rows that are asked first which columns move the answer at all, where there are more columns than are tried.
SCREENED = 20
#: Ways to flip a row with the same number of changes that are shortened, to keep the shortest.
KEPT = 3
#: Halvings of a change: to a millionth of it.
HALVINGS = 20


@dataclass(frozen=True)
class Found:
    """What the search came to.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows that were to change.
    counterfactuals : pandas.DataFrame
        The same rows, those with a counterfactual changed.
    found : array of bool, shape (rows,)
        Which have one that the model itself confirms.
    changed : array of bool, shape (rows, mutable)
        Which columns changed.
    distance : array, shape (rows,)
        Sum of the distances of the columns that changed; NaN where none was found.
    over_budget : array of bool, shape (rows,)
        Rows that were given up because the model had been asked often enough.
    columns : tuple of str
        The mutable columns.
    asked : int
        Rows that were put to the model.
    """

    rows: pd.DataFrame
    counterfactuals: pd.DataFrame
    found: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    distance: Values
    over_budget: NDArray[np.bool_]
    columns: tuple[str, ...]
    asked: int


@dataclass
class _Search:
    """The state of one search: rows, where they are in the space, and what leads towards the wanted answer."""

    asked: AskedModel
    rows: pd.DataFrame
    space: Space
    origin: Values
    sign: int
    budget: int
    begun: int

    @property
    def used(self) -> int:
        return self.asked.asked - self.begun

    def gain(self, row: NDArray[np.intp], state: Values) -> Values:
        """Return how far each state lies on the wanted side; below 0 on the other one, minus infinity where the model refuses."""
        step = max(1, MOST_CELLS // max(self.rows.shape[1], 1))
        parts = [self._chances(row[i : i + step], state[i : i + step]) for i in range(0, len(row), step)]
        gain = self.sign * (np.concatenate([np.zeros(0), *parts]) - self.asked.cut)
        return np.where(np.isnan(gain), -np.inf, gain)

    def _chances(self, row: NDArray[np.intp], state: Values) -> Values:
        return self.asked.chances(self.space.frame(self.rows.iloc[row].reset_index(drop=True), self.origin[row], state))

    def flips(self, gain: Values) -> NDArray[np.bool_]:
        # the model says yes from the cut on, and no below it
        return np.asarray(gain >= 0 if self.sign > 0 else gain > 0)

    def distance(self, row: NDArray[np.intp], state: Values) -> Values:
        return np.asarray(self.space.distance(self.origin[row], state).sum(axis=1))


def search(asked: AskedModel, rows: pd.DataFrame, space: Space, *, wanted: bool, most_changes: int = 4, budget: int = 1_000_000) -> Found:
    """Look for the nearest counterfactual of each row.

    All single changes of all rows are tried at once. Rows that none of them flips keep their best changes, of different columns, and those are
    combined with further ones, up to ``most_changes``. What flips the answer is shortened: columns that need not change go back, numbers move back as
    far as the answer lets them. Among as many changes the shortest wins. A greedy search: with several changes a nearer one may exist.

    Parameters
    ----------
    asked : AskedModel
        The model, settled.
    rows : pandas.DataFrame
        Rows that the model answers otherwise than wanted.
    space : Space
        What may change.
    wanted : bool
        Whether the positive answer is to be reached, or the other one.
    most_changes : int
        Columns that may change at most.
    budget : int
        Rows that may be put to the model; no step is begun that would exceed it.
    """
    begun = asked.asked
    space = _narrowed(asked, rows, space)
    origin = space.coded(rows)
    run = _Search(asked, rows, space, origin, 1 if wanted else -1, budget, begun)
    size, width = origin.shape
    best, distance = origin.copy(), np.full(size, np.nan)
    given_up = np.zeros(size, dtype=bool)
    if size and width:
        moves, values = _moves(space)
        open_rows, beam_row, beam = np.arange(size), np.arange(size), origin.copy()
        first: Values | None = None
        for depth in range(min(most_changes, width)):
            row, state, gain, first = _step(run, beam_row, beam, moves, values, first)
            if row is None:
                given_up[open_rows] = True
                break
            flipped = run.flips(gain)
            _keep_nearest(run, row[flipped], state[flipped], best, distance)
            open_rows = np.flatnonzero(np.isnan(distance))
            if not open_rows.size or depth + 1 == min(most_changes, width):
                break
            beam_row, beam = _beam(row, state, gain, open_rows, origin)
            if not len(beam_row):
                break
    return _confirmed(run, best, distance, given_up, wanted)


def _narrowed(asked: AskedModel, rows: pd.DataFrame, space: Space) -> Space:
    """Return a space with as many columns as are tried: those whose ends move the answer of a few rows farthest."""
    if len(space.mutable) <= MOST_COLUMNS:
        return space
    few = rows.head(SCREENED).reset_index(drop=True)
    here = asked.chances(few)
    reach = np.zeros(len(space.mutable))
    ends = [(i, m, value) for i, m in enumerate(space.mutable) for value in (m.values[0], m.values[-1])]
    step = max(1, MOST_CELLS // (len(few) * max(rows.shape[1], 1)))
    for start in range(0, len(ends), step):
        part = ends[start : start + step]
        given = repeated(few, len(part))
        cells: dict[str, pd.Series] = {}
        for k, (_, m, value) in enumerate(part):
            cells[m.name] = held(cells.get(m.name, given[m.name]), value, slice(k * len(few), (k + 1) * len(few)))
        moved = np.abs(asked.chances(replaced(given, cells)).reshape(len(part), len(few)) - here)
        for (i, _, _), far in zip(part, moved, strict=True):
            reach[i] = max(reach[i], 0.0 if np.isnan(far).all() else float(np.nanmax(far)))
    kept = set(np.argsort(-reach, kind="stable")[:MOST_COLUMNS].tolist())
    left = {m.name: "moves the answer less than others" for i, m in enumerate(space.mutable) if i not in kept}
    return Space(tuple(m for i, m in enumerate(space.mutable) if i in kept), {**space.fixed, **left})


def _moves(space: Space) -> tuple[NDArray[np.intp], Values]:
    """Return every single change: the position of its column, and the value as the space codes it."""
    columns = np.concatenate([np.full(len(m.values), i) for i, m in enumerate(space.mutable)])
    values = np.concatenate([np.asarray(m.values if m.number else range(len(m.values)), dtype=float) for m in space.mutable])
    return columns, values


def _step(
    run: _Search, beam_row: NDArray[np.intp], beam: Values, moves: NDArray[np.intp], values: Values, first: Values | None
) -> tuple[NDArray[np.intp] | None, Values, Values, Values | None]:
    """Try one more change of each state: the row, the state and the gain of each; no row where the budget does not allow it."""
    direction = np.array([m.direction for m in run.space.mutable])
    # at first all; then of each column its best value, and what else did best alone
    every = np.tile(np.arange(len(moves)), (len(beam), 1))
    chosen = every if first is None else np.argsort(-first[beam_row], axis=1, kind="stable")[:, :MOVES]
    source, move = np.repeat(np.arange(len(beam)), chosen.shape[1]), chosen.ravel()
    row, column, value = beam_row[source], moves[move], values[move]
    here, old = beam[source, column], run.origin[row, column]
    allowed = (value != here) & ((here == old) | np.isnan(old) & np.isnan(here)) & ~((value - old) * direction[column] < 0)
    # one column after the other: a part of a wide frame then differs from the rows in few columns
    order = np.flatnonzero(allowed)[np.argsort(column[allowed], kind="stable")]
    source, row, column, value, move = source[order], row[order], column[order], value[order], move[order]
    if run.used + len(row) > run.budget:
        return None, beam, np.zeros(0), first
    state = beam[source]
    state[np.arange(len(state)), column] = value
    gain = run.gain(row, state)
    if first is None:
        first = np.full((len(run.origin), len(moves)), -np.inf)
        first[row, move] = gain
        first = _varied(first, moves)
    return row, state, gain, first


def _varied(gains: Values, moves: NDArray[np.intp]) -> Values:
    """Put the best value of each column ahead of all second ones, so that a column with many values does not crowd out the others."""
    order = np.argsort(-gains, axis=1, kind="stable")
    ranked = np.empty_like(gains)
    for r, places in enumerate(order):
        seen: dict[int, int] = {}
        for place in places:
            column = int(moves[place])
            ranked[r, place] = gains[r, place] - 1e6 * seen.get(column, 0)
            seen[column] = seen.get(column, 0) + 1
    return ranked


def _beam(row: NDArray[np.intp], state: Values, gain: Values, open_rows: NDArray[np.intp], origin: Values) -> tuple[NDArray[np.intp], Values]:
    """Return the best states of each row that is not solved, each with another set of changed columns."""
    use = np.isin(row, open_rows) & np.isfinite(gain)
    row, state, gain = row[use], state[use], gain[use]
    order = np.lexsort((-gain, row))
    row, state = row[order], state[order]
    changed = differs(origin[row], state)
    key = np.column_stack([row, *np.packbits(changed, axis=1).T])
    _, unique = np.unique(key, axis=0, return_index=True)
    unique.sort()
    row, state = row[unique], state[unique]
    start = np.r_[0, np.flatnonzero(np.diff(row)) + 1] if len(row) else np.zeros(0, dtype=int)
    rank = np.arange(len(row)) - np.repeat(start, np.diff(np.r_[start, len(row)]))
    return row[rank < BEAM], state[rank < BEAM]


def _keep_nearest(run: _Search, row: NDArray[np.intp], state: Values, best: Values, distance: Values) -> None:
    """Shorten the nearest flipped states of each row and keep the shortest."""
    if not len(row):
        return
    changed = differs(run.origin[row], state)
    order = np.lexsort((run.distance(row, state), row))
    row, state, changed = row[order], state[order], changed[order]
    key = np.column_stack([row, *np.packbits(changed, axis=1).T])
    _, unique = np.unique(key, axis=0, return_index=True)
    unique.sort()
    row, state = row[unique], state[unique]
    start = np.r_[0, np.flatnonzero(np.diff(row)) + 1]
    rank = np.arange(len(row)) - np.repeat(start, np.diff(np.r_[start, len(row)]))
    row, state = row[rank < KEPT], state[rank < KEPT]
    state = _shortened(run, row, state)
    far, count = run.distance(row, state), differs(run.origin[row], state).sum(axis=1)
    for i in np.lexsort((far, count, row)):
        if np.isnan(distance[row[i]]):
            best[row[i]], distance[row[i]] = state[i], far[i]


def _shortened(run: _Search, row: NDArray[np.intp], state: Values) -> Values:
    """Take back what the flip does not need: whole changes first, then as much of each number as can go."""
    state = state.copy()
    origin = run.origin[row]
    changed = differs(origin, state)
    for column in np.flatnonzero(changed.any(axis=0)):
        # a single change is needed, or there was nothing to flip
        several = np.flatnonzero(changed[:, column] & (differs(origin, state).sum(axis=1) > 1))
        if several.size:
            without = state[several]
            without[:, column] = origin[several, column]
            needless = run.flips(run.gain(row[several], without))
            state[several[needless]] = without[needless]
    for i, mutable in enumerate(run.space.mutable):
        if mutable.stepless:
            _bisect(run, row, state, i)
    return state


def _bisect(run: _Search, row: NDArray[np.intp], state: Values, column: int) -> None:
    """Move one number of each state back towards the row, as far as the answer stays flipped."""
    unit = run.space.mutable[column].unit
    start = run.origin[row, column]
    at = np.flatnonzero((state[:, column] != start) & ~np.isnan(start))
    near, far = start[at], state[at, column]
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        if unit:
            # towards the flipped end, so that it stays a multiple of the unit
            middle = np.where(far > near, np.ceil(middle / unit - 1e-9), np.floor(middle / unit + 1e-9)) * unit
        going = ~np.isclose(middle, far, rtol=0, atol=1e-12) & ~np.isclose(middle, near, rtol=0, atol=1e-12)
        if not going.any():
            break
        tried = state[at[going]]
        tried[:, column] = middle[going]
        flipped = run.flips(run.gain(row[at[going]], tried))
        places = np.flatnonzero(going)
        far[places[flipped]], near[places[~flipped]] = middle[going][flipped], middle[going][~flipped]
    state[at, column] = far


def _confirmed(run: _Search, best: Values, distance: Values, given_up: NDArray[np.bool_], wanted: bool) -> Found:
    """Ask the model itself about what was found."""
    found = ~np.isnan(distance)
    counterfactuals = run.space.frame(run.rows, run.origin, best)
    if found.any():
        places = np.flatnonzero(found)
        right = run.asked.says_yes(counterfactuals.iloc[places].reset_index(drop=True)) == wanted
        found[places[~right]] = False
    changed = differs(run.origin, best) & found[:, np.newaxis]
    names = tuple(m.name for m in run.space.mutable)
    return Found(run.rows, counterfactuals, found, changed, np.where(found, distance, np.nan), given_up & ~found, names, run.used)
