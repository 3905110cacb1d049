"""Rows that are explained one by one, as sentences and exhibits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.at_hand import flags
from audit.checks.explanation.bands import Bands
from audit.checks.explanation.curve_wording import value
from audit.checks.row_names import HEAD, masked
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar
from audit.core.wording import listed

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.attributions import Attributions

IDENTITY, LABEL = "assay_identity", "assay_label"
#: Digits of a name that a sentence shows; columns that are named for and against.
DIGITS, NAMED = 12, 3
#: Attributions below this would read as 0.00.
SEEN = 0.005


@dataclass(frozen=True)
class Chosen:
    """A row that is explained.

    Parameters
    ----------
    identity : str
        Its name: the hash of its key.
    why : str
        Why it was chosen.
    chance : float
        The model's answer.
    yes : bool
        Whether that is the positive one.
    label : bool or None
        Whether the true outcome is positive, where it is known.
    """

    identity: str
    why: str
    chance: float
    yes: bool
    label: bool | None


def chosen_of(asked: "AskedModel", taken: "pd.DataFrame", rows: "pd.DataFrame", why: Sequence[str]) -> list[Chosen]:
    """Return the rows with what the model and their labels say."""
    label, known = flags(rows[LABEL]) if LABEL in rows.columns else (np.zeros(len(rows), dtype=bool),) * 2
    chances, yes, names = asked.chances(taken), asked.says_yes(taken), masked(rows[IDENTITY])
    return [Chosen(names[i], why[i], float(chances[i]), bool(yes[i]), bool(label[i]) if known[i] else None) for i in range(len(rows))]


def for_and_against(found: "Attributions", i: int, chosen: Chosen, rows: "pd.DataFrame", shown: Bands) -> tuple[str, str]:
    """Return what speaks most for the answer of a row, and what against it."""
    values = found.values[i] if chosen.yes else -found.values[i]
    order = np.argsort(-np.abs(values), kind="stable")
    return _side(order, values, 1, found, rows, i, shown), _side(order, values, -1, found, rows, i, shown)


def _side(order: NDArray[np.intp], values: NDArray[np.float64], sign: int, found: "Attributions", rows: "pd.DataFrame", i: int, shown: Bands) -> str:
    named = [j for j in order if sign * values[j] >= SEEN][:NAMED]
    return listed(f"'{found.columns[j]}' ({shown.said(found.columns[j], rows[found.columns[j]].iloc[i])}{values[j]:+.2f})" for j in named)


def message_of(
    model: str, chosen: Sequence[Chosen], said: Sequence[tuple[str, str]], turns: Sequence[str], unit: str, positive: str, where: str
) -> str:
    """Return what is said of the first row of each kind."""
    parts = []
    for why in dict.fromkeys(c.why for c in chosen):
        i = next(i for i, c in enumerate(chosen) if c.why == why)
        c = chosen[i]
        answer = positive if c.yes else f"not {positive}"
        chance = f"{value(c.chance, unit)} for {positive}" if unit != "decision function" else f"output {c.chance:.2f}"
        truth = "" if c.label is None else f", and is {positive}" if c.label else f", and is not {positive}"
        text = f"{why[0].upper()}{why[1:]}: row {c.identity[:DIGITS]} is called {answer} ({chance}){truth}; for the answer speaks {said[i][0]}"
        text += "" if said[i][1] == "none" else f", against it {said[i][1]}"
        parts.append(f"{text}{f'; a change of {turns[i]} would turn it' if turns[i] else ''}.")
    if not any(c.why == "most wrong" for c in chosen) and any(c.label is not None for c in chosen):
        parts.insert(0, f"{model} gets none of {where} wrong.")
    return f"{' '.join(parts)} Chosen from {where}."


def table_of(chosen: Sequence[Chosen], said: Sequence[tuple[str, str]], turns: Sequence[str], unit: str) -> Exhibit:
    """Return all rows as a table."""

    def word(yes: bool | None) -> Scalar:
        return None if yes is None else "yes" if yes else "no"

    rows: list[tuple[Any, ...]] = [
        (c.identity, c.why, word(c.label), word(c.yes), c.chance, s[0], s[1], turn or "nothing found")
        for c, s, turn in zip(chosen, said, turns, strict=True)
    ]
    columns = (HEAD, "why it is here", "outcome", "answer", unit, "for the answer", "against it", "what would turn it")
    note = "With attributions in the unit of the model's output. Numbers are shown as fifths of the training rows, protected columns without values."
    return Exhibit(Kind.TABLE, "Single rows explained", columns, rows, note=note)


def heatmap_of(found: "Attributions", chosen: Sequence[Chosen]) -> Exhibit:
    """Return what each leading column added for each row."""
    leading = np.argsort(-np.abs(found.values).mean(axis=0), kind="stable")[:10]
    rows = [(found.columns[j], c.identity[:DIGITS], float(found.values[i, j])) for i, c in enumerate(chosen) for j in leading]
    note = f"Above 0 the column speaks for the outcome. {found.method}."
    return Exhibit(Kind.HEATMAP, "What each column added for each row", ("x", "y", "value"), rows, "column", f"row; {found.unit}", note=note)
