"""Text in which people are written to or about."""

import re

from audit.checks.privacy.detectors.contact import EMAIL, INTERNATIONAL_PHONE, NORTH_AMERICAN_PHONE, valid_international, valid_north_american
from audit.checks.privacy.detectors.detector import Detector

#: Several words.
TEXT = re.compile(r"(?=.{12})\S+(?:\s+\S+)+", re.DOTALL)
NOT_IN_A_NUMBER = r"(?<![\w.+-])(?:{})(?![\w-])"
_INTERNATIONAL = re.compile(NOT_IN_A_NUMBER.format(INTERNATIONAL_PHONE.pattern))
_NORTH_AMERICAN = re.compile(NOT_IN_A_NUMBER.format(NORTH_AMERICAN_PHONE.pattern))


def holds_contact(value: str) -> bool:
    """Return whether a text contains an e-mail address or a telephone number with separators."""
    if "@" in value and EMAIL.search(value):
        return True
    if any(valid_international(found) for found in _INTERNATIONAL.findall(value)):
        return True
    return any(valid_north_american(found) for found in _NORTH_AMERICAN.findall(value))


FREE_TEXT: tuple[Detector, ...] = (Detector("contact details in free text", TEXT, holds_contact),)
