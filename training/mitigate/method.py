"""What a way of correcting predictions promises to training."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Scored:
    """Rows that the chosen model has scored.

    Parameters
    ----------
    score : array of float, shape (rows,)
        Probability of the positive class.
    positive : array of bool, shape (rows,)
        Whether the label is the positive class.
    group : array of str, shape (rows,)
        Group of the sensitive attribute; missing is a group.
    fitting : array of bool, shape (rows,)
        The validation rows, from which alone the correction is learnt.
    """

    score: Array
    positive: Array
    group: Array
    fitting: Array


@dataclass(frozen=True)
class Corrected:
    """What a correction came to.

    Parameters
    ----------
    prediction : array of bool, shape (rows,), or None
        Whether each row is now predicted positive; ``None`` where nothing could be corrected.
    rule : mapping
        The correction itself, in plain numbers.
    reason : str
        Why nothing could be corrected; empty otherwise.
    """

    prediction: Array | None
    rule: Mapping[str, Any]
    reason: str = ""


class Mitigation(ABC):
    """A way of correcting the predictions of a two-class model."""

    @abstractmethod
    def correct(self, rows: Scored, constraint: str, seed: int) -> Corrected:
        """Learn a correction on the fitting rows and apply it to all rows.

        Parameters
        ----------
        rows : Scored
            All labelled rows.
        constraint : str
            What is to be equal, as the config names it.
        seed : int
            Of randomised predictions.
        """
