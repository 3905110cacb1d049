"""Limits in the eight operators of ODCS, and values as JSON and YAML can hold them."""

from collections.abc import Mapping
from datetime import date, time
from fractions import Fraction
from typing import Any

from audit.core.limit import Limit
from audit.core.written import exact


def operator(limit: Limit) -> dict[str, Any]:
    """Return a limit as a contract writes it: one operator, and the unit where it is a share.

    >>> operator(Limit(high=0.05, exclude_high=True, measurement="failing_share"))
    {'mustBeLessThan': 5, 'unit': 'percent'}
    """
    share = limit.measurement == "failing_share"
    low, high = (number(v, 100 if share else 1) for v in (limit.low, limit.high))
    unit = {"unit": "percent"} if share else {}
    if low is not None and high is not None:
        if low == high:
            return {"mustNotBe" if limit.inverse else "mustBe": low, **unit}
        return {"mustNotBeBetween" if limit.inverse else "mustBeBetween": [low, high], **unit}
    if high is not None:
        return {"mustBeLessThan" if limit.exclude_high else "mustBeLessOrEqualTo": high, **unit}
    if low is not None:
        return {"mustBeGreaterThan" if limit.exclude_low else "mustBeGreaterOrEqualTo": low, **unit}
    return {}


def number(value: Any, times: int = 1) -> int | float | None:
    """Return a number, in its decimal form a multiple of the one given, whole where it is whole; ``None`` where there is none."""
    found = exact(value)
    if found is None:
        return None
    found *= Fraction(times)
    return int(found) if found.denominator == 1 else float(found)


def plain(value: Any) -> Any:
    """Return a value, however deep, in the types that JSON has.

    >>> plain({"from": date(2026, 1, 31), "steps": (0.5, True)})
    {'from': '2026-01-31', 'steps': [0.5, True]}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return float(value)
    return value.isoformat() if isinstance(value, (date, time)) else value
