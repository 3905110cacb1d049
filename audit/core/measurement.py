"""One number, where it was measured, on how many rows, and how sure it is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Measurement:
    """A measured number.

    Parameters
    ----------
    name : str
        The field's own term in snake_case, such as ``false_positive_rate``.
    value : float, int or None
        The number; ``None`` where it cannot be estimated (a zero denominator, no rows).
    unit : str
        ``"share"`` (0 to 1), ``"rows"``, ``"years"`` …
    where : mapping of str to str
        Columns (and ``split``, ``model``) to the value that picks the rows measured.
    n : int or None
        Number of rows the number rests on: for a rate, its denominator.
    interval : tuple of two floats or None
        Lower and upper end; ``None`` for a count of all rows, which has no sampling error.
    level : float or None
        Confidence level of the interval, such as 0.95.
    method : str
        How value and interval were computed, such as ``"wilson"``.

    Raises
    ------
    TypeError
        The value is no number.
    ValueError
        The interval is upside down.
    """

    name: str
    value: float | int | None
    unit: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    n: int | None = None
    interval: tuple[float, float] | None = None
    level: float | None = None
    method: str = ""

    def __post_init__(self) -> None:
        """Refuse what no limit can judge."""
        value: object = self.value
        if value is not None and not isinstance(value, (Real, Decimal)):
            raise TypeError(f"the value of '{self.name}' is a {type(value).__name__}; expected a number, or None where there is none")
        if self.interval is not None and self.interval[0] > self.interval[1]:
            raise ValueError(f"the interval of '{self.name}' is upside down: it begins at {self.interval[0]:g} and ends at {self.interval[1]:g}")

    @property
    def estimable(self) -> bool:
        """Whether there is a number at all: ``None`` and NaN are no numbers."""
        return self.value is not None and not math.isnan(self.value)
