"""What each column added to the output of single rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.checks.explanation.importance import attributions
from audit.core.errors import UsageError
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.wording import counted, listed
from audit.explanations.given import drawn, frame_of, model_of, text_of

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.attributions import Attributions

#: Rows told in sentences, and columns told of each.
TOLD, COLUMNS = 5, 3


@dataclass(frozen=True, repr=False, eq=False)
class LocalExplanations:
    """Attributions of single rows; a notebook shows them as sentences and a table.

    Parameters
    ----------
    name : str
        Of the model.
    found : mapping of str to Attributions
        By class, for a model with more than two; under the empty name otherwise.
    given : pandas.DataFrame
        The rows, as they were given.
    """

    name: str
    found: dict[str, "Attributions"]
    given: "pd.DataFrame"

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """One line for each row and column, strongest first: ``row``, ``column``, its ``value``, and what it ``added``; ``class`` where several."""
        import pandas as pd

        lines = []
        for name, found in self.found.items():
            for place, values in zip(found.rows, found.values, strict=True):
                for i in np.argsort(-np.abs(values), kind="stable"):
                    column = found.columns[i]
                    line = {"row": self.given.index[place], "column": column, "value": self.given[column].iloc[place], "added": float(values[i])}
                    lines.append({"class": name, **line} if len(self.found) > 1 else line)
        return pd.DataFrame(lines)

    @property
    def sentences(self) -> list[str]:
        """The first rows in words."""
        told = []
        for name, found in self.found.items():
            of = f" for the class {name}" if name else ""
            for place, values, margin in zip(found.rows[:TOLD], found.values, found.margin, strict=False):
                strongest = [i for i in np.argsort(-np.abs(values), kind="stable")[:COLUMNS] if values[i]]
                parts = [f"{found.columns[i]} = {_shown(self.given[found.columns[i]].iloc[place])} adds {values[i]:+.3g}" for i in strongest]
                rest = float(values.sum() - sum(values[i] for i in strongest))
                text = f"Row {self.given.index[place]}: {found.unit} {margin:.3g}{of}, from {found.base:.3g} when nothing is known"
                text += f"; {listed(parts)}" if parts else "; no column moves it"
                told.append(f"{text}; the others together {rest:+.3g}." if len(found.columns) > len(strongest) else f"{text}.")
        return told

    @property
    def message(self) -> str:
        """The first rows in words, and what was left out."""
        first = next(iter(self.found.values()))
        text = "\n".join(self.sentences)
        if len(first.values) > TOLD:
            text += f"\n{counted(len(first.values) - TOLD, 'further row')} in the frame."
        if first.refused:
            text += f"\n{counted(first.refused, 'row')} could not be explained: {self.name} gives {first.refusal}."
        return text

    def __str__(self) -> str:
        """Return the message."""
        return self.message

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from audit.render.analysis import analysis

        first = next(iter(self.found.values()))
        frame = self.frame.head(MAX_ROWS).astype({"row": str, "value": str})
        exhibit = Exhibit(Kind.TABLE, "What each column added", tuple(frame.columns), frame.to_numpy().tolist(), note=first.method)
        return analysis(self.message, [exhibit])


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, (float, np.floating)) else str(value)


def local(
    model: Any,
    X: Any,
    background: Any = None,
    *,
    positive: Any = None,
    features: Sequence[str] | None = None,
    rows: int = 500,
    background_rows: int = 100,
    seed: int = 0,
) -> LocalExplanations:
    """Say what each column added to the output of each row; parameters as of :func:`audit.explain.global_importance`.

    Parameters
    ----------
    model : estimator or callable
        Fitted.
    X : frame or array
        Rows to explain.
    background : frame or array, optional
        Rows that stand for "the column is not known". Needed where ``X`` is a few chosen rows; ``X`` itself where not given.
    positive : optional
        The class to explain; the second of two where silent. Of more than two classes each is explained, at most ten.
    features : sequence of str, optional
        Columns the model takes; those it was fitted on where silent.
    rows, background_rows : int
        How many rows are explained (the first ones), and compared with, at most.
    seed : int
        Of all that is drawn.

    Raises
    ------
    UsageError
        There are no rows, there is nothing to compare one row with, or a name is no column.
    DataError
        The model refuses all rows, or answers in a shape that is no answer.
    """
    frame = frame_of(X, "X")
    if background is None and len(frame) == 1:
        raise UsageError("X is a single row, which cannot be compared with itself; give training rows as background")
    given = model_of(model, X, frame, features)
    compared_with = frame if background is None else frame_of(background, "background")
    found = attributions(given, frame.head(rows), drawn(compared_with, background_rows, seed + 1), seed, text_of(positive))
    return LocalExplanations(given.name, found, frame.head(rows))
