"""Which cells of a text column are not written like the rest, judged from its values or, where these are too many, from those of its first rows."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from audit.checks.quality.value_forms import DECIMAL_COMMA, NUMBER, Written, month_first, shape, shape_pattern, shapes, written

#: A column is one of numbers, or of days, where at least so many of its values are.
MOSTLY = 0.8

#: One way of writing rules a column of codes, or of units, from here on; what is written otherwise is then the exception.
RULES_CODES = 0.95
RULES_UNITS = 0.9

#: Fewer different numbers, or codes, than this are the names of categories.
FEW_NUMBERS = 10
FEW_CODES = 20

#: A unit stands beside at least so many different numbers, and in at least this share of the values.
SHARED_BY = 3
SHARED_SHARE = 0.02

#: A column with nearly as many values as rows names things, and so does one whose numbers all have the same length, from here on.
NAMES_THINGS = 0.9
CODE_LENGTH = 4


#: What a code has and a word has not.
STRUCTURE = r"[0-9@_:#\\]"

NO_NUMBER = "not the number that the rest of the column is"
NO_SHAPE = "not the shape that the rest of the column has"


@dataclass(frozen=True)
class Verdict:
    """What is doubtful about how a column is written.

    Parameters
    ----------
    what : str
        In a few words that hold no value of the column.
    doubtful : tuple of str
        The values that are not written like the rest; all of them where no way of writing rules; none where the column is
        written consistently.
    logical_type, pattern : str
        What the contract could promise instead.
    """

    what: str
    doubtful: tuple[str, ...] = ()
    logical_type: str = ""
    pattern: str = ""


def judge_values(values: Mapping[str, int], *, meant: bool = False, filled: bool = True) -> Verdict | None:
    """Return what is doubtful about the values of a text column, or ``None``.

    Parameters
    ----------
    values : mapping of str to int
        Rows of each value, without those that stand for missing.
    meant : bool
        Whether the contract declares the column as text, so that plain numbers in it are meant.
    filled : bool
        Whether no value stands for missing: one that does explains why numbers are kept as text.
    """
    total = sum(values.values())
    if len(values) < 2:
        return None
    how = {v: written(v) for v in values}
    rows: Counter[str] = Counter()
    for value, n in values.items():
        rows[how[value].kind] += n
    if rows["day"] >= MOSTLY * total:
        return _days(values, how) if len(values) >= FEW_NUMBERS else None
    units = _units(values, how, total)
    if rows["number"] + rows["decimal comma"] + sum(units.values()) < MOSTLY * total:
        return _codes(values, total)
    if sum(units.values()) > rows["number"] + rows["decimal comma"]:
        return _with_units(values, how, units, total)
    comma = rows["decimal comma"] > rows["number"]
    plain = [v for v in values if how[v].kind == ("decimal comma" if comma else "number")]
    others = tuple(v for v in values if v not in set(plain))
    code = _names_things(plain, sum(values[v] for v in plain))
    if len(plain) < FEW_NUMBERS or (code and sum(values[v] for v in plain) < RULES_CODES * total):
        return None
    pattern = f"^{_narrow(plain, comma)}$"
    if others:
        # what is a number is promised as one; a code, or what is meant as text, by its form
        return Verdict(NO_NUMBER, others, pattern=pattern) if code or meant else Verdict(NO_NUMBER, others, "number")
    if meant or code or not filled:
        return None
    return Verdict("numbers kept as text", tuple(plain), "number")


@dataclass(frozen=True)
class RulingForm:
    """How most values of a column are written, as its first rows suggest.

    Parameters
    ----------
    pattern : str
        Regular expression of the values written so.
    exception, whole : str
        What is doubtful about the others; about the column where there are no others, empty where nothing is.
    rules_from : float
        The share of values from which on this form rules the column.
    """

    pattern: str
    exception: str
    whole: str
    rules_from: float


def ruling_form(shapes_of_first: Mapping[str, int]) -> RulingForm | None:
    """Return the form that may rule a column with too many values to look at each, or ``None``.

    Parameters
    ----------
    shapes_of_first : mapping of str to int
        Rows of each shape among the first rows.
    """
    total = sum(shapes_of_first.values())
    if not total:
        return None
    numbers = {form: n for form, n in shapes_of_first.items() if written(form).kind == "number"}
    if sum(numbers.values()) >= MOSTLY * total:
        # thousands of different whole numbers are likely to be identifiers
        if set(numbers) == {"9"}:
            return RulingForm("^[0-9]+$", NO_NUMBER, "", RULES_CODES)
        return RulingForm(f"^ *{NUMBER} *$", NO_NUMBER, "numbers kept as text", MOSTLY)
    usual = max(shapes_of_first, key=lambda form: (shapes_of_first[form], form))
    if shapes_of_first[usual] < MOSTLY * total or not re.search(STRUCTURE, usual):
        return None
    return RulingForm(shape_pattern(usual), NO_SHAPE, "", RULES_CODES)


def _days(values: Mapping[str, int], how: Mapping[str, Written]) -> Verdict | None:
    """Return the days that are not written like most, or that can only be read with day and month exchanged."""
    forms: Counter[str] = Counter()
    for value, n in values.items():
        if how[value].kind == "day":
            forms[how[value].form] += n
    usual = forms.most_common(1)[0][0]
    others = [v for v in values if how[v].form != usual]
    if usual in ("31/01/2024", "31.01.2024", "31-01-2024"):
        order = {v: month_first(v) for v in values if how[v].form == usual}
        first = {known: sum(values[v] for v, o in order.items() if o is known) for known in (True, False)}
        rare = first[True] < first[False]
        others += [v for v, o in order.items() if o is rare and first[True] and first[False]]
    if not others:
        return None
    commonest = max((v for v in values if how[v].form == usual), key=lambda v: values[v])
    return Verdict("not the form of day that the rest of the column has", tuple(others), pattern=shape_pattern(shape(commonest)))


def _units(values: Mapping[str, int], how: Mapping[str, Written], total: int) -> dict[str, int]:
    """Return the rows of each unit, as it is spelled, that stands beside several numbers."""
    rows: Counter[str] = Counter()
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for value, n in values.items():
        if how[value].kind == "unit":
            rows[how[value].form] += n
            beside[how[value].form].add(how[value].number)
    units = {form: n for form, n in rows.items() if len(beside[form]) >= SHARED_BY and n >= SHARED_SHARE * total}
    # house numbers and sizes have letters behind them that are no units
    words = {form: n for form, n in units.items() if not re.fullmatch(r" ?[A-Za-z]", form)}
    return units if len(units) == 1 else words


def _with_units(values: Mapping[str, int], how: Mapping[str, Written], units: Mapping[str, int], total: int) -> Verdict:
    """Return the cells without the unit that the rest has; all cells where no spelling of a unit rules."""
    usual = max(units, key=lambda u: (units[u], u))
    if units[usual] < RULES_UNITS * total:
        spelled = {how[v].form for v in values if how[v].kind == "unit"}
        return Verdict(f"numbers kept as text, with a unit in {len(spelled)} spellings", tuple(values), "number")
    others = tuple(v for v in values if how[v].form != usual)
    unit = usual.removesuffix(" before")
    side = re.escape(unit)
    pattern = f"^{side} ?{NUMBER}$" if usual.endswith(" before") else f"^{NUMBER}{side}$"
    return Verdict("not a number with the unit that the rest of the column has" if others else f"'{unit.strip()}'", others, pattern=pattern)


def _codes(values: Mapping[str, int], total: int) -> Verdict | None:
    """Return the codes that do not have the shape of nearly all others; words have no shape to hold them to."""
    counts = shapes(values)
    usual = max(counts, key=lambda form: (counts[form], form))
    n, distinct = counts[usual]
    if n < RULES_CODES * total or n == total or distinct < FEW_CODES or not re.search(STRUCTURE, usual):
        return None
    return Verdict(NO_SHAPE, tuple(v for v in values if shape(v) != usual), pattern=shape_pattern(usual))


def _names_things(plain: list[str], n: int) -> bool:
    """Return whether numbers are names: with leading zeros, of one length, or nearly every one of them new."""
    bare = [v.strip() for v in plain]
    if not all(v.isascii() and v.isdigit() for v in bare):
        return False
    lengths = Counter(map(len, bare))
    one_length = max(lengths.values()) >= RULES_CODES * len(bare) and max(lengths, key=lambda k: lengths[k]) >= CODE_LENGTH
    return one_length or any(v.startswith("0") and len(v) > 1 for v in bare) or len(bare) >= NAMES_THINGS * n


def _narrow(plain: list[str], comma: bool) -> str:
    """Return the regular expression of some numbers: of digits alone where they are."""
    return DECIMAL_COMMA if comma else "[0-9]+" if all(v.strip().isdigit() for v in plain) else NUMBER
