"""A rate as a measurement: its value, what it was counted among, and its Wilson interval."""

from collections.abc import Mapping

from audit.core.measurement import Measurement
from audit.stats.intervals import wilson

LEVEL = 0.95


def rate(name: str, successes: int, n: int, where: Mapping[str, str] | None = None) -> Measurement:
    """Return a rate with its Wilson interval; without trials it is not estimable.

    Parameters
    ----------
    name : str
        Such as ``recall``.
    successes, n : int
        Counts; ``n`` is the denominator.
    where : mapping of str to str, optional
        Which rows were counted.
    """
    interval = wilson(successes, n, LEVEL)
    if interval is None:
        return Measurement(name, None, "share", where or {}, 0, method="not estimable: no rows to count among")
    return Measurement(name, successes / n, "share", where or {}, n, interval, LEVEL, "wilson")
