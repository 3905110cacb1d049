"""How many more rows would decide what an interval cannot."""

from audit.checks.wording import rounded_up
from audit.stats.intervals import Interval


def what_decides(value: float, interval: Interval, high: float, n: int, question: str) -> str:
    """Return in words how many more rows would decide whether a number is above a limit; interval ends come nearer with the root of the rows.

    Parameters
    ----------
    value : float
        Best guess of the number.
    interval : tuple of two floats
        That straddles the limit.
    high : float
        The limit.
    n : int
        Present rows.
    question : str
        ``whether …``.
    """
    away = abs(value - high)
    reach = interval[1] - value if value <= high else value - interval[0]
    if reach <= 0:
        return f"These rows cannot decide {question}."
    if away < reach / 1000:
        return f"It lies so near the limit that more rows alone would hardly decide {question}."
    more = max(int(n * ((reach / away) ** 2 - 1)), 1)
    return f"These rows cannot decide {question}; very roughly {rounded_up(more):,} more like them would, if the number stays as it is."
