"""What goes wrong with the columns of a table: noise, gaps, mixed-up categories and typing errors, put in at random with a strength."""

from collections.abc import Sequence
from enum import StrEnum
from string import ascii_lowercase
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

#: Numbers with more distinct values than this are measured quantities; those with fewer are categories.
MOST_CATEGORIES = 10


class Perturbation(StrEnum):
    """What is done to a column; the strength is in standard deviations for noise, and a share of the values for the rest."""

    NOISE = "noise in numbers"
    MISSING = "missing values"
    SWAP = "swapped categories"
    TYPO = "typing errors"


def affected(frame: "pd.DataFrame", kind: Perturbation) -> tuple[str, ...]:
    """Return the columns that a perturbation can be put into."""
    return tuple(str(c) for c in frame.columns if kind in _kinds(frame[c]))


def _kinds(values: "pd.Series") -> tuple[Perturbation, ...]:
    import pandas as pd

    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    distinct = values.nunique()
    if number and distinct > MOST_CATEGORIES:
        return Perturbation.NOISE, Perturbation.MISSING
    swapped = (Perturbation.SWAP,) if distinct > 1 else ()
    return (Perturbation.MISSING, *swapped, *((Perturbation.TYPO,) if _is_text(values) else ()))


def perturbed(frame: "pd.DataFrame", kind: Perturbation, strength: float, columns: Sequence[str], rng: np.random.Generator) -> "pd.DataFrame":
    """Return a copy of a frame in which something has gone wrong with some columns.

    Parameters
    ----------
    frame : pandas.DataFrame
        Raw columns; swapped categories are drawn from, and standard deviations are those of, its own values.
    kind : Perturbation
        What goes wrong.
    strength : float
        How badly.
    columns : sequence of str
        Where.
    rng : numpy.random.Generator
        Of all that is random.
    """
    from audit.engines.replaced import replaced

    return replaced(frame, {column: _changed(frame[column], kind, strength, rng) for column in columns})


def _changed(values: "pd.Series", kind: Perturbation, strength: float, rng: np.random.Generator) -> "pd.Series":
    import pandas as pd

    if kind is Perturbation.NOISE:
        return _noisy(values, strength, rng)
    hit = rng.random(len(values)) < strength
    if kind is Perturbation.MISSING:
        # a truth value or a whole number that may be missing is of another type
        kept = values.astype(object) if pd.api.types.is_bool_dtype(values) else values
        return kept.where(~hit)
    if kind is Perturbation.SWAP:
        known = values.dropna()
        if not len(known):
            return values
        drawn = known.iloc[rng.integers(0, len(known), len(values))].set_axis(values.index)
        return values.where(~hit, drawn)
    texts = values.astype(object).to_numpy(copy=True)
    for place in np.flatnonzero(hit & values.notna().to_numpy()):
        texts[place] = mistyped(str(texts[place]), rng)
    return pd.Series(texts, index=values.index, dtype=values.dtype)


def _noisy(values: "pd.Series", strength: float, rng: np.random.Generator) -> "pd.Series":
    import pandas as pd

    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    finite = numbers[np.isfinite(numbers)]
    noise = rng.normal(0.0, strength * float(finite.std()) if finite.size else 0.0, len(numbers))
    noisy = numbers + noise
    if pd.api.types.is_integer_dtype(values):
        noisy = np.round(noisy)
    return pd.Series(noisy, index=values.index)


def mistyped(text: str, rng: np.random.Generator) -> str:
    """Return a text with one typing error: two letters in each other's place, one dropped, one doubled, or one replaced."""
    if not text:
        return text
    place, error = int(rng.integers(len(text))), int(rng.integers(4))
    if error == 0 and len(text) > 1:
        place = min(place, len(text) - 2)
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if error == 1 and len(text) > 1:
        return text[:place] + text[place + 1 :]
    if error == 2:
        return text[:place] + text[place] + text[place:]
    letters = [letter for letter in ascii_lowercase if letter != text[place].lower()]
    return text[:place] + letters[int(rng.integers(len(letters)))] + text[place + 1 :]


def _is_text(values: "pd.Series") -> bool:
    import pandas as pd

    known = values.dropna()
    return bool(len(known)) and pd.api.types.infer_dtype(known, skipna=True) == "string"


def draws_of(seed: int, *place: int) -> np.random.Generator:
    """Return the generator of one place in a plan, the same in every run."""
    return np.random.default_rng([seed, *place])
