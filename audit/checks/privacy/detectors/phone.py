"""Telephone numbers: valid in the numbering plan of a country, and more often than the same digits in another order."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors.detector import LEAST_DISTINCT, LEAST_RATE, LEAST_RATE_NAMED
from audit.checks.privacy.look_alikes import articles, running, times
from audit.checks.privacy.verdict import Evidence, Verdict, beyond_chance

KIND = "telephone number"
NAMES = (
    "phone", "phone_number", "phonenumber", "phone_no", "telephone", "tel", "tel_no", "mobile", "mobile_no", "cell", "cell_phone", "cellphone", "fax",
    "msisdn", "telefon", "telefono", "teléfono", "téléphone", "telefonnummer", "telefoonnummer", "handy", "gsm", "celular", "movil", "móvil",
    "numer_telefonu",
    "whatsapp", "contact_number", "电话", "手机", "電話番号", "電話", "هاتف", "телефон",
)  # fmt: skip
NOT_NAMES = ("id", "model", "brand", "type", "plan", "count", "os", "calls", "minutes", "verified", "provider", "carrier", "has", "is", "price")
INTERNATIONAL = re.compile(r"(?:\(?\+|00(?=.{0,6}[ ().\-/]))[ ]?[1-9](?:[ ().\-/]{0,2}\d){7,14}")
NORTH_AMERICAN = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}")
#: With a separator, and neither a date nor four parts with dots nor an amount.
WRITTEN = re.compile(
    r"(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$)(?!\d{4}[./-]\d{1,2}[./-]\d{1,2}$)(?!\d+(?:\.\d+){0,3}$)(?=(?:\D*\d){8,12}\D*(?:(?:x|ext\.?) ?\d+)?$)"
    r"\(?\d{1,5}\)?(?:[ ./-]{1,3}\(?\d{1,8}\)?){1,5}(?: ?(?:x|ext\.?) ?\d{1,5})?"
)
PLAIN = re.compile(r"\d{9,13}")
NAMED = re.compile(r"\(?(?:\+|00)?[ ]?\(?\d(?:[ ().\-/]{0,3}\d){6,14}(?: ?(?:x|ext\.?|#) ?\d{1,6})?", re.IGNORECASE)
#: Countries whose numbers are recognised as they are written at home; with the country's code those of all others are, too.
REGIONS = (
    "US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "SE", "NO", "DK", "FI", "PL", "CZ", "HU", "RO", "PT", "GR", "TR", "RU", "UA", "IE",
    "IN", "CN", "JP", "KR", "BR", "MX", "AR", "AU", "ZA", "EG", "SA", "AE", "IL",
)  # fmt: skip
#: Any number passes as one with a country's code this often at most.
CHANCE_INTERNATIONAL = 0.25
#: Values looked at to choose a country, values looked at in all, and fewer of them than decide.
TRIED, MOST_VALUES, FEWEST = 30, 300, 30
#: Share of the values that must look like numbers, where enough of them have separators and where they are plain digits; and be valid.
LEAST_WRITTEN, LEAST_PLAIN, LEAST_SEPARATED, LEAST_VALID = 0.5, 0.9, 0.2, 0.75
#: Plain digits may begin with a year, and are compared with others that begin alike.
KEPT = 2
#: Numbers with one and the same beginning may all be valid because it is.
LEAST_PREFIXES, MOST_OF_A_PREFIX = 3, 0.9
#: Digits of a number without its country's code.
LONGEST_AT_HOME = 11


def valid_in(region: str | None) -> Callable[[str], bool]:
    """Return whether numbers exist in the plan of a country; ``None`` for those that bring their country's code."""

    def valid(value: str) -> bool:
        import phonenumbers

        if region is None:
            value = f"+{value[2:]}" if value.startswith("00") else value if value.startswith("+") else f"+{value}"
        try:
            return bool(phonenumbers.is_valid_number(phonenumbers.parse(value, region)))
        except phonenumbers.NumberParseException:
            return False

    return valid


@dataclass(frozen=True)
class PhoneDetector:
    """Telephone numbers with the country's code, as they are written at home, or as plain digits."""

    kind: str = KIND

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""
        return sample.named(NAMES, NOT_NAMES)

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the values of a column tell."""
        named, n = self.suggested_by(sample), len(sample.values)
        if named:
            hits = [v for v in sample.values if NAMED.fullmatch(v)]
            if n and len(hits) / n >= LEAST_RATE_NAMED:
                return self._verdict(sample, Evidence.NAME_AND_VALUES, len(hits), n, hits[0])
        found = [v for v in (self._international(sample), self._of_one_country(sample)) if v is not None]
        if found:
            return max(found, key=lambda v: (v.evidence.finding, v.hits))
        return self._verdict(sample, Evidence.NAME, 0, n, "") if named and n >= LEAST_DISTINCT else None

    def _verdict(self, sample: ColumnSample, evidence: Evidence, hits: int, n: int, example: str) -> Verdict:
        # firms have telephones, too
        return Verdict(sample.column, KIND, evidence, self.suggested_by(sample), hits, n, example, of_a_person=False)

    def _international(self, sample: ColumnSample) -> Verdict | None:
        looked_at = sample.values[: MOST_VALUES * 2]
        candidates = [v for v in looked_at if INTERNATIONAL.fullmatch(v)]
        hits = [v for v in candidates if valid_in(None)(v)]
        if not hits or not beyond_chance(len(hits), len(candidates), CHANCE_INTERNATIONAL):
            return None
        evidence = Evidence.VALUES if len(hits) / len(looked_at) >= LEAST_RATE else Evidence.FEW_VALUES
        return self._verdict(sample, evidence, len(hits), len(looked_at), hits[0])

    def _of_one_country(self, sample: ColumnSample) -> Verdict | None:
        """Return whether the numbers, however they are written, are those of one country."""
        looked_at = sample.values[:MOST_VALUES]
        candidates = [v for v in looked_at if WRITTEN.fullmatch(v) or PLAIN.fullmatch(v) or INTERNATIONAL.fullmatch(v)]
        digits = [_digits(v) for v in candidates]
        plain = sum(v.isdigit() for v in candidates) > (1 - LEAST_SEPARATED) * len(candidates)
        least = LEAST_PLAIN if plain else LEAST_WRITTEN
        if not candidates or len(candidates) / len(looked_at) < least or (plain and len(candidates) < FEWEST):
            return None
        if articles(digits) or (plain and (times(digits) or running(digits))):
            return None
        regions, least_valid, kept = ((*REGIONS, None), LEAST_PLAIN, KEPT) if plain else (REGIONS, LEAST_VALID, 0)
        hits = _beyond_their_digits(candidates, regions, least_valid, kept)
        scattered = _scattered(hits, LEAST_PREFIXES if plain else 2)
        if not hits or (plain and not scattered):
            return None
        return self._verdict(sample, Evidence.VALUES if scattered else Evidence.FORM, len(hits), len(looked_at), hits[0])


def _beyond_their_digits(candidates: Sequence[str], regions: Sequence[str | None], least: float, kept: int) -> list[str]:
    """Return the numbers valid in the country that fits best, if they are more than the same digits in another order give; otherwise none."""
    tried = candidates[:TRIED]
    fits = {region: sum(map(valid_in(region), tried)) / len(tried) for region in regions}
    for region in [r for r in sorted(fits, key=lambda r: -fits[r]) if fits[r] >= least][:3]:
        valid = valid_in(region)
        hits = [v for v in candidates if valid(v)]
        drawn = random.Random(len(candidates))
        by_chance = sum(valid(_shuffled(v, drawn, kept)) for v in candidates)
        # the rate by chance is itself an estimate
        chance = (by_chance + 2) / (len(candidates) + 4)
        if len(hits) / len(candidates) >= least and beyond_chance(len(hits), len(candidates), chance):
            return hits
    return []


def _shuffled(value: str, drawn: random.Random, kept: int) -> str:
    """Return a value with its digits in another order: zeros in front and so many after them stay, and no other number gets a zero in front."""
    digits = _digits(value)
    front = len(digits) - len(digits.lstrip("0")) + kept
    rest = list(digits[front:])
    drawn.shuffle(rest)
    if not kept:
        leading = next((i for i, d in enumerate(rest) if d != "0"), 0)
        rest.insert(0, rest.pop(leading))
    new = iter(digits[:front] + "".join(rest))
    return "".join(next(new) if c.isdigit() else c for c in value)


def _scattered(values: Sequence[str], least: int) -> bool:
    """Return whether numbers begin in several ways."""
    digits = [_digits(v).lstrip("0") for v in values] or [""]
    # all numbers of a country begin with its code
    alike = [len({d[:k] for d in digits}) == 1 for k in (1, 2, 3)]
    code = sum(alike) if min(map(len, digits)) > LONGEST_AT_HOME else 0
    prefixes = [d[code : code + 3] for d in digits]
    most = max(map(prefixes.count, set(prefixes)))
    return len(set(prefixes)) >= least and most <= MOST_OF_A_PREFIX * len(prefixes)


def _digits(value: str) -> str:
    return "".join(c for c in value if c.isdigit())


PHONE = (PhoneDetector(),)
