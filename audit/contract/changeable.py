"""What a contract says about which columns of a row could be otherwise, and within which bounds."""

import math
from typing import Any

from audit.core.contract import Column, Contract
from audit.core.errors import UsageError, did_you_mean
from audit.core.values import numbers
from audit.engines.counterfactual_space import Promises

YES, NO = ("true", "yes", "1"), ("false", "no", "0", "none")
WAYS = {"increase": 1, "decrease": -1}


def changeable(contract: Contract) -> Promises:
    """Return what the contract promises about changes of a row.

    Raises
    ------
    UsageError
        ``immutable`` or ``mayOnly`` has a value that says nothing.
    """
    immutable: dict[str, str] = {}
    mutable: set[str] = set()
    low: dict[str, float] = {}
    high: dict[str, float] = {}
    listed: dict[str, tuple[Any, ...]] = {}
    direction: dict[str, int] = {}
    for column in contract.columns:
        stays = _immutable(column)
        if stays:
            immutable[column.name] = "declared immutable"
        elif stays is False:
            mutable.add(column.name)
        if column.custom.get("mayOnly") is not None:
            direction[column.name] = _way(column)
        if (end := _end(column, "minimum", "exclusiveMinimum")) is not None:
            low[column.name] = end
        if (end := _end(column, "maximum", "exclusiveMaximum")) is not None:
            high[column.name] = end
        if values := column.enum or _valid_values(column):
            listed[column.name] = tuple(values)
    return Promises(immutable, low, high, listed, direction, frozenset(mutable))


def _immutable(column: Column) -> bool | None:
    written = column.custom.get("immutable")
    if written is None:
        return None
    text = str(written).strip().casefold()
    if text not in (*YES, *NO):
        raise UsageError(f"{column.place('immutable')}: 'immutable' of '{column.name}' is {written!r}; expected true or false")
    return text in YES


def _way(column: Column) -> int:
    written = str(column.custom["mayOnly"]).strip().casefold()
    if written not in WAYS:
        raise UsageError(f"{column.place('mayOnly')}: 'mayOnly' of '{column.name}' is '{written}'. {did_you_mean(written, WAYS)}")
    return WAYS[written]


def _end(column: Column, *keys: str) -> float | None:
    found = [float(end) for end in numbers(column.options.get(key) for key in keys) if math.isfinite(end)]
    return found[0] if found else None


def _valid_values(column: Column) -> tuple[Any, ...]:
    """Return the values that a rule of the library lists, where it admits no others."""
    for rule in column.rules:
        if rule.metric == "invalidValues" and rule.limit.high == 0 and rule.arguments.get("validValues"):
            return tuple(rule.arguments["validValues"])
    return ()
