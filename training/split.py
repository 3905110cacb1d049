"""Divides rows into training, validation and test parts: stratified by the target, never with one entity in two parts."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit.config import SplitConfig
from audit.core.errors import DataError
from audit.core.wording import counted
from training.labels import Labels

PARTS = ("train", "validation", "test")
LEFT_OUT = -1


@dataclass(frozen=True)
class Split:
    """Which part each row belongs to.

    Parameters
    ----------
    assignment : array of int8, shape (rows,)
        0 train, 1 validation, 2 test, -1 left out, in the order of the source.
    method : str
        How the rows were divided, in words.
    left_out : int
        Rows without a label, which are in no part.
    """

    assignment: np.ndarray[Any, Any]
    method: str
    left_out: int

    @property
    def rows(self) -> dict[str, int]:
        """Number of rows in each part."""
        return {name: int((self.assignment == i).sum()) for i, name in enumerate(PARTS)}

    @property
    def sha256(self) -> str:
        """Fingerprint of the assignment: of one signed byte for each row of the source, in order."""
        return hashlib.sha256(self.assignment.astype(np.int8).tobytes()).hexdigest()

    def part(self, name: str) -> np.ndarray[Any, Any]:
        """Return which rows of the source are in a part, as booleans."""
        return self.assignment == PARTS.index(name)

    def among_labelled(self, name: str) -> np.ndarray[Any, Any]:
        """Return which of the labelled rows are in a part, as booleans."""
        return self.part(name)[self.assignment != LEFT_OUT]

    def names(self) -> np.ndarray[Any, Any]:
        """Return the name of the part of each row that is in one, in order."""
        return np.array(PARTS, dtype=object)[self.assignment[self.assignment != LEFT_OUT]]


def divide(labels: Labels, settings: SplitConfig, *, entity: pd.Series | None = None, declared: pd.Series | None = None) -> Split:
    """Divide rows.

    Parameters
    ----------
    labels : Labels
        The target; rows without a label are left out.
    settings : SplitConfig
        Shares and seed.
    entity : pandas.Series or None
        Who a row is about; all rows of one entity go to one part. A row that names none is an entity of its own.
    declared : pandas.Series or None
        A column that already says ``train``, ``validation`` or ``test``; it is used as it is.

    Raises
    ------
    DataError
        A class cannot appear in each part, or the declared split is none.
    """
    fractions = (settings.train, settings.validation, settings.test)
    codes = labels.codes
    if declared is not None:
        parts, method = _declared(declared[labels.present], len(codes)), f"declared by the column '{declared.name}'"
    elif entity is not None:
        groups = _groups(entity[labels.present])
        parts = by_entity(codes, groups, fractions, settings.seed)
        method = f"stratified by '{labels.column}', no '{entity.name}' in two parts ({len(np.unique(groups)):,} entities)"
    else:
        _enough(labels, codes, fractions)
        parts, method = by_class(codes, fractions, settings.seed), f"stratified by '{labels.column}'"
    _each_class_in_each_part(labels, codes, parts)
    assignment = np.full(len(labels.present), LEFT_OUT, dtype=np.int8)
    assignment[labels.present] = parts
    return Split(assignment, method, labels.missing)


def by_class(codes: np.ndarray[Any, Any], fractions: Sequence[float], seed: int) -> np.ndarray[Any, Any]:
    """Divide the rows of each class at random by the same shares, to within one row per class.

    Parameters
    ----------
    codes : array of int, shape (rows,)
        Class of each row.
    fractions : sequence of float
        Share of each part; they add up to 1.
    seed : int
        Of the shuffle.
    """
    rng = np.random.default_rng(seed)
    parts = np.empty(len(codes), dtype=np.int8)
    edges = np.cumsum(fractions)
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        # rounding half to even could leave a part without the one row it is due
        cuts = np.floor(edges * len(rows) + 0.5 + 1e-9).astype(int)
        parts[rows] = np.searchsorted(cuts, np.arange(len(rows)), side="right")
    return parts


def by_entity(codes: np.ndarray[Any, Any], groups: np.ndarray[Any, Any], fractions: Sequence[float], seed: int) -> np.ndarray[Any, Any]:
    """Divide whole entities so that each part comes as near as may be to its share of each class.

    Entities are taken largest first (ties in random order), each to the part whose class counts it brings nearest to their goal in the
    sense of chi-squared; the idea is that of Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data" (2011).

    Parameters
    ----------
    codes, groups : arrays of int, shape (rows,)
        Class and entity of each row.
    fractions : sequence of float
        Share of each part.
    seed : int
        Of the order of entities of equal size.
    """
    entities, inverse = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(entities), int(codes.max()) + 1))
    np.add.at(counts, (inverse, codes), 1)
    goal = np.outer(fractions, counts.sum(axis=0))
    have = np.zeros_like(goal)
    shuffled = np.random.default_rng(seed).permutation(len(entities))
    order = shuffled[np.argsort(-counts.sum(axis=1)[shuffled], kind="stable")]
    chosen = np.empty(len(entities), dtype=np.int8)
    for entity in order:
        extra = counts[entity]
        part = int(np.argmin((extra * (2 * (have - goal) + extra) / goal).sum(axis=1)))
        have[part] += extra
        chosen[entity] = part
    return chosen[inverse]


def _enough(labels: Labels, codes: np.ndarray[Any, Any], fractions: Sequence[float]) -> None:
    needed = math.ceil(1 / min(fractions) - 1e-9)
    for code, rows in enumerate(np.bincount(codes, minlength=len(labels.classes))):
        if rows < needed:
            raise DataError(
                f"class '{labels.classes[code]}' of target '{labels.column}' has {counted(int(rows), 'row')}; "
                f"{needed:,} are needed for one in each of {', '.join(PARTS)} at a smallest share of {min(fractions):g}. "
                "Collect more of them, merge the class with another, or leave it out"
            )


def _groups(entity: pd.Series) -> np.ndarray[Any, Any]:
    codes, known = pd.factorize(entity, use_na_sentinel=True)
    nameless = codes == -1
    codes = codes.astype(np.int64)
    codes[nameless] = len(known) + np.arange(nameless.sum())
    return codes


def _declared(column: pd.Series, rows: int) -> np.ndarray[Any, Any]:
    texts = column.astype(object).where(column.notna(), "")
    found = {str(v): int(n) for v, n in texts.value_counts().items()}
    strange = sorted(set(found) - set(PARTS))
    absent = [name for name in PARTS if name not in found]
    if strange or absent:
        shown = ", ".join(f"'{v or '(missing)'}' ({counted(found[v], 'row')})" for v in sorted(found)[:6]) + (", …" if len(found) > 6 else "")
        raise DataError(
            f"the declared split '{column.name}' has the values {shown} in {rows:,} labelled rows. Expected exactly {', '.join(PARTS)}; "
            "or take 'split' out of the roles, and the rows are divided by the shares in the config"
        )
    return texts.map({name: i for i, name in enumerate(PARTS)}).to_numpy(dtype=np.int8)


def _each_class_in_each_part(labels: Labels, codes: np.ndarray[Any, Any], parts: np.ndarray[Any, Any]) -> None:
    for code, label in enumerate(labels.classes):
        counts = np.bincount(parts[codes == code], minlength=len(PARTS))
        if (counts == 0).any():
            got = ", ".join(f"{name} {n:,}" for name, n in zip(PARTS, counts, strict=True))
            raise DataError(
                f"class '{label}' of target '{labels.column}' does not appear in each part ({got} rows). Expected at least one row in each; "
                "there are too few entities of that class, or the declared split leaves it out"
            )
