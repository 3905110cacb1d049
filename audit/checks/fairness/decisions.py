"""How rows were decided: counts of attributes × label × prediction, asked once for all checks of fairness of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.fairness.grouped import Grouped
from audit.checks.outcomes import IF_A_SCORE, MAX_CELLS, MAX_CLASSES, Outcomes, key, label_counts, unknown_predictions
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Ask, Asks, Rows, rows
from audit.core.bins import position
from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, listed
from audit.stats.decision_rates import ABSENT, NEGATIVE, POSITIVE

N = TypeVar("N", np.int64, np.float64)
#: Names of the two questions that every check of decisions asks.
CELLS, LABELS = "decisions", "labels"


class TooManyGroups(NotApplicable):
    """An attribute has so many values that its groups cannot even be counted one by one."""


@dataclass(frozen=True)
class Decisions:
    """Counts of the finest groups, from which those of every attribute and intersection are summed.

    Parameters
    ----------
    attributes : tuple of str
        Columns.
    values : tuple of tuple of str
        Their groups, in order.
    codes : ndarray of int, shape (finest groups, attributes)
        Which group of each attribute; -1 where its value is missing.
    cells : ndarray of int, shape (finest groups, 3, 3)
        Rows by label × prediction, as :mod:`audit.stats.decision_rates` reads them.
    sums, squares : ndarray, shape (finest groups, 3, 3), or None
        Sums of the weights and of their squares, where rows have weights.
    unweighted : int
        Rows left out because they have no weight.
    unknown : dict of str to int
        Rows by predicted value that is no class of the target; they are counted as not selected.
    positive : str
        The positive class as the label column writes it.
    """

    attributes: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    cells: NDArray[np.int64]
    sums: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None
    unweighted: int
    unknown: dict[str, int]
    positive: str

    def by(self, *attributes: str) -> Grouped:
        """Return the counts of the groups of an attribute, or of the intersections of several; rows where one is missing come last."""
        wanted = [self.attributes.index(a) for a in attributes]
        part = self.codes[:, wanted]
        # one number for each row of codes, so that missing ones, and the groups they are part of, come last
        sizes = [len(self.values[i]) for i in wanted]
        whole = (part >= 0).all(axis=1)
        place = np.zeros(len(part), dtype=np.int64)
        for column, size in zip(part.T, sizes, strict=True):
            place = place * (size + 1) + np.where(column < 0, size, column)
        place += np.where(whole, 0, np.int64(np.prod([s + 1 for s in sizes], dtype=np.int64)))
        _, first, group = np.unique(place, return_index=True, return_inverse=True)
        names = tuple(tuple(None if code < 0 else self.values[i][code] for i, code in zip(wanted, part[row], strict=True)) for row in first.tolist())
        place, size = group.reshape(-1), len(first)
        sums = (None if table is None else _summed(table, place, size) for table in (self.sums, self.squares))
        return Grouped(tuple(attributes), names, _summed(self.cells, place, size), *sums)

    @property
    def rows(self) -> int:
        """All rows, those without label, prediction or group included; those without a weight are not."""
        return int(self.cells.sum())


def decision_asks(subject: Subject, attributes: Sequence[str]) -> Asks:
    """Ask for the counts of all attributes at once, and for the labels that occur.

    Raises
    ------
    NotApplicable
        A role is missing, or the target is not binary.
    """
    prediction = subject.need("prediction")
    subject.is_positive(subject.table[subject.need("target")])  # refuses targets that are not binary
    return {LABELS: label_counts(subject), CELLS: _counts(subject, prediction, _there(subject, attributes))}


def read_decisions(subject: Subject, answers: Answers, attributes: Sequence[str], wanted: Sequence[str]) -> Decisions:
    """Read the counts of some of the attributes that were asked for.

    Where all attributes together have too many cells, as when one of them was not binned, the wanted ones are asked for alone.

    Raises
    ------
    TooManyGroups
        Even the wanted ones have too many cells.
    NotApplicable
        No row has both a label and a prediction.
    DataError
        Predictions are no classes of the target, or weights are negative.
    """
    prediction = subject.need("prediction")
    outcomes = Outcomes.of(subject, answers.rows(LABELS))
    found, there = answers.rows(CELLS), tuple(_there(subject, attributes))
    if len(found) > MAX_CELLS:
        there = tuple(wanted)
        alone = _counts(subject, prediction, there, when_needed=True)
        found = answers.more({CELLS: alone}).rows(CELLS)
    if len(found) > MAX_CELLS:
        if len({row["prediction"] for row in found}) > MAX_CLASSES:
            raise DataError(f"'{prediction}' has very many different values, so it holds no predicted classes. {IF_A_SCORE}")
        names = listed(f"'{a}'" for a in there)
        raise TooManyGroups(f"{names} {'has' if len(there) == 1 else 'have'} thousands of groups")
    return _decisions(subject, outcomes, found, there)


def _there(subject: Subject, attributes: Sequence[str]) -> list[str]:
    return [a for a in attributes if a in subject.table.columns]


def _counts(subject: Subject, prediction: str, attributes: Sequence[str], *, when_needed: bool = False) -> Ask:
    """Ask for rows ``(a0, a1, …, label, prediction, n)``, and where rows have weights ``(…, w, w2, unweighted, negative)``."""
    table = subject.held_out
    wanted = {f"a{i}": subject.group(a, table) for i, a in enumerate(attributes)}
    wanted |= {"label": null_if_missing(table[subject.need("target")]), "prediction": null_if_missing(table[prediction])}
    weight = subject.roles.weight
    if weight is not None and not table[weight].type().is_numeric():
        raise DataError(
            f"the weights in '{weight}' are no numbers (type {table[weight].type()}); turn the column into numbers, or take the role away"
        )
    raw = table.select(**wanted, **({"w": null_if_missing(table[weight]).cast("float64")} if weight else {}))
    sums = {"n": raw.count()}
    if weight:
        w = raw["w"]
        sums |= {"w": w.sum(), "w2": (w * w).sum(), "unweighted": w.isnull().cast("int64").sum(), "negative": (w < 0).cast("int64").sum()}
    found = raw.group_by(list(wanted)).aggregate(**sums)
    # grouped first, turned into text afterwards: text is slow to group by
    texts = {name: as_text(found[name]) for name in wanted}
    return rows(found.select(**texts, **{name: found[name] for name in sums}).limit(MAX_CELLS + 1), when_needed=when_needed)


def _decisions(subject: Subject, outcomes: Outcomes, found: Rows, attributes: tuple[str, ...]) -> Decisions:
    target, prediction = subject.need("target"), subject.need("prediction")
    columns = dict(zip(found.columns, zip(*found.values, strict=True), strict=True)) if len(found) else dict.fromkeys(found.columns, ())
    labels, predictions = (
        [None if text is None else key(text, subject.table[column].type().is_numeric()) for text in columns[name]]
        for name, column in (("label", target), ("prediction", prediction))
    )
    if not any(label is not None and predicted is not None for label, predicted in zip(labels, predictions, strict=True)):
        raise NotApplicable(f"no held-out row has both a label in '{target}' and a prediction in '{prediction}'; check the two columns under 'roles'")
    unknown = unknown_predictions(target, prediction, outcomes, {p for p in predictions if p is not None})
    weighted = "w" in columns
    if weighted and (negative := sum(int(n or 0) for n in columns["negative"])):
        raise DataError(f"{counted(negative, 'weight')} in '{subject.roles.weight}' are negative; a row cannot count for less than nothing")
    unweighted = np.array([int(n or 0) for n in columns["unweighted"]] if weighted else [0] * len(found), dtype=np.int64)
    n = np.array(columns["n"], dtype=np.int64) - unweighted
    coded = [_coded(columns[f"a{i}"]) for i in range(len(attributes))]
    codes = np.array([c for c, _ in coded], dtype=np.int64).reshape(len(attributes), len(found)).T
    finest, group = np.unique(codes, axis=0, return_inverse=True)
    where = (group.reshape(-1), _states(labels, outcomes.positive), _states(predictions, outcomes.positive))
    sums = [_table(where, np.array([float(v or 0) for v in columns[name]]), len(finest)) if weighted else None for name in ("w", "w2")]
    strange = {p: int(n[[q == p for q in predictions]].sum()) for p in unknown}
    values = tuple(v for _, v in coded)
    cells = _table(where, n, len(finest))
    return Decisions(attributes, values, finest, cells, sums[0], sums[1], int(unweighted.sum()), strange, outcomes.positive_name)


def _coded(texts: Sequence[str | None]) -> tuple[list[int], tuple[str, ...]]:
    values = tuple(sorted({t for t in texts if t is not None}, key=lambda t: (position(t), t)))
    places: dict[str | None, int] = {value: i for i, value in enumerate(values)}
    return [places.get(t, -1) for t in texts], values


def _states(keys: Sequence[str | None], positive: str | None) -> NDArray[np.int64]:
    return np.array([ABSENT if k is None else POSITIVE if k == positive else NEGATIVE for k in keys], dtype=np.int64)


def _table(where: tuple[NDArray[np.int64], ...], values: NDArray[N], groups: int) -> NDArray[N]:
    table = np.zeros((groups, 3, 3), dtype=values.dtype)
    np.add.at(table, where, values)
    return table


def _summed(table: NDArray[N], group: NDArray[np.intp], groups: int) -> NDArray[N]:
    summed = np.zeros((groups, 3, 3), dtype=table.dtype)
    np.add.at(summed, group, table)
    return summed
