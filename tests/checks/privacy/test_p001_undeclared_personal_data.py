import random
import uuid
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from stdnum import luhn

from audit.checks.privacy.p001_undeclared_personal_data import UndeclaredPersonalData
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

DRAWN = random.Random(5)
N = 400


def digits(n):
    return "".join(DRAWN.choice("0123456789") for _ in range(n))


def cards():
    return [(body := f"4{digits(14)}") + luhn.calc_check_digit(body) for _ in range(N)]


def iban():
    from stdnum import iban

    account = digits(18)
    return f"DE{iban.calc_check_digits(f'DE00{account}')}{account}"


def person_number():
    return f"{DRAWN.randint(100, 665)}-{DRAWN.randint(10, 99)}-{DRAWN.randint(1000, 9999)}"


PERSONAL = {
    "e-mail address": [f"user{k}@example.com" for k in range(N)],
    "telephone number": [f"+1 {area} 555 {k:04d}" for k in range(N // 4) for area in (212, 305, 415, 617)],
    "payment card number": cards(),
    "bank account (IBAN)": [iban() for _ in range(N)],
    "national identity number (United States)": [person_number() for _ in range(N)],
    "IP address": [f"203.0.113.{k % 256}" if k < 256 else f"198.51.100.{k % 256}" for k in range(N)],
    "postal address": [f"{k} Main Street" for k in range(1, N)],
    "e-mail address in free text": [f"Please call or write to person{k}@example.org before noon" for k in range(N)],
}

HARMLESS = {
    "order": [f"ID{digits(10)}" for _ in range(N)],
    "sixteen_digits": [f"4{digits(15)}" for _ in range(N)],
    "counted_up": [str(4_000_000_000_000_000 + k) for k in range(N)],
    "whole": [int(digits(9)) for _ in range(N)],
    "large": [4_000_000_000_000_000 + k for k in range(N)],
    "microseconds": [1_700_000_000_000_000 + 1_000_003 * k for k in range(N)],
    "zip": [f"{DRAWN.randint(1, 99_999):05d}" for _ in range(N)],
    "zip4": [f"{digits(5)}-{digits(4)}" for _ in range(N)],
    "amount": [f"{DRAWN.randint(1, 10**9)}.{digits(2)}" for _ in range(N)],
    "signed": [f"+{DRAWN.randint(1, 10**9)}.{digits(2)}" for _ in range(N)],
    "uuid": [str(uuid.UUID(int=DRAWN.getrandbits(128))) for _ in range(N)],
    "sha": [f"{DRAWN.getrandbits(256):064x}" for _ in range(N)],
    "mac": [":".join(f"{DRAWN.getrandbits(8):02x}" for _ in range(6)) for _ in range(N)],
    "timestamp": [f"2025-0{DRAWN.randint(1, 9)}-1{DRAWN.randint(0, 9)} 12:{DRAWN.randint(10, 59)}:00" for _ in range(N)],
    "day": [f"{DRAWN.randint(10, 28)}.{DRAWN.randint(10, 12)}.2024" for _ in range(N)],
    "clock": [f"{DRAWN.randint(0, 23):02d}:{DRAWN.randint(0, 59):02d}:{DRAWN.randint(0, 59):02d}" for _ in range(N)],
    "version": [f"{DRAWN.randint(0, 9)}.{DRAWN.randint(0, 9)}.{DRAWN.randint(0, 9)}.{DRAWN.randint(0, 9)}" for _ in range(N)],
    "part_number": [f"{digits(3)}-{digits(3)}-{digits(4)}" for _ in range(N)],
    "isbn": [f"978-{digits(1)}-{digits(2)}-{digits(6)}-{digits(1)}" for _ in range(N)],
    "padded": [f"00{digits(11)}" for _ in range(N)],
    "three_two_four": [f"{digits(3)}-{digits(2)}-{digits(4)}" for _ in range(N)],
    "six_four": [f"{digits(6)}-{digits(4)}" for _ in range(N)],
    "eight_and_letter": [f"{digits(8)}{DRAWN.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}" for _ in range(N)],
    "letters_and_digits": [f"{''.join(DRAWN.choices('ABCDEFGHIJKLMNOPQRSTUVWXYZ', k=2))}{digits(20)}" for _ in range(N)],
    "colour": DRAWN.choices(["Black", "White"], k=N),
    "handle": [f"@user{k}" for k in range(N)],
    "city": DRAWN.choices(["New York", "San Francisco", "Los Angeles"], k=N),
    "coordinates": [f"{DRAWN.uniform(-90, 90):.6f}, {DRAWN.uniform(-180, 180):.6f}" for _ in range(N)],
    "comment": [f"arrived in {k} boxes, 2 of them wet" for k in range(N)],
}


def look(values, name="x", contract=None):
    subject, engine = subject_of(pd.DataFrame({name: values}))
    (check,) = UndeclaredPersonalData.plan(subject, contract or Contract())
    found = findings(check, subject, engine)
    return status(check, found), found


@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_data_under_a_name_that_says_nothing(kind):
    state, found = look(PERSONAL[kind])
    assert state is Status.FAILED
    assert one(found, "undeclared_columns").value == 1
    assert [m.where["kind"] for m in found.measurements if m.name == "personal_share"] == [kind]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_it(name):
    state, found = look(HARMLESS[name], name)
    assert state is Status.PASSED, found.message
    assert one(found, "undeclared_columns").value == 0


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("phone", [f"555{k:07d}" for k in range(50)], "telephone number"),
        ("customerPhone", [5_550_000_000 + k for k in range(50)], "telephone number"),
        ("mobile", [5.55e9 + k if k else np.nan for k in range(50)], "telephone number"),
        (
            "ssn",
            [f"{DRAWN.randint(100, 665)}{DRAWN.randint(10, 99)}{DRAWN.randint(1000, 9999)}" for _ in range(50)],
            "national identity number (United States)",
        ),
        ("First Name", ["Zoë", "Jean-Luc", "Ανδρέας", "O'Neil", "李雷"], "name of a person"),
        ("surname", ["van der Berg", "de Souza", "Smith"], "name of a person"),
        ("date_of_birth", [date(1980, 1, 1) + timedelta(days=k) for k in range(20)], "date of birth"),
        ("dob", ["01/02/1980", "03/04/1990"], "date of birth"),
        ("address", ["Hauptstraße 5, Köln", "12 High St", "Apt 4B Elm"], "postal address"),
        ("passport_no", ["C01X00T47", "K1234567"], "passport or licence number"),
    ],
)
def test_a_telling_name_and_fitting_values(name, values, kind):
    state, found = look(values, name)
    assert state is Status.FAILED, found.message
    assert [m.where["kind"] for m in found.measurements if m.name == "personal_share"] == [kind]
    assert found.exhibits[0].column("evidence") == ["name and values"]


@pytest.mark.parametrize(
    ("name", "values", "evidence"),
    [
        ("email", [f"{k:032x}" for k in range(50)], "name only"),
        ("zip", [f"{k:05d}" for k in range(99_000, 99_050)], "form of the values"),
        ("notes", [*("nothing to say here" + str(k) for k in range(99)), "write to ann@example.org today"], "a few values"),
    ],
)
def test_weaker_evidence_is_a_suspicion_and_not_judged(name, values, evidence):
    state, found = look(values, name)
    assert state is Status.PASSED
    assert one(found, "suspected_columns").value == 1
    assert found.exhibits[0].column("evidence") == [evidence]
    assert found.exhibits[0].column("decision") == ["suspected"]
    assert f"'{name}'" in found.message


@pytest.mark.parametrize(
    ("name", "values"), [("email_opt_in", ["yes", "no"] * 20), ("first_name", ["REDACTED"] * 30), ("phone_model", ["A52", "B7"] * 9)]
)
def test_a_telling_name_over_values_that_say_nothing(name, values):
    state, found = look(values, name)
    assert state is Status.PASSED
    assert not found.exhibits


@pytest.mark.parametrize(
    ("clause", "expected", "declared"),
    [
        ({}, Status.FAILED, "no"),
        ({"classification": "public"}, Status.FAILED, "no"),
        ({"classification": "Restricted"}, Status.PASSED, "personal"),
        ({"custom": {"personalData": "e-mail address"}}, Status.PASSED, "personal"),
        ({"custom": {"pii": True}}, Status.PASSED, "personal"),
        ({"custom": {"pii": False}}, Status.PASSED, "not personal"),
        ({"custom": {"personalData": "none"}}, Status.PASSED, "not personal"),
    ],
)
def test_the_contract_declares(clause, expected, declared):
    state, found = look(PERSONAL["e-mail address"], "contact", Contract(columns=(Column("contact", **clause),)))
    assert state is expected
    assert found.exhibits[0].column("declared") == [declared]


@pytest.mark.parametrize("name", ["contact", 'a "quoted" name', "no", "größe", "a: b"])
def test_the_proposal_is_a_clause_that_the_reader_accepts(tmp_path, name):
    _, found = look(PERSONAL["e-mail address"], name)
    assert "Drop" in found.advice
    properties = "\n".join(f"      {line}" for line in found.proposal.splitlines())
    path = tmp_path / "t.odcs.yaml"
    path.write_text(
        f"apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n    properties:\n{properties}\n"
    )
    state, _ = look(PERSONAL["e-mail address"], name, read_contract(path))
    assert state is Status.PASSED


def test_no_value_is_shown():
    frame = pd.DataFrame({k: pd.Series(v) for k, v in PERSONAL.items()})
    subject, engine = subject_of(frame)
    found = findings(UndeclaredPersonalData(), subject, engine)
    assert one(found, "undeclared_columns").value == len(PERSONAL)
    shown = repr(found)
    assert not [v for values in PERSONAL.values() for v in values if v in shown]
    assert "u***@e***.com" in shown


def test_five_card_numbers_are_too_few_and_seven_are_enough():
    # one random number in ten is valid: 0.1⁵ is above one in a million, 0.1⁷ is not
    assert look(cards()[:5])[0] is Status.PASSED
    assert look(cards()[:7])[0] is Status.FAILED


def test_values_far_down_the_table_are_found():
    frame = pd.DataFrame({"x": ["nothing"] * 60_000 + PERSONAL["e-mail address"] * 20, "n": range(60_000 + 20 * N)})
    subject, engine = subject_of(frame)
    found = findings(UndeclaredPersonalData(), subject, engine)
    assert one(found, "undeclared_columns").value == 1
    assert sum("LIMIT" in q for q in engine.queries) == 1


def test_four_addresses_in_all_rows_are_found():
    rare = ["nothing"] * 200_000
    for row in (11, 50_000, 120_000, 199_999):
        rare[row] = f"user{row}@example.com"
    subject, engine = subject_of(pd.DataFrame({"x": rare}))
    found = findings(UndeclaredPersonalData(), subject, engine)
    assert one(found, "undeclared_columns").value == 1
    assert one(found, "personal_share", {"column": "x", "kind": "e-mail address"}).n == 4


def test_a_column_that_is_mostly_missing_is_looked_at_all_the_same():
    r = random.Random(2)
    sparse = [f"{r.randint(100, 665)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}" if k % 50 == 0 else None for k in range(60_000)]
    subject, engine = subject_of(pd.DataFrame({"x": pd.Series(sparse, dtype="str"), "n": range(60_000)}))
    found = findings(UndeclaredPersonalData(), subject, engine)
    (share,) = [m for m in found.measurements if m.name == "personal_share"]
    assert share.where["kind"] == "national identity number (United States)"
    assert 1_100 <= share.n <= 1_200


def test_a_second_run_looks_at_the_same_rows():
    frame = pd.DataFrame({"x": [f"user{k}@example.com" if k % 3 else f"order {k}" for k in range(40_000)]})
    shares = {
        one(findings(UndeclaredPersonalData(), *subject_of(frame)), "personal_share", {"column": "x", "kind": "e-mail address"}).value
        for _ in range(3)
    }
    (share,) = shares
    assert share == pytest.approx(2 / 3, abs=0.04)


def test_the_sample_is_bounded_and_says_so():
    frame = pd.DataFrame({"x": PERSONAL["e-mail address"]})
    subject, engine = subject_of(frame)
    check = UndeclaredPersonalData(rows=100, distinct=40)
    share = one(findings(check, subject, engine), "personal_share", {"column": "x", "kind": "e-mail address"})
    assert share.n == 40
    assert "at most 40 distinct values of 100 rows from all over the table" in share.method


R = random.Random(8)
GIVEN = [
    "Anna",
    "Peter",
    "Zoë",
    "José",
    "Mehmet",
    "Ingrid",
    "Paul",
    "Marta",
    "Olaf",
    "Grace",
    "Rose",
    "Will",
    "May",
    "Hope",
    "Frank",
    "Dawn",
    "Elena",
    "Igor",
]
FAMILY = [
    "Miller",
    "García",
    "Müller",
    "Kowalska",
    "Rossi",
    "Yılmaz",
    "Novák",
    "Jansen",
    "Smith",
    "Brown",
    "Weber",
    "Dupont",
    "Moreau",
    "Lopez",
    "Schmidt",
]
PEOPLE = [f"{a} {b}" for a in GIVEN for b in FAMILY]
BORN = [date(1941, 3, 1) + timedelta(days=R.randrange(24_000)) for _ in range(N)]
ORDERED = [date(2025, 1, 1) + timedelta(days=R.randrange(500)) for _ in range(N)]


def kinds(frame):
    """Return the kind of each column that is called personal."""
    subject, engine = subject_of(frame)
    found = findings(UndeclaredPersonalData(), subject, engine)
    return {row[0]: row[1] for e in found.exhibits for row in e.rows if row[2] == "personal"}


@pytest.mark.parametrize("header", ["col_17", "product", "name"])
def test_names_are_told_by_lists_whatever_the_column_is_called(header):
    assert kinds(pd.DataFrame({header: PEOPLE})) == {header: "name of a person"}


@pytest.mark.parametrize(
    "values",
    [
        [
            f"{a} {b}"
            for a in ("Oak", "Walnut", "Steel", "Glass", "Linen")
            for b in ("Chair", "Table", "Lamp", "Shelf", "Rug", "Desk", "Stool", "Bench")
        ],
        [f"{b} {s}" for b in FAMILY for s in ("Ltd", "GmbH", "& Sons", "Holdings")],
        ["San Antonio", "Santa Clara", "Los Angeles", "New York", "Rio de Janeiro", "Santa Monica", "San Jose", "Fort Worth", "Las Vegas"] * 5,
        [f"{b} Street" for b in FAMILY] + [f"{b} Road" for b in FAMILY],
        ["January", "April", "May", "June", "August"] * 20,
    ],
    ids=["goods", "firms", "towns", "streets", "months"],
)
@pytest.mark.parametrize("header", ["col_17", "name"])
def test_two_capitalised_words_are_not_always_people(header, values):
    assert kinds(pd.DataFrame({header: values})) == {}


def test_days_over_decades_are_birthdays_where_there_are_people():
    born = pd.to_datetime(pd.Series(BORN))
    people = pd.Series([R.choice(PEOPLE) for _ in range(N)])
    assert kinds(pd.DataFrame({"x": born, "who": people, "ordered": pd.to_datetime(pd.Series(ORDERED))})) == {
        "x": "date of birth",
        "who": "name of a person",
    }
    assert kinds(pd.DataFrame({"x": born, "n": range(N)})) == {}
    weekdays = born - pd.to_timedelta((born.dt.day_of_week - 4).clip(lower=0), unit="D")
    assert kinds(pd.DataFrame({"x": weekdays, "who": people})) == {"who": "name of a person"}
    assert kinds(pd.DataFrame({"x": born.sort_values(ignore_index=True), "who": people})) == {"who": "name of a person"}


def us_numbers():
    return [int(f"{R.choice([212, 305, 415, 617, 713])}{R.randint(2, 9)}{digits_of(6)}") for _ in range(N)]


def digits_of(n):
    return "".join(R.choice("0123456789") for _ in range(n))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (us_numbers(), "telephone number"),
        ([int(c) for c in cards()], "payment card number"),
        ([1_500_000_000 + R.randrange(10**8) for _ in range(N)], None),
        ([R.randrange(10**9, 10**10) for _ in range(N)], None),
        ([2_510_000_000 + R.randrange(10**8) for _ in range(N)], None),
        ([R.randrange(10**8, 10**9) for _ in range(N)], None),
        ([2_125_550_000 + k for k in range(N)], None),
    ],
    ids=["telephones", "cards", "seconds", "orders", "orders with a year", "nine digits", "running numbers"],
)
def test_whole_numbers(values, kind):
    assert kinds(pd.DataFrame({"col_17": values})) == ({"col_17": kind} if kind else {})


@pytest.mark.parametrize(
    ("inserted", "kind"),
    [
        ("write to ann{k}@example.org", "e-mail address in free text"),
        ("call +44 20 7946 {k:04d} today", "telephone number in free text"),
        ("IBAN {iban} please", "bank account (IBAN) in free text"),
        ("card {card} was charged", "payment card number in free text"),
        ("her SSN 536-90-{k:04d} was wrong", "national identity number in free text"),
    ],
)
def test_texts_with_something_in_one_of_a_hundred(inserted, kind):
    numbers = cards()
    texts = [f"parcel {k} came late and one box was wet" for k in range(1_000)]
    for k in range(0, 1_000, 100):
        texts[k] += ", " + inserted.format(k=1_000 + k, iban=iban(), card=numbers[k // 100])
    assert kinds(pd.DataFrame({"col_17": texts})) == {"col_17": kind}


@pytest.mark.parametrize(
    "text", ["mail support@example.org", "order 4123456789012345 shipped", "see logo@2x.png", "ticket 123-456-7890 closed", "dial +12 34"]
)
def test_texts_with_nothing_of_a_person(text):
    assert kinds(pd.DataFrame({"col_17": [f"note {k}: {text} and then the box was wet" for k in range(500)]})) == {}


def test_addresses_of_networks_and_versions():
    assert kinds(pd.DataFrame({"x": [f"192.168.{R.randrange(4)}.{R.randrange(1, 255)}" for _ in range(N)]})) == {"x": "IP address"}
    assert kinds(pd.DataFrame({"x": [f"{R.randrange(9)}.{R.randrange(20)}.{R.randrange(30)}.{R.randrange(40)}" for _ in range(N)]})) == {}
    assert kinds(pd.DataFrame({"x": [f"{R.randrange(120)}.0.{R.randrange(7000)}.{R.randrange(250)}" for _ in range(N)]})) == {}


@pytest.mark.parametrize("values", [[], [None, None], ["", " "]])
def test_nothing_in_the_column(values):
    state, found = look(pd.Series(values, dtype="str"), "email")
    assert state is Status.PASSED
    assert found.message.startswith("No undeclared personal data were found")


def test_no_column_could_hold_any():
    subject, engine = subject_of(pd.DataFrame({"x": [0.5], "y": [True]}))
    with pytest.raises(NotApplicable, match="no column could hold personal data"):
        findings(UndeclaredPersonalData(), subject, engine)


def test_quoted_and_non_latin_column_names():
    name = "почта \"e\" 'mail'. %"
    state, found = look(PERSONAL["e-mail address"], name)
    assert state is Status.FAILED
    assert name in found.message


@pytest.mark.parametrize("name", ["self", "exprs", "value", "name", "n"])
def test_a_column_may_be_called_like_anything(name):
    assert look(PERSONAL["e-mail address"], name)[0] is Status.FAILED


def test_long_texts_take_no_time():
    state, _ = look(["a" * 100_000, "1 " * 50_000, "rue " + "x " * 50_000, "." * 100_000, "a@" * 50_000])
    assert state is Status.PASSED


def test_rules_set_parameters_and_limit():
    rule = Rule("custom", Place("c", 2), engine="assay", implementation={"check": "P001", "rows": 10}, limit=Limit(high=3, source="c:2"))
    subject, _ = subject_of(pd.DataFrame({"x": ["a"]}))
    (check,) = UndeclaredPersonalData.plan(subject, Contract(rules=(rule,), columns=(Column("x", classification="secret"),)))
    assert (check.rows, check.limit.high, check.declared_personal) == (10, 3, ("x",))
    wrong = Rule("custom", Place("c", 2), engine="assay", implementation={"check": "P001", "row": 10})
    with pytest.raises(UsageError, match="Did you mean 'rows'"):
        list(UndeclaredPersonalData.plan(subject, Contract(rules=(wrong,))))
