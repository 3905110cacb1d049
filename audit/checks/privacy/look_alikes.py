"""Numbers that look like those of persons and are others: times, articles, books, running numbers."""

from collections.abc import Callable, Sequence

#: Seconds since 1970 from 1990 to 2050; a day less or more does no harm.
_EPOCH = 631_152_000, 2_524_608_000
#: Share of the values that must be of the other kind.
MOST = 0.95


def times(values: Sequence[str]) -> bool:
    """Return whether whole numbers are seconds, or thousandths or millionths of them, since 1970."""
    return _most(values, lambda v: v.isdigit() and len(v) in (9, 10, 12, 13, 15, 16) and _EPOCH[0] <= int(v) // 10 ** _scale(v) <= _EPOCH[1])


def articles(values: Sequence[str]) -> bool:
    """Return whether numbers have the check digits of articles or books (EAN, UPC, ISBN)."""
    from stdnum import ean, isbn

    def valid(value: str) -> bool:
        return bool(ean.is_valid(value) if len(value) in (8, 12, 13, 14) else isbn.is_valid(value) if len(value) == 10 else False)

    return _most(values, valid)


def running(values: Sequence[str]) -> bool:
    """Return whether whole numbers lie as close together as those that are given out one after the other."""
    numbers = [int(v) for v in values if v.isdigit()]
    if len(numbers) < 2:
        return False
    # a random sample of a table of a million rows leaves gaps of the table's size over the sample's
    return (max(numbers) - min(numbers)) / len(numbers) < 10**4


def _scale(value: str) -> int:
    return {9: 0, 10: 0, 12: 3, 13: 3, 15: 6, 16: 6}[len(value)]


def _most(values: Sequence[str], of: Callable[[str], bool]) -> bool:
    return len(values) > 0 and sum(map(of, values)) / len(values) >= MOST
