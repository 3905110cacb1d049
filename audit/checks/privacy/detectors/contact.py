"""Addresses at which a person can be reached: e-mail, telephone, street, network."""

import re

from audit.checks.privacy.detectors.detector import Detector

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
INTERNATIONAL_PHONE = re.compile(r"(?:\+|00(?=.{0,6}[ ().\-/]))[ ]?[1-9](?:[ ().\-/]{0,2}\d){7,14}")
NORTH_AMERICAN_PHONE = re.compile(r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}")
NATIONAL_PHONE = re.compile(r"(?=(?:\D*\d){9,12}\D*$)\(?0\d{1,4}\)?(?:[ ./-]+\d{2,8}){1,5}")
#: Countries whose telephone numbers start with 0.
TRUNK_ZERO = ("GB", "FR", "DE", "NL", "IT")
IPV4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
IPV6 = re.compile(r"(?=[^:]*:[^:]*:)[0-9A-Fa-f:]{3,39}")
#: Numbers up to this, four in a row, read like a version ("1.2.3.4") rather than like an address.
LARGEST_VERSION_PART = 31

_STREET = (
    r"street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|square|sq|way|terrace|crescent|parkway|pkwy|highway|hwy|close"
)
_WEG = r"stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|ring|ufer|damm|straat|laan|plein|gracht|kade"
_RUE = r"rue|avenue|boulevard|bd|place|chemin|impasse|allée|quai|calle|avenida|plaza|paseo|via|viale|piazza|corso|rua"
STREET = re.compile(
    # most values are told apart by this first look: a number and several words
    rf"(?=\S+ )(?=.*\d)(?:\d{{1,5}}[a-z]?,? (?:[\w.'’-]+ ){{1,4}}(?:{_STREET})\b\.?.*"
    rf"|[\w.'’ -]*?(?:{_WEG}) \d{{1,4}} ?[a-z]?(?:\W.*)?"
    rf"|\d{{1,5}} ?(?:bis|ter)?,? (?:{_RUE}) [\w.'’ -]{{3,60}}.*"
    rf"|(?:{_RUE}) [\w.'’ -]{{3,60}},? (?:n[º°.] ?)?\d{{1,5}}(?:\W.*)?)",
    re.IGNORECASE,
)


def valid_international(value: str) -> bool:
    """Return whether the number exists in the numbering plan of its country."""
    return _valid_phone(f"+{value[2:]}" if value.startswith("00") else value, None)


def valid_north_american(value: str) -> bool:
    """Return whether area code and exchange exist."""
    return _valid_phone(value, "US")


def valid_national(value: str) -> bool:
    """Return whether the number exists in one of a few countries."""
    return any(_valid_phone(value, country) for country in TRUNK_ZERO)


def public_looking_ipv4(value: str) -> bool:
    """Return whether four numbers are an IPv4 address and do not read like a version number."""
    parts = [int(p) for p in value.split(".")]
    return max(parts) <= 255 and max(parts) > LARGEST_VERSION_PART and parts[0] > 0


def valid_ipv6(value: str) -> bool:
    """Return whether the text is an IPv6 address."""
    from ipaddress import AddressValueError, IPv6Address

    try:
        return IPv6Address(value) is not None
    except AddressValueError:
        return False


def _valid_phone(value: str, country: str | None) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(value, country)))
    except phonenumbers.NumberParseException:
        return False


_PHONE = (
    "phone",
    "phone_number",
    "telephone",
    "tel",
    "mobile",
    "cell_phone",
    "cellphone",
    "fax",
    "msisdn",
    "telefon",
    "handy",
    "gsm",
    "phonenumber",
)
_NO_PHONE = ("id", "model", "brand", "type", "plan", "count", "os", "calls", "minutes")
_PLAIN_PHONE = re.compile(r"(?:\+|00)?\(?\d(?:[ ().\-/]{0,2}\d){6,14}")

CONTACT: tuple[Detector, ...] = (
    Detector("e-mail address", EMAIL, names=("email", "e_mail", "mail", "email_address", "emailaddress", "courriel", "correo")),
    Detector("telephone number", INTERNATIONAL_PHONE, valid_international, 0.25, _PHONE, _NO_PHONE),
    Detector("telephone number", NORTH_AMERICAN_PHONE, valid_north_american, 0.6, _PHONE, _NO_PHONE),
    Detector("telephone number", NATIONAL_PHONE, valid_national, 0.92, _PHONE, _NO_PHONE),
    Detector("telephone number", None, names=_PHONE, not_names=_NO_PHONE, named_form=_PLAIN_PHONE),
    Detector("IP address", IPV4, public_looking_ipv4, names=("ip", "ip_address", "ipaddress", "ipv4")),
    Detector("IP address", IPV6, valid_ipv6, names=("ip", "ip_address", "ipaddress", "ipv6")),
    Detector(
        "postal address",
        STREET,
        names=("address", "street", "addr", "street_address", "address_line", "adresse", "anschrift", "strasse", "straße", "direccion", "indirizzo"),
        not_names=("ip", "email", "mail", "mac", "web", "wallet", "memory"),
        named_form=re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{6,120}"),
    ),
)
