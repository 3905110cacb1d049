"""Text in which people are written to or about."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors.mail import EMAIL, persons_email
from audit.checks.privacy.detectors.national_ids import valid_nino
from audit.checks.privacy.detectors.payment import valid_card, valid_iban
from audit.checks.privacy.detectors.phone import INTERNATIONAL, NORTH_AMERICAN, valid_in
from audit.checks.privacy.verdict import Evidence, Verdict, beyond_chance

#: Words around what is found, without which it is no text; passages looked at; and how improbable so many valid ones must be by chance.
LEAST_WORDS, MOST_PASSAGES, CHANCE = 3, 500, 0.02
_SEVERAL = re.compile(r"\w\W+\w")
_WORD = re.compile(r"[^\W\d_]{2,}")


def alone(pattern: str) -> re.Pattern[str]:
    """Return a pattern that is no part of a longer number or word."""
    return re.compile(rf"(?<![\w.+@/-])(?:{pattern})(?![\w@-])")


@dataclass(frozen=True)
class Passage:
    """Something that texts may hold.

    Parameters
    ----------
    what : str
        What it is called.
    hint : re.Pattern
        A cheap first look.
    form : re.Pattern
        What to search for.
    valid : callable
        Whether it really is one.
    chance : float
        Share of random passages of the form that pass.
    least : int
        Distinct passages that are enough.
    sure : bool
        Whether they are more than a suspicion.
    alone : bool
        Whether they tell even without words around them.
    """

    what: str
    hint: re.Pattern[str]
    form: re.Pattern[str]
    valid: Callable[[str], bool]
    chance: float = 0.0
    least: int = 2
    sure: bool = True
    alone: bool = False


_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_FIRST = r"[A-ZÀ-ÞŁŚŻŹĆÇŞĞİÖÜ][\w'’-]+"
PASSAGES = (
    Passage("e-mail address", re.compile("@"), EMAIL, persons_email, alone=True),
    Passage("telephone number", re.compile(r"\+"), alone(INTERNATIONAL.pattern), valid_in(None), 0.25),
    Passage("telephone number", _DIGITS, alone(NORTH_AMERICAN.pattern), valid_in("US"), 0.6),
    Passage("payment card number", _DIGITS, alone(r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}|3\d{3}([ -]?)\d{6}\2\d{5}"), valid_card, 0.1),
    Passage("bank account (IBAN)", _DIGITS, alone(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?"), valid_iban, 0.02),
    Passage("national identity number", _DIGITS, alone(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), valid_nino, 0.5),
    Passage(
        "national identity number",
        re.compile(r"ssn|social security", re.IGNORECASE),
        re.compile(r"(?<=\W)\d{3}-\d{2}-\d{4}(?!\w)"),
        lambda value: value[:3] not in ("000", "666") and value[0] != "9",
    ),
    Passage(
        "date of birth",
        re.compile(r"born|birth|\bdob\b|geb\.|geboren|né[e]? le|nacid|nat[oa] il", re.IGNORECASE),
        re.compile(r"(?:born|birth|dob|geb\.|geboren|née? le|nacid[oa]|nat[oa] il)\D{0,15}\d{1,4}[./-]\d{1,2}[./-]\d{2,4}", re.IGNORECASE),
        lambda value: True,
    ),
    Passage(
        "postal address",
        re.compile(r"\d"),
        re.compile(
            rf"(?<![\w.])\d{{1,4}}[a-z]? (?:{_FIRST} ){{1,2}}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Boulevard|Blvd|Court|Terrace|Crescent)\b"
            rf"|{_FIRST}(?:stra(?:ß|ss)e|weg|gasse|allee|str\.) \d{{1,3}}\b|\d{{1,3}},? (?:rue|avenue|boulevard|chemin) [\w'’ -]{{0,12}}[A-Z]\w+"
            rf"|\b(?:calle|avenida|via|viale|piazza|ul\.) {_FIRST}(?: {_FIRST})?,? \d{{1,3}}\b"
        ),
        lambda value: True,
    ),
    Passage(
        "name of a person",
        re.compile(r"\b(?:Mrs?|Ms|Dr|Herr|Frau|Mme|Madame|Monsieur|Sra?|Sig)\b"),
        re.compile(rf"\b(?:Mrs?\.?|Ms\.?|Dr\.|Herrn?|Frau|Mme|Madame|Monsieur|Sra?\.|Sig\.) {_FIRST}"),
        lambda value: True,
        least=5,
        sure=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class FreeTextDetector:
    """Texts that hold addresses, numbers or names of persons."""

    kind: str = "personal data in free text"

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind: none does."""
        return False

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the texts of a column hold; the kind of passage that is found most names the verdict."""
        texts = [v for v in sample.values if len(v) > 11 and _SEVERAL.search(v)]
        if not texts:
            return None
        found = [v for p in PASSAGES if (v := self._passage(p, texts, sample)) is not None]
        return max(found, key=lambda v: (v.evidence.finding, v.hits), default=None)

    def _passage(self, passage: Passage, texts: list[str], sample: ColumnSample) -> Verdict | None:
        found = [(t, m) for t in texts if passage.hint.search(t) for m in passage.form.finditer(t)]
        candidates = [(t, m[0]) for t, m in found if _around(t, m) or (passage.alone and m[0] != t)][:MOST_PASSAGES]
        hits = [(t, p) for t, p in candidates if passage.valid(p)]
        if not beyond_chance(len(hits), len(candidates), passage.chance, CHANCE):
            return None
        holding = len(dict.fromkeys(t for t, _ in hits))
        several = len({p for _, p in hits}) >= passage.least
        if not (several or passage.sure):
            return None
        evidence = Evidence.FORM if not passage.sure else Evidence.VALUES if several else Evidence.FEW_VALUES
        return Verdict(sample.column, f"{passage.what} in free text", evidence, False, holding, len(sample.values), hits[0][1])


def _around(text: str, found: re.Match[str]) -> bool:
    """Return whether there are words around what was found."""
    return len(_WORD.findall(text[: found.start()] + text[found.end() :])) >= LEAST_WORDS


FREE_TEXT = (FreeTextDetector(),)
