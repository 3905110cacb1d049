"""What a curve says, in words: where the chance rises, where it falls, where it is flat."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from audit.core.wording import percent, points

#: A curve that moves less is called flat; shares of the span within which a stretch is flat, and of the axis that it must cover.
FLAT, SAME, LONG = 0.005, 0.05, 0.2
#: Net change, as a share of all ups and downs, from which on a curve is said to rise or fall throughout.
THROUGHOUT = 0.8


def value(y: float, unit: str) -> str:
    """Return a value of the curve: a chance in per cent, any other output as a number."""
    return f"{y:.2f}" if unit == "decision function" else percent(min(max(y, 0.0), 1.0))


def size(y: float, unit: str) -> str:
    """Return a difference of two values of the curve."""
    return f"{abs(y):.2f}" if unit == "decision function" else f"{points(abs(y))} points"


def along(column: str, x: Sequence[float], y: Sequence[float], unit: str) -> str:
    """Return the course of a curve over a number, such as ``falls from 92.1 % to 60.4 % as 'checks' goes from 0 to 6, flat above 4``."""
    across, up = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    span, net = float(np.ptp(up)), float(up[-1] - up[0])
    if span < FLAT:
        return f"hardly moves with '{column}' (by {size(span, unit)})"
    if abs(net) >= THROUGHOUT * float(np.abs(np.diff(up)).sum()):
        verb = "rises" if net > 0 else "falls"
        text = f"{verb} from {value(up[0], unit)} to {value(up[-1], unit)} as '{column}' goes from {across[0]:.6g} to {across[-1]:.6g}"
    else:
        low, high = int(up.argmin()), int(up.argmax())
        text = (
            f"is lowest ({value(up[low], unit)}) where '{column}' is {across[low]:.6g} and highest ({value(up[high], unit)}) "
            f"where it is {across[high]:.6g}"
        )
    return text + _flat(across, up, span)


def among(column: str, names: Sequence[Any], y: Sequence[float], unit: str) -> str:
    """Return what a curve over categories says: where it is lowest and highest."""
    up = np.asarray(y, dtype=float)
    low, high = int(up.argmin()), int(up.argmax())
    if float(np.ptp(up)) < FLAT:
        return f"hardly moves with '{column}' (by {size(float(np.ptp(up)), unit)})"
    return f"is {value(up[low], unit)} with '{column}' = {names[low]} and {value(up[high], unit)} with {names[high]}"


def _flat(x: Any, y: Any, span: float) -> str:
    """Return where a curve is flat at one of its ends, if that is a fifth of the axis or more."""
    above = np.flatnonzero(np.abs(y - y[-1]) > SAME * span)
    below = np.flatnonzero(np.abs(y - y[0]) > SAME * span)
    last, first = int(above[-1]) + 1, int(below[0]) - 1
    width = float(x[-1] - x[0])
    found = []
    if len(y) - last >= 2 and x[-1] - x[last] >= LONG * width:
        found.append(f"flat above {x[last]:.6g}")
    if first >= 1 and x[first] - x[0] >= LONG * width:
        found.append(f"flat below {x[first]:.6g}")
    return f", {' and '.join(found)}" if found else ""
