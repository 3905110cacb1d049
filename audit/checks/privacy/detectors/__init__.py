"""Detectors of personal data, one kind of data each: what its values look like, and which of them pass by chance."""

from audit.checks.privacy.detectors.birth import BIRTH
from audit.checks.privacy.detectors.detector import Detector
from audit.checks.privacy.detectors.free_text import FREE_TEXT
from audit.checks.privacy.detectors.mail import MAIL
from audit.checks.privacy.detectors.national_ids import NATIONAL_IDS, TAX_NUMBERS
from audit.checks.privacy.detectors.network import NETWORK
from audit.checks.privacy.detectors.payment import PAYMENT
from audit.checks.privacy.detectors.person import PERSON
from audit.checks.privacy.detectors.phone import PHONE
from audit.checks.privacy.detectors.postal_code import POSTAL_CODES
from audit.checks.privacy.detectors.street import STREETS

#: Where two kinds have the same check digits, as those of Germany and Croatia, the one with more rules besides is the right one.
NUMBERS = tuple(sorted((*NATIONAL_IDS, *TAX_NUMBERS), key=lambda d: d.chance))

#: The most telling kinds first: where a column fits two kinds equally well, the first one names it.
DETECTORS: tuple[Detector, ...] = (
    *MAIL, *PAYMENT, *NUMBERS, *NETWORK, *PHONE, *BIRTH, *STREETS, *PERSON, *POSTAL_CODES, *FREE_TEXT,
)  # fmt: skip
