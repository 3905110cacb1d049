"""A bound that people can read, between what is right and what is wrong."""

import math


def round_between(right: float, wrong: float) -> float | int:
    """Return the roundest number between the outermost right value and the nearest wrong one, near their middle.

    Parameters
    ----------
    right, wrong : float
        Two different numbers, in either order.

    Returns
    -------
    float or int
        Whole where it can be; 0 where the two have different signs.

    >>> round_between(87, 450), round_between(-3.0, -870.5), round_between(12, -40), round_between(0.251, 0.262)
    (300, -400, 0, 0.257)
    """
    if min(right, wrong) <= 0 <= max(right, wrong) and wrong != 0 and (right == 0 or right * wrong < 0):
        return 0
    low, high = min(right, wrong), max(right, wrong)
    # a quarter of the way stays free on either side
    low, high, middle = low + (high - low) / 4, high - (high - low) / 4, (low + high) / 2
    largest = math.floor(math.log10(max(abs(low), abs(high))))
    for digit in range(largest, largest - 17, -1):
        number = round(middle / 10.0**digit) * 10.0**digit if digit >= 0 else round(middle, -digit)
        if low <= number <= high:
            return int(number) if float(number).is_integer() else number
    return middle
