"""Detectors of personal data, one kind of data each: what its values look like, and which of them pass by chance."""

from audit.checks.privacy.detectors.contact import CONTACT
from audit.checks.privacy.detectors.detector import Detector
from audit.checks.privacy.detectors.free_text import FREE_TEXT
from audit.checks.privacy.detectors.national_ids import NATIONAL_IDS
from audit.checks.privacy.detectors.payment import PAYMENT
from audit.checks.privacy.detectors.person import PERSON

#: The most telling kinds first: where a column fits two kinds equally well, the first one names it.
DETECTORS: tuple[Detector, ...] = (*CONTACT, *PAYMENT, *NATIONAL_IDS, *PERSON, *FREE_TEXT)
