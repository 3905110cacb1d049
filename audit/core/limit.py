"""The only place that decides: a limit holds, is broken, or cannot be decided."""

import math
from dataclasses import dataclass
from enum import StrEnum

from audit.core.measurement import Measurement
from audit.core.status import Status

#: Source of limits that were set in the config, whatever that file is called.
FROM_CONFIG = "assay.yaml"


class Verdict(StrEnum):
    """What a limit says about a measurement."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Limit:
    """The range a measurement must lie in.

    Parameters
    ----------
    low, high : float or None
        Ends of the range, in the unit of the measurement; ``None`` leaves that side open.
    exclude_low, exclude_high : bool
        Whether the end itself breaks the limit.
    inverse : bool
        Whether the measurement must lie outside the range instead.
    measurement : str
        Name of the measurement it bounds; empty for the one its check is judged by.
    blocking : bool
        Whether a broken limit fails the run; otherwise it warns.
    reason : str
        Why this limit, in words a reviewer understands.
    source : str
        Where it was declared: ``arrests.odcs.yaml:31``, ``assay.yaml``, a policy, or a paper.
    """

    low: float | None = None
    high: float | None = None
    exclude_low: bool = False
    exclude_high: bool = False
    inverse: bool = False
    measurement: str = ""
    blocking: bool = True
    reason: str = ""
    source: str = ""

    @property
    def judges(self) -> bool:
        """Whether there is anything to judge by."""
        return self.low is not None or self.high is not None

    def verdict(self, measurement: Measurement) -> Verdict:
        """Judge one measurement.

        A number that cannot be estimated is undecided. A number with an interval holds when the whole interval lies inside the limit,
        is broken when the whole interval lies outside, and is undecided when the interval straddles an end. A number without an interval
        (a count of all rows) is judged by its value.
        """
        if not self.judges:
            return Verdict.HOLDS
        if not measurement.estimable or measurement.value is None:
            return Verdict.UNDECIDED
        low, high = measurement.interval or (measurement.value, measurement.value)
        if math.isnan(low) or math.isnan(high):
            return Verdict.UNDECIDED
        inside = self._contains(low) and self._contains(high)
        outside = self._beyond(low, high)
        if self.inverse:
            inside, outside = outside, inside
        return Verdict.HOLDS if inside else Verdict.BROKEN if outside else Verdict.UNDECIDED

    def status(self, measurement: Measurement) -> Status:
        """Return the state a measurement puts its result in."""
        match self.verdict(measurement):
            case Verdict.HOLDS:
                return Status.PASSED
            case Verdict.BROKEN:
                return Status.FAILED if self.blocking else Status.WARNED
            case Verdict.UNDECIDED:
                return Status.UNDECIDED

    def _contains(self, value: float) -> bool:
        above = self.low is None or value > self.low or (value == self.low and not self.exclude_low)
        below = self.high is None or value < self.high or (value == self.high and not self.exclude_high)
        return above and below

    def _beyond(self, low: float, high: float) -> bool:
        under = self.low is not None and (high < self.low or (high == self.low and self.exclude_low))
        over = self.high is not None and (low > self.high or (low == self.high and self.exclude_high))
        return under or over

    def __str__(self) -> str:
        """Return the limit in words: ``at most 0.1``, ``from 12 to 100``."""
        if self.low is not None and self.low == self.high:
            text = f"exactly {self.low:,.10g}"
        elif self.low is not None and self.high is not None:
            text = f"from {self.low:,.10g} to {self.high:,.10g}" + (" (ends excluded)" if self.exclude_low and self.exclude_high else "")
        elif self.high is not None:
            text = f"{'below' if self.exclude_high else 'at most'} {self.high:,.10g}"
        elif self.low is not None:
            text = f"{'above' if self.exclude_low else 'at least'} {self.low:,.10g}"
        else:
            return "no limit"
        return f"not {text}" if self.inverse else text
