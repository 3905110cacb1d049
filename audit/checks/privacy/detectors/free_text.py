"""Text in which people are written to or about."""

import re

from audit.checks.privacy.detectors.contact import EMAIL, INTERNATIONAL_PHONE, NORTH_AMERICAN_PHONE, valid_international, valid_north_american
from audit.checks.privacy.detectors.detector import Detector

KIND = "contact details in free text"


def _text_with(found: str) -> re.Pattern[str]:
    """Return the form of a text of several words, one of them of letters, that contains something."""
    return re.compile(rf"(?=.{{12}})(?=\S+\s+\S)(?=.*(?<!\S)[^\W\d_]{{2,}}(?!\S))(?=.*{found}).*", re.DOTALL)


def _alone(pattern: str) -> str:
    """Return a pattern that is no part of a longer number or word."""
    return rf"(?<![\w.+-])(?:{pattern})(?![\w-])"


_INTERNATIONAL, _NORTH_AMERICAN = re.compile(_alone(INTERNATIONAL_PHONE.pattern)), re.compile(_alone(NORTH_AMERICAN_PHONE.pattern))


def holds_email(value: str) -> bool:
    """Return whether a text contains an e-mail address."""
    return EMAIL.search(value) is not None


def holds_international(value: str) -> bool:
    """Return whether a text contains a telephone number with its country code."""
    return any(valid_international(found) for found in _INTERNATIONAL.findall(value))


def holds_north_american(value: str) -> bool:
    """Return whether a text contains a North American telephone number."""
    return any(valid_north_american(found) for found in _NORTH_AMERICAN.findall(value))


FREE_TEXT: tuple[Detector, ...] = (
    Detector(KIND, _text_with(r"\w@\w"), holds_email),
    Detector(KIND, _text_with(_INTERNATIONAL.pattern), holds_international, 0.25),
    Detector(KIND, _text_with(_NORTH_AMERICAN.pattern), holds_north_american, 0.6),
)
