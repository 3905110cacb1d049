"""How sure a number is, in the sentences of results."""

import math

from audit.core.measurement import Measurement
from audit.core.wording import percent


def known(share: float | int | None) -> str:
    """Return a share in per cent, or that there is none."""
    return "not estimable" if share is None else percent(float(share))


def level(value: float) -> str:
    """Return a confidence level in per cent with no more digits than it needs.

    >>> level(0.95), level(1 - 0.05 / 6)
    ('95 %', '99.17 %')
    """
    return f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"


def span(measurement: Measurement, scale: float = 100, digits: int = 1) -> str:
    """Return the interval of a measurement, ``95 % interval 9.1 to 14.2``; without one, that there is none."""
    if measurement.interval is None or measurement.level is None:
        return "no interval"
    low, high = measurement.interval
    # adding 0 turns a negative zero, which rounding leaves behind, into a plain one
    low, high = (round(scale * end, digits) + 0.0 for end in (low, high))
    return f"{level(measurement.level)} interval {low:.{digits}f} to {high:.{digits}f}"


def rounded_up(number: int) -> int:
    """Return a number rounded up to two significant digits, for estimates that deserve no more.

    >>> rounded_up(1234), rounded_up(7)
    (1300, 7)
    """
    unit = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // unit) * unit


def amount(value: float, digits: int = 4) -> str:
    """Return a number of any size with so many significant digits, and none that say nothing.

    >>> amount(1234567.8), amount(0.5), amount(-0.012345), amount(2.0)
    ('1,234,568', '0.5', '-0.01235', '2')
    """
    size = abs(value)
    if size != 0 and not 1e-6 <= size < 1e15:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size))) if size else 0
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text == "-0" else text


def reach(measurement: Measurement, digits: int = 4) -> str:
    """Return the interval of a measurement of any size, ``95 % interval 1,204 to 1,377``; without one, that there is none."""
    if measurement.interval is None or measurement.level is None:
        return "no interval"
    low, high = measurement.interval
    return f"{level(measurement.level)} interval {amount(low, digits)} to {amount(high, digits)}"
