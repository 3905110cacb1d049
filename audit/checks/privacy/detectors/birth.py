"""Dates of birth: by the column's name, or by ages as the living have them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors.detector import LEAST_DISTINCT, LEAST_RATE_NAMED
from audit.checks.privacy.verdict import Evidence, Verdict

KIND = "date of birth"
NAMES = (
    "birth", "birth_date", "birthdate", "date_of_birth", "dateofbirth", "dob", "birthday", "birth_day", "bday", "born", "born_on", "birth_year",
    "year_of_birth", "yob", "geburtsdatum", "geburtstag", "geboren", "geb_datum", "date_naissance", "date_de_naissance", "naissance",
    "fecha_nacimiento",
    "fecha_de_nacimiento", "nacimiento", "data_nascita", "data_di_nascita", "nascita", "data_urodzenia", "dogum_tarihi", "doğum_tarihi",
    "geboortedatum",
    "fodselsdato", "fødselsdato", "födelsedatum", "data_nascimento", "出生日期", "生年月日", "생년월일", "дата_рождения",
)  # fmt: skip
NOT_NAMES = ("place", "country", "city", "town", "weight", "rate", "order", "count", "registration", "certificate", "state", "name", "ort")
YEAR = re.compile(r"(?:18|19|20)\d\d")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?|(\d{4})(\d{2})(\d{2})")
_LOCAL = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
ORIENTAL = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")

#: Ages of adults without a telling name: nobody younger, nobody older, and at least this many years between the young and the old.
YOUNGEST, OLDEST, SPREAD = 14, 105, 25
#: Fewer dates than this show no spread.
FEWEST = 40
#: Births fall on all days of the week alike, orders and contracts do not: two in seven on weekends, give or take this, and 2.5 standard errors.
WEEKENDS, GIVE_OR_TAKE = 2 / 7, 0.02
#: Share of first days of January, which stand for unknown days, and correlation with the place in the table, which speaks for a log.
MOST_NEW_YEARS, MOST_IN_ORDER = 0.1, 0.5


@dataclass(frozen=True)
class BirthDetector:
    """Dates of birth."""

    kind: str = KIND

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""
        return sample.named(NAMES, NOT_NAMES)

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the values of a column tell."""
        n = len(sample.values)
        if not n:
            return None
        named = self.suggested_by(sample)
        # most columns hold no dates, and the first values tell
        if not named and days(sample.values[:20]).count(None) > 4:
            return None
        found = days(sample.values)
        hits = [v for v, day in zip(sample.values, found, strict=True) if day is not None or (named and YEAR.fullmatch(v))]
        if named and len(hits) / n >= LEAST_RATE_NAMED:
            return Verdict(sample.column, KIND, Evidence.NAME_AND_VALUES, True, len(hits), n, hits[0])
        if len(hits) / n >= 0.95 and like_births(found, sample.places):
            return Verdict(sample.column, KIND, Evidence.FORM, False, len(hits), n, hits[0], of_a_person=False)
        return Verdict(sample.column, KIND, Evidence.NAME, True, 0, n) if named and n >= LEAST_DISTINCT else None


def like_births(found: Sequence[date | None], places: Sequence[int]) -> bool:
    """Return whether days spread as births of adults do: over decades, none of them recent, on every day of the week, in no order."""
    known = [(d, i) for i, d in enumerate(found) if d is not None]
    if len(known) < FEWEST:
        return False
    today = datetime.now(UTC).date()
    ages = np.sort([(today - d).days / 365.25 for d, _ in known])
    young, old = np.quantile(ages, [0.02, 0.98])
    if young < YOUNGEST or old > OLDEST or old - young < SPREAD:
        return False
    weekend = sum(d.weekday() > 4 for d, _ in known) / len(known)
    new_years = sum((d.month, d.day) == (1, 1) for d, _ in known) / len(known)
    tolerance = GIVE_OR_TAKE + 2.5 * (WEEKENDS * (1 - WEEKENDS) / len(known)) ** 0.5
    if abs(weekend - WEEKENDS) > tolerance or new_years > MOST_NEW_YEARS:
        return False
    rows = [places[i] for _, i in known] if len(places) == len(found) else []
    return not rows or abs(_rank_correlation([d.toordinal() for d, _ in known], rows)) < MOST_IN_ORDER


def days(values: Sequence[str]) -> list[date | None]:
    """Return the days that texts stand for, ``None`` where they stand for none; the day comes first unless a value shows otherwise."""
    local = [m for v in values if (m := _LOCAL.fullmatch(v))]
    month_first = any(int(m[2]) > 12 for m in local)
    return [_day(v, month_first) for v in values]


def _day(value: str, month_first: bool) -> date | None:
    match = _ISO.fullmatch(value) or ORIENTAL.fullmatch(value)
    if match:
        year, month, day = (int(g) for g in match.groups() if g is not None)
    elif match := _LOCAL.fullmatch(value):
        one, two, year = (int(g) for g in match.groups())
        day, month = (two, one) if month_first else (one, two)
        if len(match[3]) == 2:
            year += 2000 if year <= datetime.now(UTC).year % 100 else 1900
    else:
        return None
    try:
        return date(year, month, day) if 1850 <= year <= 2100 else None
    except ValueError:
        return None


def _rank_correlation(one: Sequence[int], other: Sequence[int]) -> float:
    """Return Spearman's correlation, ties in the order they come."""
    ranks = [np.argsort(np.argsort(np.asarray(x), kind="stable")) for x in (one, other)]
    return 0.0 if max(Counter(one).values()) == len(one) else float(np.corrcoef(ranks[0], ranks[1])[0, 1])


BIRTH = (BirthDetector(),)
