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
    picked = order[inside[order] & (halves.loss[order] > 0)]
    # rows without a key of their own may be alike
    return masked(list(dict.fromkeys(halves.sampled["identity"].to_numpy()[picked]))[:OF_EACH])
