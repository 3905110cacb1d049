"""Numbers that money moves by: payment cards and bank accounts."""

import re

from audit.checks.privacy.detectors.detector import FormDetector

#: Issuer prefix and length of the common cards: Visa, Mastercard, American Express, Discover, UnionPay, JCB, Diners Club, Maestro.
PREFIX_AND_LENGTH = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17}|35\d{14}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|6(?:304|759|76[1-3])\d{12}"
)
CARD = re.compile(r"\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|3\d{3}([ -])\d{6}\2\d{4,5}")
IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE)


def valid_card(value: str) -> bool:
    """Return whether issuer prefix, length and Luhn digit fit."""
    from stdnum import luhn

    digits = value.replace(" ", "").replace("-", "")
    return PREFIX_AND_LENGTH.fullmatch(digits) is not None and bool(luhn.is_valid(digits))


def valid_iban(value: str) -> bool:
    """Return whether country, length and check digits fit (ISO 13616); those that banks of a country add are left out."""
    from stdnum import iban

    return bool(iban.is_valid(value, check_country=False))


PAYMENT = (
    # one random number in ten passes Luhn's check, and fewer have an issuer's prefix
    FormDetector(
        "payment card number",
        CARD,
        valid_card,
        0.1,
        ("card", "card_number", "cardnumber", "card_no", "credit_card", "creditcard", "cc", "cc_number", "ccnum", "pan", "kreditkarte"),
        ("type", "brand", "holder", "expiry", "expires", "issuer", "network", "count", "id", "status", "limit", "name"),
    ),
    # check digits modulo 97; firms have accounts, too
    FormDetector(
        "bank account (IBAN)", IBAN, valid_iban, 0.02, ("iban", "bank_account", "account_iban", "kontonummer"), ("type", "count"), of_a_person=False
    ),
)
