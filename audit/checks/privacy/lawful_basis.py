"""The six grounds on which personal data may be processed, and what a contract says about them."""

import re
from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from audit.core.contract import Contract, Place

CLAUSE = "lawfulBasis"

#: Letter in Article 6(1) of the GDPR, what the ground is called, and other usual names, as :func:`plain` writes them.
GROUNDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a": ("consent", ("consent", "einwilligung", "consentement", "consentimiento", "consenso")),
    "b": ("contract", ("contract", "performanceofacontract", "performanceofcontract", "contractualnecessity", "vertrag", "contrat", "contrato")),
    "c": ("legal obligation", ("legalobligation", "rechtlicheverpflichtung", "obligationlegale", "obligationlégale", "obligacionlegal")),
    "d": ("vital interests", ("vitalinterest", "vitalinterests", "lebenswichtigeinteressen", "interetsvitaux", "intérêtsvitaux")),
    "e": ("public task", ("publictask", "publicinterest", "officialauthority", "oeffentlichesinteresse", "öffentlichesinteresse", "interetpublic")),
    "f": ("legitimate interests", ("legitimateinterest", "legitimateinterests", "berechtigtesinteresse", "berechtigteinteressen", "interetlegitime")),
}
#: An article as people write it: ``GDPR Art. 6(1)(f)``, ``6.1.f``, ``Art. 6 Abs. 1 lit. f DSGVO``.
ARTICLE = r"(?:gdpr|dsgvo|rgpd)?(?:art|article|artikel)?6(?:abs|par)?1(?:lit|point)?{letter}(?:(?:of)?(?:the)?(?:gdpr|dsgvo|rgpd))?"
#: Blanks and punctuation, written so that every engine reads it alike.
BETWEEN = r"[\s!-/:-@\[-`{-~§–]+"
#: A condition of Article 9(2), or the law or authority that Article 10 asks for.
SPECIAL = re.compile(r"\b(?:art\w*\.?|§)\s*(?:9|10)\b|\b9\s*[(.]\s*2\b|explicit\s+consent", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text in lower case without blanks and punctuation.

    >>> plain("Art. 6(1)(f) GDPR")
    'art61fgdpr'
    """
    return re.sub(BETWEEN, "", text.lower())


def plain_column(column: ir.StringValue) -> ir.StringValue:
    """Return a column of text as :func:`plain` would write it."""
    return column.lower().re_replace(BETWEEN, "")


def pattern(letter: str) -> str:
    """Return the regular expression that matches a plain text which names one ground and nothing else."""
    return rf"^(?:{'|'.join(GROUNDS[letter][1])}|{ARTICLE.format(letter=letter)})$"


def ground(text: str) -> str:
    """Return the letter of the ground that a text names and says no more, or nothing.

    >>> ground("legitimate interests"), ground("GDPR Art. 6(1)(a)"), ground("research")
    ('f', 'a', '')
    """
    return next((letter for letter in GROUNDS if re.match(pattern(letter), plain(text))), "")


def covers_special(text: str) -> bool:
    """Return whether a stated basis may cover special categories: one of the six grounds alone does not, since Article 9 asks for more.

    >>> covers_special("GDPR Art. 9(2)(j)"), covers_special("legitimate interests"), covers_special("statistics act, section 12")
    (True, False, True)
    """
    return bool(text) and (bool(SPECIAL.search(text)) or not ground(text))


def stated(owner: Mapping[str, Any]) -> str:
    """Return the basis that custom properties state, or nothing."""
    written = owner.get(CLAUSE)
    said = "" if written is None or isinstance(written, bool) else str(written).strip()
    return "" if said.casefold() in ("none", "unknown", "n/a", "tbd", "todo") else said


def of_table(contract: Contract) -> tuple[str, Place]:
    """Return the basis that the table or the contract states, and where."""
    return stated(contract.custom), contract.custom_place(CLAUSE)
