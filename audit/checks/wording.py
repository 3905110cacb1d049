"""Numbers in the sentences of results, written alike everywhere."""

from collections.abc import Sequence

from audit.core.measurement import Measurement


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as per cent: ``74.2 %``."""
    return "not estimable" if share is None else f"{100 * share:.{digits}f} %"


def points(share: float, digits: int = 1) -> str:
    """Return a difference of shares in percentage points: ``11.6 points``."""
    return f"{100 * share:.{digits}f} points"


def level(value: float) -> str:
    """Return a confidence level as per cent with no more digits than it needs: ``95 %``, ``99.17 %``."""
    return f"{100 * value:.2f}".rstrip("0").rstrip(".") + " %"


def span(measurement: Measurement, scale: float = 100, digits: int = 1) -> str:
    """Return the interval of a measurement: ``95 % interval 9.1 to 14.2``; empty where it has none."""
    if measurement.interval is None or measurement.level is None:
        return ""
    low, high = measurement.interval
    return f"{level(measurement.level)} interval {scale * low:.{digits}f} to {scale * high:.{digits}f}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 row``, ``5,226 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], most: int = 5) -> str:
    """Return words as a list in a sentence: ``'a', 'b' and 'c'``, cut after ``most``."""
    shown = [f"'{w}'" for w in words[:most]]
    if len(words) > most:
        return f"{', '.join(shown)} and {len(words) - most:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def rounded_up(number: int) -> int:
    """Return a number rounded up to two significant digits, for estimates that deserve no more."""
    unit = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // unit) * unit
