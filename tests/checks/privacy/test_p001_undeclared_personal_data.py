import random
import uuid
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from stdnum import luhn

from audit.checks.privacy.p001_undeclared_personal_data import UndeclaredPersonalData
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
    "telephone number": [f"+1 212 555 {k:04d}" for k in range(N)],
    "payment card number": cards(),
    "bank account (IBAN)": [iban() for _ in range(N)],
    "national identity number (United States)": [person_number() for _ in range(N)],
    "IP address": [f"203.0.113.{k % 256}" if k < 256 else f"198.51.100.{k % 256}" for k in range(N)],
    "postal address": [f"{k} Main Street" for k in range(1, N)],
    "contact details in free text": [f"Please call or write to person{k}@example.org before noon" for k in range(N)],
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
        ("buyer", [f"{a} {b}" for a in ("Ann", "Bob", "Cay", "Dan") for b in ("Ash", "Birch", "Cedar", "Elm")], "form of the values"),
        ("notes", [*("nothing to say here" + str(k) for k in range(99)), "write to ann@example.org today"], "a few values"),
    ],
)
def test_weaker_evidence_is_a_suspicion_and_not_judged(name, values, evidence):
    state, found = look(values, name)
    assert state is Status.PASSED
    assert one(found, "suspected_columns").value == 1
    assert found.exhibits[0].column("evidence") == [evidence]
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


def test_the_advice_holds_the_clause_to_paste():
    _, found = look(PERSONAL["e-mail address"], "contact")
    assert "  - name: contact\n    classification: restricted" in found.advice


def test_no_value_is_shown():
    frame = pd.DataFrame({k: pd.Series(v) for k, v in PERSONAL.items()})
    subject, engine = subject_of(frame)
    found = findings(UndeclaredPersonalData(), subject, engine)
    assert one(found, "undeclared_columns").value == len(PERSONAL)
    shown = repr(found)
    assert not [v for values in PERSONAL.values() for v in values if v in shown]
    assert "u***@e***.com" in shown


def test_one_card_number_alone_is_too_little_and_two_are_enough():
    assert look(cards()[:1])[0] is Status.PASSED
    assert look(cards()[:2])[0] is Status.FAILED


def test_first_values_far_down_the_table_are_found():
    frame = pd.DataFrame({"x": [None] * 6_000 + PERSONAL["e-mail address"], "n": range(6_000 + N)})
    subject, engine = subject_of(frame)
    found = findings(UndeclaredPersonalData(), subject, engine)
    assert one(found, "undeclared_columns").value == 1
    assert sum("LIMIT" in q for q in engine.queries) == 2


def test_the_sample_is_bounded_and_says_so():
    frame = pd.DataFrame({"x": PERSONAL["e-mail address"]})
    subject, engine = subject_of(frame)
    check = UndeclaredPersonalData(rows=100, distinct=40)
    share = one(findings(check, subject, engine), "personal_share", {"column": "x", "kind": "e-mail address"})
    assert share.n == 40
    assert "first 40 distinct values of the first 100 rows" in share.method


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
