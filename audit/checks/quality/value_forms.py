"""How values that are kept as text are written: as numbers, numbers with a unit, days, or codes of one shape."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

#: Everything but digits, ASCII punctuation, blanks and control characters, in the syntax that RE2, Java and Python share.
LETTER = r"[^0-9\x00-/:-@\[-`{-\x7f]"

NUMBER = r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
DECIMAL_COMMA = r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+"
CURRENCY = r"[$€£¥₹]|USD|EUR|GBP|CHF"
UNIT = rf"(?:[%‰°$€£¥₹µ]|{LETTER})(?:[%‰°µ/²³^. -]|{LETTER})*"

_NUMBER = re.compile(NUMBER)
_DECIMAL_COMMA = re.compile(DECIMAL_COMMA)
_BEFORE = re.compile(rf"({CURRENCY}) ?({NUMBER})")
_AFTER = re.compile(rf"({NUMBER})( ?)({UNIT})")

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
DAY_FORMS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern + _TIME, re.IGNORECASE)
    for name, pattern in {
        "2024-01-31": r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
        "2024/01/31": r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}",
        "31/01/2024": r"[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})",
        "31.01.2024": r"[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{2}|[0-9]{4})",
        "31-01-2024": r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}",
        "31 Jan 2024": rf"[0-9]{{1,2}}[ -]{_MONTH}[ -](?:[0-9]{{2}}|[0-9]{{4}})",
        "Jan 31, 2024": rf"{_MONTH} [0-9]{{1,2}},? [0-9]{{4}}",
    }.items()
}


@dataclass(frozen=True)
class Written:
    """How one value is written.

    Parameters
    ----------
    kind : {"number", "decimal comma", "unit", "day", "other"}
        What it is.
    form : str
        The unit with its blank and side, or the form of the day.
    number : str
        The digits of a number with a unit.
    """

    kind: str
    form: str = ""
    number: str = ""


def written(value: str) -> Written:
    """Return how a value is written; blanks around it do not count.

    >>> written("1,234.5").kind, written("12.0 oz"), written("$3"), written("2024-01-31"), written("x5957").kind
    ('number', Written(kind='unit', form=' oz', number='12.0'), Written(kind='unit', form='$ before', number='3'), \
Written(kind='day', form='2024-01-31', number=''), 'other')
    """
    bare = value.strip()
    if _NUMBER.fullmatch(bare):
        return Written("number")
    if _DECIMAL_COMMA.fullmatch(bare):
        return Written("decimal comma")
    for name, pattern in DAY_FORMS.items():
        if pattern.fullmatch(bare):
            return Written("day", name)
    if match := _BEFORE.fullmatch(bare):
        return Written("unit", f"{match[1]} before", match[2])
    if match := _AFTER.fullmatch(bare):
        return Written("unit", f"{match[2]}{match[3]}", match[1])
    return Written("other")


def month_first(value: str) -> bool | None:
    """Return whether ``01/31/2024`` can only be read with the month first, ``31/01/2024`` only with the day first, or both can.

    >>> month_first("01/31/2024"), month_first("31/01/2024"), month_first("03/04/2024")
    (True, False, None)
    """
    first, second = (int(part) for part in re.split(r"[/.-]", value.strip())[:2])
    return True if first <= 12 < second else False if second <= 12 < first else None


def shape(value: str) -> str:
    """Return a value with each run of digits written 9, each run of letters a, and each run of blanks as one.

    >>> shape("ID-0042"), shape("zoë@example.com")
    ('a-9', 'a@a.a')
    """
    return re.sub(" +", " ", re.sub(f"{LETTER}+", "a", re.sub("[0-9]+", "9", value)))


def shape_pattern(form: str) -> str:
    """Return the regular expression of all values of a shape.

    >>> re.fullmatch(shape_pattern("a-9"), "ID-0042") is not None
    True
    """
    parts = {"9": "[0-9]+", "a": f"{LETTER}+", " ": " +"}
    return f"^{''.join(parts.get(c) or re.escape(c) for c in form)}$"


def shapes(values: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return the rows and the distinct values of each shape."""
    of_rows: Counter[str] = Counter()
    of_values: Counter[str] = Counter()
    for value, n in values.items():
        form = shape(value)
        of_rows[form] += n
        of_values[form] += 1
    return {form: (n, of_values[form]) for form, n in of_rows.items()}
