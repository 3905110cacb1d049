"""How far two orders agree."""

import numpy as np
from numpy.typing import ArrayLike


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Kendall's tau-b of two sets of values: 1 for the same order, -1 for the reverse, with ties counted for neither.

    Parameters
    ----------
    first, second : array_like, shape (n,)
        Values of the same things.

    Returns
    -------
    float or None
        ``None`` where one of them is all ties, or there is nothing to order.

    References
    ----------
    Kendall, M. G. (1945). The treatment of ties in ranking problems. Biometrika 33, 239-251.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"two orders of the same things are compared; got shapes {a.shape} and {b.shape}")
    pairs = np.triu_indices(len(a), 1)
    one, other = np.sign(a[pairs[0]] - a[pairs[1]]), np.sign(b[pairs[0]] - b[pairs[1]])
    ordered = np.sqrt(float((one != 0).sum()) * float((other != 0).sum()))
    return float((one * other).sum() / ordered) if ordered else None
