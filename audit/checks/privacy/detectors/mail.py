"""E-mail addresses."""

import re

from audit.checks.privacy.detectors.detector import FormDetector

KIND = "e-mail address"
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
#: What follows the last dot in names of files and programs rather than of domains.
_FILES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|css|scss|js|jsx|ts|tsx|json|html?|xml|ya?ml|txt|csv|zip|gz|whl|jar|dll|exe)$", re.IGNORECASE)
#: Mailboxes of offices, which tell nobody's name.
_OFFICE = re.compile(
    r"(?:info|support|sales|contact|kontakt|contacto|contatto|office|admin|help|helpdesk|hello|mail|no-?reply|do-?not-?reply|service|services|team|git"
    r"|webmaster|postmaster|abuse|press|jobs|careers|billing|orders|news|newsletter|privacy|security|marketing|enquiries|inquiries|feedback|root)@.*",
    re.IGNORECASE,
)


def valid_email(value: str) -> bool:
    """Return whether an address ends like a domain and not like a file."""
    return _FILES.search(value) is None


def persons_email(value: str) -> bool:
    """Return whether an address is not one of an office."""
    return valid_email(value) and _OFFICE.fullmatch(value) is None


MAIL = (
    FormDetector(
        KIND,
        EMAIL,
        valid_email,
        names=("email", "e_mail", "mail", "email_address", "emailaddress", "mailaddress", "courriel", "correo", "eposta", "e_posta", "poczta"),
        not_names=("opt", "optin", "count", "sent", "status", "type", "template", "subject", "body", "domain"),
        rare_form=True,
    ),
)
