"""What columns matter to the same model trained again: importances by refit, and the band of one more."""

import time
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.importance import attributions, mean_absolute, ranks
from audit.checks.rate import LEVEL
from audit.stats.fresh_value import fresh_value
from audit.stats.intervals import Interval
from audit.stats.rank_correlation import kendall_tau

if TYPE_CHECKING:
    import pandas as pd

    from audit.core.subject import Model
    from audit.engines.explanation.refit import Refitting

Values = NDArray[np.float64]

#: Refits that are made however long one takes: fewer have no spread.
FEWEST = 3


@dataclass(frozen=True)
class RefitImportance:
    """Importances of a model and of its refits, on the same rows.

    Parameters
    ----------
    columns : tuple of str
        Raw columns.
    own : array, shape (columns,)
        Mean absolute attribution to the model itself.
    refits : array, shape (refits, columns)
        The same to each refit.
    """

    columns: tuple[str, ...]
    own: Values
    refits: Values

    @property
    def n(self) -> int:
        """Number of refits."""
        return len(self.refits)

    @property
    def order(self) -> list[int]:
        """Positions of the columns, the most important to the model itself first."""
        return [int(i) for i in np.argsort(-self.own, kind="stable")]

    @property
    def ranks(self) -> NDArray[np.int64]:
        """Rank of each column in each refit, shape (refits, columns)."""
        return np.array([ranks(one) for one in self.refits])

    def band(self, column: int) -> Interval | None:
        """Return where the column's importance to one more refit falls with 95 % probability."""
        return fresh_value(self.refits[:, column], LEVEL, low=0.0)

    def agreement(self) -> tuple[float, float] | None:
        """Return Kendall's tau of the orders of two refits: the mean over all pairs, and the least."""
        taus = [tau for a, b in combinations(self.refits, 2) if (tau := kendall_tau(a, b)) is not None]
        return (float(np.mean(taus)), min(taus)) if taus else None


def refit_importance(
    model: "Model",
    refitting: "Refitting",
    rows: "pd.DataFrame",
    background: "pd.DataFrame",
    *,
    refits: int,
    seconds: float,
    seed: int = 0,
    positive: str | None = None,
) -> RefitImportance:
    """Train a model again and again, and explain each refit on the same rows.

    Parameters
    ----------
    model : Model
        The model.
    refitting : Refitting
        How it is trained again.
    rows, background : pandas.DataFrame
        To explain, and to compare with.
    refits : int
        How many times at most.
    seconds : float
        No refit is begun after that long, once three are made.
    seed : int
        Of drawing the training rows, and of all random numbers of a refit.
    positive : str or None
        The class to explain.
    """
    from audit.engines.explanation.refit import refits as made

    own = attributions(model, rows, background, seed, positive)
    began = time.perf_counter()
    found = []
    for estimator in made(refitting, refits, seed):
        found.append(mean_absolute(attributions(replace(model, estimator=estimator), rows, background, seed, positive)))
        if len(found) >= FEWEST and time.perf_counter() - began > seconds:
            break
    return RefitImportance(next(iter(own.values())).columns, mean_absolute(own), np.array(found))
