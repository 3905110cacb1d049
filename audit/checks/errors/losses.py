"""How wrong a model is among some rows, as a measurement and in words: a rate where it predicts classes, a mean where it predicts numbers."""

from collections.abc import Mapping

from audit.checks.rate import LEVEL, rate
from audit.core.measurement import Measurement
from audit.core.wording import percent, points
from audit.stats.intervals import Interval
from audit.stats.moments import Moments, difference_of_means, larger_mean, mean_interval
from audit.stats.one_sided import more_successes
from audit.stats.rates import METHOD, difference_interval

#: What a loss is called: as a measurement, and on the axis of a picture.
NAMES = {False: ("error_rate", "share misjudged"), True: ("mean_absolute_error", "mean absolute error")}


def measured(loss: Moments, *, quantity: bool, where: Mapping[str, str] | None = None, level: float = LEVEL) -> Measurement:
    """Return the loss of some rows with its interval.

    Parameters
    ----------
    loss : Moments
        Of the rows: misjudged ones are 1, others 0, or the size of the error.
    quantity : bool
        Whether it is a size.
    where : mapping of str to str, optional
        Which rows.
    level : float
        Of the interval.
    """
    name = NAMES[quantity][0]
    if not quantity:
        return rate(name, round(loss.total), loss.n, where)
    if not loss.n:
        return Measurement(name, None, "", where or {}, 0, method="not estimable: no rows to average over")
    interval = mean_interval(loss, level)
    return Measurement(name, loss.mean, "", where or {}, loss.n, interval, level if interval else None, "mean of |label - prediction|, t")


def excess(inside: Moments, outside: Moments, *, quantity: bool, where: Mapping[str, str]) -> Measurement:
    """Return by how much the loss inside lies above that outside, with its interval."""
    name = f"{NAMES[quantity][0]}_difference"
    unit = "" if quantity else "share"
    interval = _difference(inside, outside, quantity)
    if interval is None:
        return Measurement(name, None, unit, where, inside.n, method="not estimable: too few rows on one side")
    method = "inside less all others; " + ("welch" if quantity else f"square and add of {METHOD}")
    return Measurement(name, inside.mean - outside.mean, unit, where, inside.n, interval, LEVEL, method)


def _difference(inside: Moments, outside: Moments, quantity: bool) -> Interval | None:
    if quantity:
        return difference_of_means(inside, outside, LEVEL)
    if not inside.n or not outside.n:
        return None
    return difference_interval(round(inside.total), inside.n, round(outside.total), outside.n, LEVEL)


def larger(inside: Moments, whole: Moments, *, quantity: bool) -> float:
    """Return the one-sided p-value of "the loss inside is not larger than that of all other rows"; NaN where it cannot be tested."""
    if not quantity:
        return more_successes(round(inside.total), inside.n, round(whole.total), whole.n) if inside.n else float("nan")
    p_value = larger_mean(inside, whole.less(inside))
    return float("nan") if p_value is None else p_value


def told(inside: Moments, outside: Moments, *, quantity: bool) -> str:
    """Return the losses inside and outside, to follow on the rows: ``12.0 % are misjudged, against 4.1 % of all others``."""
    if quantity:
        return f"the error is {inside.mean:.4g} on average, against {outside.mean:.4g} for all others"
    return f"{percent(inside.mean)} are misjudged, against {percent(outside.mean)} of all others"


def amount(difference: float, *, quantity: bool) -> str:
    """Return a difference of losses in words."""
    return f"{difference:.4g} more on average" if quantity else f"{points(difference)} points more"
