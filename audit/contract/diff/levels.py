"""Service levels and foreign keys of two versions."""

from collections.abc import Iterator
from fractions import Fraction

from audit.contract.diff.effects import LOOSER, OTHER, TIGHTER, UNKNOWN, inclusion
from audit.core.contract import Contract, ServiceLevel
from audit.core.contract_diff import Effect

_DAY = Fraction(86_400)
#: Seconds of each unit, at least and at most: no two months are alike.
SECONDS = {
    "seconds": (Fraction(1), Fraction(1)),
    "minutes": (Fraction(60), Fraction(60)),
    "hours": (Fraction(3_600), Fraction(3_600)),
    "days": (_DAY, _DAY),
    "weeks": (7 * _DAY, 7 * _DAY),
    "months": (28 * _DAY, 31 * _DAY),
    "years": (365 * _DAY, 366 * _DAY),
}

LevelPair = tuple[ServiceLevel | None, ServiceLevel | None]


def changed_levels(old: Contract, new: Contract) -> Iterator[LevelPair]:
    """Yield the service levels that differ, by kind and column."""
    before, after = ({(s.kind, s.column): s for s in c.service_levels} for c in (old, new))
    for key in dict.fromkeys((*after, *before)):
        first, second = before.get(key), after.get(key)
        if first is None or second is None or (first.amount, first.unit, first.zone) != (second.amount, second.unit, second.zone):
            yield first, second


def effect_of_level(old: ServiceLevel | None, new: ServiceLevel | None) -> tuple[Effect, str]:
    """Return what a change of a service level means, and why."""
    there = old or new
    retention = there is not None and there.kind == "retention"
    if old is None or new is None:
        if old is None:
            return (OTHER, "rows past the period stop the gate, and will be gone") if retention else (TIGHTER, "promised from now on")
        return LOOSER, "no longer promised"
    if old.zone != new.zone:
        return UNKNOWN, "moments without a time zone are read otherwise"
    effect = inclusion(*_compared(old, new))
    if retention and effect == TIGHTER:
        return OTHER, "rows must go earlier: they stop the gate, and readers lose them"
    why = {TIGHTER: "data must be younger", LOOSER: "older data are accepted"}
    return effect, why.get(effect, "which of the two periods is longer depends on the months" if effect == UNKNOWN else "the same period")


def _compared(old: ServiceLevel, new: ServiceLevel) -> tuple[bool | None, bool | None]:
    """Return whether the old period is at most the new one, and the reverse."""
    if old.unit == new.unit:
        return Fraction(old.amount) <= Fraction(new.amount), Fraction(new.amount) <= Fraction(old.amount)
    spans = [tuple(Fraction(s.amount) * end for end in SECONDS[s.unit]) for s in (old, new)]
    (low, high), (least, most) = spans
    shorter = True if high <= least else False if low > most else None
    longer = True if most <= low else False if least > high else None
    return shorter, longer
