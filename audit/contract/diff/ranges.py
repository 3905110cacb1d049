"""Sets of numbers as disjoint intervals, and which of two holds the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from audit.core.limit import Limit
from audit.core.written import exact


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``; ``None`` leaves a side open.

    Parameters
    ----------
    low, high : Fraction or None
        The ends.
    above, below : bool
        Whether the lower, the upper end itself is outside.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    above: bool = False
    below: bool = False

    @property
    def empty(self) -> bool:
        """Whether no number is inside."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.above or self.below))

    def whole(self) -> "Interval":
        """Return the interval of the whole numbers inside, with both ends inside."""
        low = None if self.low is None else Fraction(floor(self.low) + 1 if self.above else ceil(self.low))
        high = None if self.high is None else Fraction(ceil(self.high) - 1 if self.below else floor(self.high))
        return Interval(low, high)

    def __le__(self, other: "Interval") -> bool:
        """Return whether every number of this interval is in the other."""
        if self.empty:
            return True
        if other.low is not None and (self.low is None or self.low < other.low or (self.low == other.low and other.above and not self.above)):
            return False
        return other.high is None or not (self.high is None or self.high > other.high or (self.high == other.high and other.below and not self.below))


def within(inner: Sequence[Interval], outer: Sequence[Interval]) -> bool:
    """Return whether every number of some intervals is in others, which do not touch each other."""
    return all(any(i <= o for o in outer) for i in inner if not i.empty)


def admitted(limit: Limit, least: int | None, *, whole: bool, most: int | None = None) -> list[Interval]:
    """Return the numbers that a limit admits.

    Parameters
    ----------
    limit : Limit
        With or without bounds.
    least : int or None
        The smallest number there can be: 0 for counts and shares.
    whole : bool
        Whether only whole numbers can come out.
    most : int or None
        The largest number there can be: 1 for shares.
    """
    low, high = exact(limit.low), exact(limit.high)
    if limit.inverse:
        found = [Interval(None, low, below=True), Interval(high, None, above=True)]
    else:
        found = [Interval(low, high, limit.exclude_low, limit.exclude_high)]
    found = [i.whole() if whole else i for i in found]
    if least is not None:
        # from the smallest number on, so that 'above -1' and 'at least 0' are the same
        floor_ = Fraction(least)
        found = [Interval(floor_, i.high, False, i.below) if i.low is None or i.low < floor_ else i for i in found]
    if most is not None:
        found = [Interval(i.low, Fraction(most), i.above) if i.high is None or i.high > most else i for i in found]
    found = [i for i in found if not i.empty]
    return _joined(found) if whole else found


def _joined(intervals: Sequence[Interval]) -> list[Interval]:
    """Join intervals of whole numbers that leave no whole number between them."""
    joined: list[Interval] = []
    for interval in intervals:
        last = joined[-1] if joined else None
        if last is not None and last.high is not None and interval.low is not None and interval.low <= last.high + 1:
            joined[-1] = Interval(last.low, interval.high)
        else:
            joined.append(interval)
    return joined
