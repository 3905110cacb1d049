"""Names of misjudged rows."""

import numpy as np
from numpy.typing import NDArray

from audit.checks.errors.held_out import Halves
from audit.checks.row_names import HEAD, SECRET, masked, note

__all__ = ["HEAD", "OF_EACH", "SECRET", "masked", "misjudged", "note"]

#: Rows listed of each segment or leaf.
OF_EACH = 25


def misjudged(halves: Halves, inside: NDArray[np.bool_]) -> list[str]:
    """Return the names of some misjudged rows among sampled ones, the most wrong first."""
    order = np.argsort(-halves.loss, kind="stable")
    picked = [i for i in order[inside[order]] if halves.loss[i] > 0][:OF_EACH]
    return masked(halves.sampled["identity"].to_numpy()[picked])
