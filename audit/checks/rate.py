"""Numbers that several checks measure alike: a rate, and what one model gets right more often than another."""

from collections.abc import Mapping

from audit.core.measurement import Measurement, Scalar
from audit.stats.intervals import paired_difference
from audit.stats.rates import rate_interval, rate_method

LEVEL = 0.95


def rate(name: str, successes: int, n: int, where: Mapping[str, str] | None = None) -> Measurement:
    """Return a rate with its exact interval; without trials it is not estimable.

    Parameters
    ----------
    name : str
        Such as ``recall``.
    successes, n : int
        Counts; ``n`` is the denominator.
    where : mapping of str to str, optional
        Which rows were counted.
    """
    interval = rate_interval(successes, n, LEVEL)
    if interval is None:
        return Measurement(name, None, "share", where or {}, 0, method="not estimable: no rows to count among")
    return Measurement(name, successes / n, "share", where or {}, n, interval, LEVEL, rate_method(successes, n))


def paired_change(name: str, won: int, lost: int, n: int) -> Measurement:
    """Return the difference of two rates that were measured on the same rows, at least one of them.

    Parameters
    ----------
    name : str
        Such as ``accuracy_gain``.
    won, lost : int
        Rows in which only the first succeeds, and rows in which only the second does.
    n : int
        All rows.
    """
    interval = paired_difference(won, lost, n, LEVEL)
    return Measurement(name, (won - lost) / n, "share", {}, n, interval, LEVEL, "bonett-price, paired on the same rows")


def bar(label: str, measured: Measurement, *series: str) -> tuple[Scalar, ...]:
    """Return a measurement as a row ``label, value, low, high, n`` of an exhibit, followed by its series where there are several."""
    return (label, measured.value, *(measured.interval or (None, None)), measured.n, *series)
