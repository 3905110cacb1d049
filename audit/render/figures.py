"""Numbers as people read them: shares as per cent, counts with separators, intervals, limits in words."""

import math
import re
from collections.abc import Iterable
from typing import Any

from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result

NOT_ESTIMABLE = "not estimable"

#: Units that say what kind of number it is, not what is counted.
_PURE = ("ratio", "probability", "index", "score", "relative")
_SHARE = re.compile(r"%|\b(shares?|rates?|proportions?|per ?cent|percentages?)\b", re.IGNORECASE)
_POINTS = re.compile(r"\bpoints?\b", re.IGNORECASE)


def finite(value: Any) -> float | None:
    """Return a number as a float, or ``None`` where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def unit_of(label: str, values: Iterable[Any]) -> str:
    """Return the unit in which values under a label are written.

    The rule: where every finite value lies within −1 and 1, a label that says "points" makes them differences of shares (``"points"``), and one
    that says "%", "per cent", "share", "rate" or "proportion" makes them shares (``"share"``). Values beyond 1 are written as they are, because a
    label with "%" then means that they are per cent already.

    Parameters
    ----------
    label : str
        Axis title or column name.
    values : iterable
        What stands under it.

    Returns
    -------
    str
        ``"share"``, ``"points"`` or ``""``.
    """
    if any(abs(v) > 1 for v in map(finite, values) if v is not None):
        return ""
    words = label.replace("_", " ")
    return "points" if _POINTS.search(words) else "share" if _SHARE.search(words) else ""


def number(value: Any, unit: str = "") -> str:
    """Return a value as text.

    Parameters
    ----------
    value : float, int, bool, str or None
        ``None`` and NaN become "not estimable".
    unit : str
        ``"share"`` (0 to 1) is written as per cent, ``"points"`` (a difference of shares) as percentage points, any other unit stands after
        the number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOT_ESTIMABLE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return str(value)
    if unit in _PURE:
        unit = ""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if unit == "share":
        return f"{_per_cent(value)} %"
    if unit == "points":
        return f"{_per_cent(value)} points"
    text = f"{value:,}" if isinstance(value, int) else _decimal(value)
    return f"{_signed(text)} {unit}".strip()


def bound(value: float, unit: str = "") -> str:
    """Return a number that somebody set, such as a limit or a level, without digits that it does not have: ``10 %``."""
    if unit in ("share", "points") and math.isfinite(value):
        return f"{_signed(f'{round(value * 100, 2):,g}')} {'%' if unit == 'share' else unit}"
    return number(int(value) if isinstance(value, float) and value.is_integer() else value, unit)


def mark(value: float, unit: str = "") -> str:
    """Return a value that somebody set or that was measured, such as a reference, in whichever way is shorter."""
    return min(bound(value, unit), number(value, unit), key=len)


def unit(measurement: Measurement) -> str:
    """Return the unit a measurement is written in: its own, but points for a difference of shares, as 10 % of 50 % would be 5 points."""
    difference = measurement.name.endswith(("_gap", "_difference", "_gain", "_loss", "_reduction", "_change"))
    return "points" if measurement.unit == "share" and difference else measurement.unit


def limit_of(result: Result) -> str:
    """Return the limit of a result in words and in the unit of what it judges."""
    return limit_words(result.limit, next((unit(m) for m in result.measurements if m.name == judged(result)), ""))


def judged(result: Result) -> str:
    """Return the name of the measurement that was held against the limit; empty where nothing was judged."""
    return (result.limit.measurement or result.judged) if result.limit.judges else ""


def interval(ends: tuple[float, float], unit: str = "") -> str:
    """Return an interval as text with its unit once: ``9.1 to 14.2 %``."""
    low, high = (number(end, unit) for end in ends)
    if unit in _PURE:
        unit = ""
    suffix = {"share": " %", "points": " points"}.get(unit, f" {unit}" if unit else "")
    return f"{low.removesuffix(suffix) if suffix and high.endswith(suffix) else low} to {high}"


def estimate(measurement: Measurement) -> str:
    """Return a measurement in one phrase: value, interval with its level, and number of rows."""
    notes = []
    if measurement.interval is not None:
        level = f"{bound(measurement.level, 'share')} interval " if measurement.level else "interval "
        notes.append(level + interval(measurement.interval, unit(measurement)))
    if measurement.n is not None:
        notes.append(f"n = {measurement.n:,}")
    return number(measurement.value, unit(measurement)) + (f" ({', '.join(notes)})" if notes else "")


def limit_words(limit: Limit, unit: str = "") -> str:
    """Return a limit in words and in the unit of what it judges: ``at most 10 %``."""
    low, high = limit.low, limit.high
    if low is not None and high is not None:
        excluded = [side for side, left_out in (("lower", limit.exclude_low), ("upper", limit.exclude_high)) if left_out]
        ends = f" ({' and '.join(excluded)} end excluded)" if excluded else ""
        text = f"exactly {bound(low, unit)}" if low == high else f"from {bound(low, unit)} to {bound(high, unit)}{ends}"
    elif high is not None:
        text = f"{'below' if limit.exclude_high else 'at most'} {bound(high, unit)}"
    elif low is not None:
        text = f"{'above' if limit.exclude_low else 'at least'} {bound(low, unit)}"
    else:
        return "no limit"
    return f"not {text}" if limit.inverse else text


def _per_cent(share: float) -> str:
    # Enough digits that nearly nothing never reads 0 % and nearly all never reads 100 %.
    if share in (0, 1, -1):
        return _signed(f"{share * 100:.0f}")
    distance = min(abs(share), abs(1 - abs(share)))
    digits = 1 if distance >= 0.01 else min(8, 1 - math.floor(math.log10(distance * 100)))
    return _signed(f"{share * 100:,.{digits}f}")


def _decimal(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1e15 or size < 1e-4:
        return f"{value:.2e}"
    if size < 0.01:
        return f"{value:.2g}"
    digits = 0 if size >= 10_000 else 1 if size >= 100 else 2 if size >= 10 else 3
    return f"{value:,.{digits}f}"


def _signed(text: str) -> str:
    return "−" + text[1:] if text.startswith("-") else text
