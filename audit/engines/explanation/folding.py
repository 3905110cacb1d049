"""From encoded columns back to the raw ones they were made of: by name where names tell, else by trying what changes what."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.core.errors import DataError
from audit.engines.explanation.explained import Values
from audit.engines.explanation.parts import ModelParts
from audit.engines.refusals import REFUSALS
from audit.engines.replaced import replaced

#: Rows on which it is tried what changes what.
TRIED = 200


def fold(values: Values, names: Sequence[str], columns: Sequence[str]) -> Values:
    """Sum the values of encoded columns over the raw columns they were made from.

    Parameters
    ----------
    values : array, shape (rows, encoded columns)
        Values by encoded column.
    names : sequence of str
        Encoded names: a raw column, or ``column=level``.
    columns : sequence of str
        Raw columns.

    Returns
    -------
    array, shape (rows, raw columns)

    Raises
    ------
    DataError
        A name belongs to no raw column.
    """
    owners = _by_name(names, columns)
    for name, owner in zip(names, owners, strict=True):
        if owner is None:
            raise DataError(f"encoded column '{name}' belongs to none of the raw columns {list(columns)}; expected 'column' or 'column=level'")
    return summed(values, [o for o in owners if o is not None], len(columns))


def summed(values: Values, owners: Sequence[int], columns: int) -> Values:
    """Sum values over the raw column that owns each encoded one, shape (rows, raw columns)."""
    folded = np.zeros((len(values), columns))
    for j, owner in enumerate(owners):
        folded[:, owner] += values[:, j]
    return folded


def owners(parts: ModelParts, frame: pd.DataFrame, width: int) -> list[int] | None:
    """Return the position of the raw column that each encoded column is made of.

    Parameters
    ----------
    parts : ModelParts
        The model, with its preprocessing.
    frame : pandas.DataFrame
        Raw rows.
    width : int
        How many encoded columns there are.

    Returns
    -------
    list of int or None
        ``None`` where an encoded column is made of several raw ones, or it cannot be told of which: then no sum over encoded columns is a
        statement about raw ones.
    """
    columns = [str(c) for c in frame.columns]
    if parts.preprocess is None:
        return list(range(width)) if width == len(columns) else None
    names = parts.encoded_names(columns)
    if len(names) == width and None not in (named := _by_name(names, columns)):
        return [n for n in named if n is not None]
    return _by_trial(parts, frame, names if len(names) == width else ("",) * width)


def _by_name(names: Sequence[str], columns: Sequence[str]) -> list[int | None]:
    index = {column: i for i, column in enumerate(columns)}
    return [index.get(name, index.get(name.rsplit("=", 1)[0])) for name in names]


def _by_trial(parts: ModelParts, frame: pd.DataFrame, names: Sequence[str]) -> list[int] | None:
    """Exchange the values of one raw column after the other among rows, and look which encoded columns change."""
    frame = frame.head(TRIED).reset_index(drop=True)
    order = np.random.default_rng(0).permutation(len(frame))
    found: list[set[int]] = [set() for _ in names]
    try:
        before = np.asarray(parts.encode(frame), dtype=float)
        for i, column in enumerate(frame.columns):
            changed = np.asarray(parts.encode(replaced(frame, {column: frame[column].iloc[order].array})), dtype=float)
            for j in np.flatnonzero(~np.isclose(before, changed, rtol=0, atol=0, equal_nan=True).all(axis=0)):
                found[j].add(i)
    except REFUSALS:
        return None
    result = []
    for made_of, name in zip(found, names, strict=True):
        if not made_of:
            # constant in these rows, such as a rare level: the name has to do
            made_of = _prefixed(name, [str(c) for c in frame.columns])
        if len(made_of) != 1:
            return None
        result.append(next(iter(made_of)))
    return result


def _prefixed(name: str, columns: Sequence[str]) -> set[int]:
    """Return the raw columns that a name such as ``step__column_level`` may begin with."""
    plain = name.split("__", 1)[-1]
    return {i for i, c in enumerate(columns) if plain == c or plain.startswith((f"{c}_", f"{c}="))}
