"""Numbers as people write them."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

#: Digits of a number before or behind the point beyond which it counts as infinite, or as none.
DIGITS = 10_000


class Written(float):
    """A number that remembers how it was written: ``0.1`` is one tenth, which no binary fraction is."""

    text: str

    def __new__(cls, value: float, text: str = "") -> Self:
        """Return the number with its text."""
        number = super().__new__(cls, value)
        number.text = text
        return number


def exact(value: Any) -> Fraction | None:
    """Return the number that a value stands for, exactly; a float is what its shortest decimal form says.

    Parameters
    ----------
    value : object
        A number, or text.

    Returns
    -------
    Fraction or None
        ``None`` for what is no finite number, truth values included, and for numbers of more than 10,000 digits.

    >>> exact(0.1), exact("2.50"), exact(2**53 + 1)
    (Fraction(1, 10), Fraction(5, 2), Fraction(9007199254740993, 1))
    >>> exact(True), exact("red"), exact(float("inf"))
    (None, None, None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Written):
        value = value.text.replace("_", "")
    elif isinstance(value, float):
        value = repr(float(value))
    try:
        # through Decimal, which reads what people and engines write, and no fractions such as 1/3
        number = Decimal(str(value).strip())
    except ArithmeticError:
        return None
    # a fraction of a number with a billion zeros would fill the memory
    return Fraction(number) if number.is_finite() and abs(number.adjusted()) < DIGITS else None
