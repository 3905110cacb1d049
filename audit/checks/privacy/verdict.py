"""What was concluded of a column, and what that rests on."""

from dataclasses import dataclass
from enum import StrEnum

from audit.stats.binomial import upper_tail
from audit.stats.intervals import Interval, wilson

LEVEL = 0.95
#: How improbable the valid values must be in a column of random ones: many columns are held against many kinds.
CHANCE_OF_ALL = 1e-6


class Evidence(StrEnum):
    """What a verdict rests on."""

    NAME_AND_VALUES = "name and values"
    VALUES = "values"
    FORM = "form of the values"
    FEW_VALUES = "a few values"
    NAME = "name only"

    @property
    def finding(self) -> bool:
        """Whether this is enough for a finding; otherwise it is a suspicion."""
        return self in (Evidence.VALUES, Evidence.NAME_AND_VALUES)


@dataclass(frozen=True)
class Verdict:
    """What a column holds.

    Parameters
    ----------
    column, kind : str
        Which column holds which kind of personal data.
    evidence : Evidence
        How that is known.
    named : bool
        Whether the name of the column suggests this kind.
    hits, n : int
        How many of the distinct values that were looked at are of the kind.
    example : str
        One of them, not yet masked; empty where there is none.
    of_a_person : bool
        Whether only a table about persons has such a column.
    """

    column: str
    kind: str
    evidence: Evidence
    named: bool
    hits: int
    n: int
    example: str = ""
    of_a_person: bool = True

    @property
    def decision(self) -> str:
        """``personal`` or ``suspected``."""
        return "personal" if self.evidence.finding else "suspected"

    @property
    def rate(self) -> float | None:
        """Share of the distinct values that are of the kind."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Wilson interval of the rate."""
        return wilson(self.hits, self.n, LEVEL)


def beyond_chance(hits: int, candidates: int, chance: float, level: float = CHANCE_OF_ALL) -> bool:
    """Return whether more values are valid than random ones would be: significantly, and at least half of what chance leaves.

    Parameters
    ----------
    hits, candidates : int
        Valid values among those of the right form.
    chance : float
        Share of random values of that form that are valid.
    level : float
        How improbable so many must be.
    """
    if not hits or hits / candidates < (1 + chance) / 2:
        return False
    return upper_tail(hits, candidates, chance) <= level


def surely(share: float, hits: int, n: int) -> bool:
    """Return whether a rate lies above a share by its whole interval."""
    interval = wilson(hits, n, LEVEL)
    return interval is not None and interval[0] >= share
