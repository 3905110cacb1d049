"""The seven states a result can be in."""

from collections.abc import Iterable
from enum import StrEnum


class Status(StrEnum):
    """State of a result or of a whole run, listed worst first."""

    ERROR = "error"
    FAILED = "failed"
    UNDECIDED = "undecided"
    WARNED = "warned"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"
    SKIPPED = "skipped"

    @property
    def rank(self) -> int:
        """Position in the order of severity; 0 is worst."""
        return list(Status).index(self)

    @property
    def evaluated(self) -> bool:
        """Whether something was really examined."""
        return self not in (Status.NOT_APPLICABLE, Status.SKIPPED)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the state of a whole: the worst of its parts, and ``error`` where no part was evaluated.

    A run that examined nothing must never look green.
    """
    evaluated = [s for s in statuses if s.evaluated]
    return min(evaluated, key=lambda s: s.rank) if evaluated else Status.ERROR
