"""What a family of models promises to training."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from training.stored import dump_skops, load_skops

#: Called after each pass over the training rows with the number done and the number there may be.
OnEpoch = Callable[[int, int], None]


@dataclass(frozen=True)
class Rows:
    """Preprocessed rows of one part of the data.

    Parameters
    ----------
    x : array of float, shape (rows, columns)
        What the preprocessing made, without missing values.
    y : array, shape (rows,)
        Labels of any type.
    """

    x: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]


class Family(ABC):
    """A kind of model: how it is made, fitted, watched and stored.

    Attributes
    ----------
    trusted : tuple of str
        Types beyond skops' own list that a stored model of this family is made of.
    """

    trusted: ClassVar[tuple[str, ...]] = ()

    @property
    def name(self) -> str:
        """The candidate's name: that of its file."""
        return type(self).__module__.rsplit(".", 1)[-1]

    @abstractmethod
    def make(self, *, seed: int, max_epochs: int) -> Any:
        """Return an unfitted scikit-learn classifier.

        Parameters
        ----------
        seed : int
            Of everything random in it.
        max_epochs : int
            Upper bound on passes over the rows, for families that make passes.
        """

    def fit(self, model: Any, train: Rows, validation: Rows, on_epoch: OnEpoch) -> None:
        """Fit a model. The validation rows may decide when to stop, and nothing else."""
        model.fit(train.x, train.y)

    def curves(self, model: Any) -> Mapping[str, Sequence[float]]:
        """Return the learning curves of a fitted model: ``epoch``, ``train_loss``, ``validation_loss``; empty where it has none."""
        return {}

    def save(self, model: Any, folder: Path) -> None:
        """Store a fitted model without pickle."""
        dump_skops(model, folder / "estimator.skops")

    def load(self, folder: Path) -> Any:
        """Restore a stored model.

        Raises
        ------
        DataError
            A file is missing, damaged, or made of types that are not trusted.
        """
        return load_skops(folder / "estimator.skops", self.trusted)
