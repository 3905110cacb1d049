"""What each detector takes for its kind, and that its declared chance is what random values give."""

import random

import pytest

from audit.checks.privacy.detectors import DETECTORS
from audit.checks.privacy.detectors.detector import name_words
from audit.checks.privacy.masking import mask

#: One value that is of each kind: test numbers of the issuers and standards, telephone numbers set aside for fiction, reserved addresses.
GENUINE = {
    "e-mail address": ["ann@example.org", "a.b+c@sub.example.co.uk", "o'neil@example.com", "почта@пример.рф"],
    "telephone number": [
        "+44 20 7946 0018",
        "+1 (212) 555-0123",
        "0049 30 901820",
        "212-555-0123",
        "(212) 555-0123",
        "01 42 34 56 78",
        "030 / 90 18 20 00",
    ],
    "payment card number": ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011111111111117", "30569309025904"],
    "bank account (IBAN)": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
    "national identity number (United States)": ["536-90-4399"],
    "national identity number (United Kingdom)": ["AB 12 34 56 C"],
    "national identity number (United Kingdom, NHS)": ["943 476 5870"],
    "national identity number (Germany)": ["36 574 261 809"],
    "national identity number (France)": ["2 95 10 99 126 111 93", "295109912611193"],
    "national identity number (Spain)": ["54362315K", "54362315-K"],
    "national identity number (Spain, residents)": ["X-2482300-W", "X2482300W"],
    "national identity number (Italy)": ["RCCMNL83S18D969H"],
    "national identity number (Canada)": ["123-456-782", "123 456 782"],
    "national identity number (Brazil)": ["390.533.447-05"],
    "national identity number (Switzerland)": ["756.9217.0769.85"],
    "national identity number (Belgium)": ["85.07.30-033.28"],
    "national identity number (Denmark)": ["211062-5629"],
    "national identity number (Finland)": ["131052-308T"],
    "national identity number (Sweden)": ["880320-0016"],
    "national identity number (Norway)": ["151086 95088"],
    "national identity number (India)": ["2341 2341 2346"],
    "IP address": ["203.0.113.7", "2001:db8::1"],
    "postal address": [
        "12 Main Street",
        "221B Baker St., London",
        "Unter den Linden Allee 5",
        "Hauptstraße 12a, 50667 Köln",
        "10 rue de Rivoli, Paris",
        "Calle Mayor, 5",
    ],
    "contact details in free text": ["write to ann@example.org please", "call +44 20 7946 0018 at noon", "his number is 212-555-0123, ask him"],
}

NEVER = [
    "", "x", "12", "2025-01-31", "2025-01-31 12:30:00", "12:30:59", "1.2.3.4", "10.0.0.1", "999.1.1.1", "aa:bb:cc:dd:ee:ff",
    "4111111111111112", "1234567890123456", "+12345678.90", "3.14159", "a@b", "@handle", "price @ 5.00", "00123456789012", "c7_v0001",
    "978-3-16-148410-0", "0-306-40615-2", "ID0123456789", "192.168.0", "DE89370400440532013001", "AB123456Z", "54362315A", "12345678",
    "1e10", "-1", "N/A", "Street", "5 apples", "1600x1200",
]  # fmt: skip


def kinds_of(value):
    return {d.kind for d in DETECTORS if d.form is not None and d.sure and d.form.fullmatch(value) and d.valid(value)}


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, values in GENUINE.items() for v in values])
def test_genuine_values(kind, value):
    assert kind in kinds_of(value)


@pytest.mark.parametrize("value", NEVER)
def test_values_of_no_kind(value):
    assert kinds_of(value) == set()


def test_every_kind_that_has_a_form_has_a_genuine_value():
    assert {d.kind for d in DETECTORS if d.form is not None and d.sure} == set(GENUINE)


DRAWN = random.Random(11)


def fill(pattern):
    """Return a random value: ``9`` a digit, ``A`` a letter, ``1`` a digit from 1 to 9, everything else as it stands."""
    return "".join(
        DRAWN.choice("0123456789")
        if c == "9"
        else DRAWN.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if c == "A"
        else DRAWN.choice("123456789")
        if c == "1"
        else c
        for c in pattern
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "+19999999", "+1999999999", "+19999999999", "+199999999999", "199-999-9999", "099 9999999", "09 99 99 99 99", "0999 9999999",
        "4999999999999999", "5199999999999999", "DE99999999999999999999", "GB99AAAA99999999999999", "999-99-9999", "AA999999A",
        "999 999 9999", "99 999 999 999", "199999999999999", "99999999A", "X9999999A", "AAAAAA99A99A999A", "999-999-999", "999.999.999-99",
        "756.9999.9999.99", "99.99.99-999.99", "999999-9999", "999999-999A", "999999 99999", "9999 9999 9999",
    ],
)  # fmt: skip
def test_no_more_random_values_pass_than_a_detector_says(pattern):
    values = [fill(pattern) for _ in range(600)]
    for detector in DETECTORS:
        candidates = [v for v in values if detector.form is not None and detector.form.fullmatch(v)]
        if len(candidates) < 50 or not detector.sure:
            continue
        passed = sum(detector.valid(v) for v in candidates)
        # four standard deviations of a count of that chance
        slack = 4 * (len(candidates) * detector.chance * (1 - detector.chance)) ** 0.5
        assert passed <= len(candidates) * detector.chance + slack, (detector.kind, passed, len(candidates))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("dateOfBirth", "_date_of_birth_"),
        ("E-Mail", "_e_mail_"),
        ("Customer.first name", "_customer_first_name_"),
        ("SSN", "_ssn_"),
        ("почта", "_почта_"),
        ("%", "__"),
    ],
)
def test_words_of_a_name(column, words):
    assert name_words(column) == words


@pytest.mark.parametrize(
    ("column", "suggested"),
    [("ip_address", {"IP address"}), ("mobile_id", set()), ("business_phone", {"telephone number"}), ("using", set()), ("caddress", set())],
)
def test_a_name_suggests_a_kind_by_whole_words(column, suggested):
    assert {d.kind for d in DETECTORS if d.suggested_by(column)} == suggested


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("user12@example.com", "u***@e***.com"),
        ("4111 1111 1111 1111", "4*** **** **** ****"),
        ("(212) 555-0123", "(2**) ***-****"),
        ("write to ann@example.org please", "w**** ** ***@*******.**…"),
        ("李雷", "李*"),
        ("", ""),
        ("--", "--"),
    ],
)
def test_masks_show_the_kind_and_not_the_value(value, masked):
    assert mask(value) == masked
