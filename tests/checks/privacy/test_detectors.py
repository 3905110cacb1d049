"""What each detector takes for its kind, and that its declared chance is what random values give."""

import random

import pytest

from audit.checks.privacy.column_sample import ColumnSample, name_words
from audit.checks.privacy.detectors import DETECTORS
from audit.checks.privacy.detectors.birth import days
from audit.checks.privacy.detectors.detector import FormDetector
from audit.checks.privacy.detectors.network import octets
from audit.checks.privacy.detectors.phone import INTERNATIONAL, NORTH_AMERICAN, WRITTEN, valid_in
from audit.checks.privacy.look_alikes import articles, running, times
from audit.checks.privacy.masking import mask

#: One value that is of each kind: test numbers of the issuers and standards, and reserved addresses.
GENUINE = {
    "e-mail address": ["ann@example.org", "a.b+c@sub.example.co.uk", "o'neil@example.com", "почта@пример.рф"],
    "payment card number": ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011111111111117", "30569309025904"],
    "bank account (IBAN)": ["GB82 WEST 1234 5698 7654 32", "DE89370400440532013000"],
    "national identity number (United States)": ["536-90-4399"],
    "national identity number (United Kingdom)": ["AB 12 34 56 C"],
    "national identity number (United Kingdom, NHS)": ["943 476 5870"],
    "national identity number (France)": ["2 95 10 99 126 111 93", "295109912611193"],
    "national identity number (Spain)": ["54362315K", "54362315-K"],
    "national identity number (Spain, residents)": ["X-2482300-W", "X2482300W"],
    "national identity number (Netherlands)": ["111222333"],
    "national identity number (Canada)": ["123-456-782"],
    "national identity number (Poland)": ["44051401359"],
    "national identity number (Switzerland)": ["756.9217.0769.85"],
    "national identity number (Belgium)": ["85.07.30-033.28"],
    "national identity number (Denmark)": ["211062-5629"],
    "national identity number (Finland)": ["131052-308T"],
    "national identity number (Sweden)": ["880320-0016"],
    "national identity number (Norway)": ["151086 95088"],
    "national identity number (Iceland)": ["450401-3150"],
    "national identity number (India)": ["2341 2341 2346"],
    "national identity number (Türkiye)": ["17291716060"],
    "national identity number (China)": ["11010519491231002X"],
    "national identity number (Korea)": ["971013-9019902"],
    "national identity number (South Africa)": ["7503305044089"],
    "national identity number (Romania)": ["1630615123457"],
    "national identity number (Bulgaria)": ["7523169263"],
    "national identity number (Czechia)": ["710319/2745"],
    "national identity number (Estonia and Lithuania)": ["36805280109"],
    "national identity number (Croatia)": ["33392005961"],
    "national identity number (Slovenia)": ["0101006500006"],
    "national identity number (Greece)": ["01013099997"],
    "national identity number (Thailand)": ["1-2345-45678-78-1"],
    "national identity number (Malaysia)": ["770305-02-1234"],
    "national identity number (Chile)": ["12.531.909-2"],
    "national identity number (Mexico)": ["BOXW310820HNERXN09"],
    "tax number (Germany)": ["36 574 261 809"],
    "tax number (Italy)": ["RCCMNL83S18D969H"],
    "tax number (Brazil)": ["390.533.447-05"],
    "tax number (United States, individual)": ["912-90-3456"],
    "tax number (France)": ["07 01 987 765 493"],
    "tax number (United Kingdom)": ["19558 39661"],
    "tax number (India)": ["ABMPA3211G"],
    "tax number (Russia)": ["123456789047"],
    "tax number (Mexico)": ["GODE 561231 GR8"],
    "tax number (Ireland)": ["6433435F"],
    "tax number (Argentina)": ["20-05536168-2"],
    "tax number (Portugal)": ["123456789"],
    "tax number (Australia)": ["123 456 782"],
    "IP address": ["2001:db8::1"],
    "postal address": [
        "12 Main Street", "221B Baker St., London", "Unter den Linden Allee 5", "Hauptstraße 12a, 50667 Köln", "10 rue de Rivoli, Paris",
        "Calle Mayor, 5", "via Garibaldi 12", "ul. Marszałkowska 15/3", "Atatürk Caddesi 12", "Storgatan 5", "ул. Ленина, д. 5",
        "北京市朝阳区建国路88号",
        "東京都港区芝5丁目7番1号", "شارع التحرير 12", "1108 ROSS CLARK CIRCLE", "Flat 3\nBaker Oval",
    ],
    "postal code": ["SW1A 1AA", "K1A 0B1", "1234 AB"],
}  # fmt: skip

NEVER = [
    "", "x", "12", "2025-01-31", "2025-01-31 12:30:00", "12:30:59", "999.1.1.1", "aa:bb:cc:dd:ee:ff",
    "4111111111111112", "1234567890123456", "+12345678.90", "3.14159", "a@b", "@handle", "price @ 5.00", "00123456789012", "c7_v0001",
    "978-3-16-148410-0", "0-306-40615-2", "ID0123456789", "192.168.0", "DE89370400440532013001", "AB123456Z", "54362315A", "12345678",
    "1e10", "-1", "N/A", "Street", "5 apples", "1600x1200", "logo@2x.png", "12 way head Square Frame", "4 piece Place Mat",
]  # fmt: skip


def kinds_of(value):
    forms = [d for d in DETECTORS if isinstance(d, FormDetector)]
    return {d.kind for d in forms if d.form is not None and d.form.fullmatch(value) and d.valid(value)}


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, values in GENUINE.items() for v in values])
def test_genuine_values(kind, value):
    assert kind in kinds_of(value)


@pytest.mark.parametrize("value", NEVER)
def test_values_of_no_kind(value):
    assert kinds_of(value) == set()


def test_every_kind_that_is_enough_for_a_finding_has_a_genuine_value():
    assert {d.kind for d in DETECTORS if isinstance(d, FormDetector) and d.form is not None and d.sure} <= set(GENUINE)


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
        "4999999999999999", "5199999999999999", "199999999999999999", "DE99999999999999999999", "GB99AAAA99999999999999", "999-99-9999", "AA999999A",
        "999 999 9999", "99 999 999 999", "999999999", "9999999999", "99999999999", "999999999999", "9999999999999", "199999999999999", "99999999A",
        "X9999999A", "AAAAAA99A99A999A", "999-999-999", "999.999.999-99", "756.9999.9999.99", "99.99.99-999.99", "999999-9999", "999999-999A",
        "999999 99999", "9999 9999 9999", "999999-9999999", "999999/9999", "99999999-9", "AAAA999999AAAAAA99", "9-9999-99999-99-9", "999999-99-9999",
        "99999 99999", "999 999 999", "AAAAA9999A", "AAAA999999AA9", "9999999AA", "20-99999999-9", "999-999-99-99", "AA999999999",
    ],
)  # fmt: skip
def test_no_more_random_values_pass_than_a_detector_says(pattern):
    values = [fill(pattern) for _ in range(600)]
    for detector in (d for d in DETECTORS if isinstance(d, FormDetector) and d.form is not None):
        candidates = [v for v in values if detector.form.fullmatch(v)]
        if len(candidates) < 50 or detector.kind == "postal code":
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
        ("Address1", "_address_1_"),
        ("ipv4", "_ipv4_"),
        ("почта", "_почта_"),
        ("%", "__"),
    ],
)
def test_words_of_a_name(column, words):
    assert name_words(column) == words


@pytest.mark.parametrize(
    ("column", "suggested"),
    [
        ("ip_address", {"IP address"}),
        ("mobile_id", set()),
        ("business_phone", {"telephone number"}),
        ("using", set()),
        ("caddress", set()),
        ("geburtsdatum", {"date of birth"}),
        ("nazwisko", {"name of a person"}),
        ("product_name", set()),
        ("email_opt_in", set()),
    ],
)
def test_a_name_suggests_a_kind_by_whole_words(column, suggested):
    assert {d.kind for d in DETECTORS if d.suggested_by(ColumnSample(column, (), 0))} == suggested


@pytest.mark.parametrize(
    "value",
    ["+44 20 7946 0018", "+1 (212) 555-0123", "0049 30 901820", "212-555-0123", "(212) 555-0123", "01 42 34 56 78", "030 / 90 18 20 00",
     "(+20) 1263327740"],
)  # fmt: skip
def test_telephone_numbers_as_they_are_written(value):
    assert INTERNATIONAL.fullmatch(value) or NORTH_AMERICAN.fullmatch(value) or WRITTEN.fullmatch(value)
    assert any(valid_in(region)(value) for region in (None, "US", "FR", "DE", "EG"))


@pytest.mark.parametrize("value", ["31.12.2024", "12/31/24", "2024-12-31", "1.2.3.4", "123.45", "12:30:59"])
def test_neither_days_nor_versions_are_telephone_numbers(value):
    assert INTERNATIONAL.fullmatch(value) is None
    assert WRITTEN.fullmatch(value) is None


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("203.0.113.7", (203, 0, 113, 7)),
        ("10.0.0.1:8080", (10, 0, 0, 1)),
        ("256.1.1.1", None),
        ("0.1.2.3", None),
        ("01.2.3.4", None),
        ("1.2.3", None),
    ],
)
def test_internet_addresses(value, numbers):
    assert octets(value) == numbers


def test_days_are_read_as_they_are_written():
    assert [str(d) for d in days(["31.01.1980", "5.2.1999", "x"])] == ["1980-01-31", "1999-02-05", "None"]
    assert [str(d) for d in days(["01/31/1980", "05/02/1999"])] == ["1980-01-31", "1999-05-02"]
    assert [str(d) for d in days(["1980-01-31T00:00:00", "19800131", "1980年1月31日", "1980-02-30"])] == ["1980-01-31"] * 3 + ["None"]


def test_numbers_that_are_others():
    assert times(["1700000000", "1700000001", "1650000000000"])
    assert not times(["2125550123", "9999999999"])
    assert articles(["4006381333931", "9783161484100", "0306406152", "043000181706"])
    assert not articles(["4006381333932"])
    assert running([str(2_125_550_000 + 7 * k) for k in range(100)])
    assert not running(["2125550123", "9175550123"])
    assert not running(["x"])


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("user12@example.com", "u***@e***.com"),
        ("4111 1111 1111 1111", "4*** **** **** ****"),
        ("(212) 555-0123", "(2**) ***-****"),
        ("write to ann@example.org please", "w**** ** ***@*******.**…"),
        ("李雷", "李*"),
        ("12 High St\n London", "1* **** ** ******"),
        ("", ""),
        ("--", "--"),
    ],
)
def test_masks_show_the_kind_and_not_the_value(value, masked):
    assert mask(value) == masked
