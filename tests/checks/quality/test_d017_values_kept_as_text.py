"""D017: which cells are found, by hand, and which columns are left alone."""

import pyarrow as pa
import pytest
import yaml

from audit.checks.quality.column_forms import judge_values, ruling_form
from audit.checks.quality.d017_values_kept_as_text import ValuesKeptAsText
from audit.contract.read import read_contract
from audit.core.contract import Column
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import planned, subject_with

WEIGHTS = [f"{50 + i / 4}" for i in range(40)]


def found_in(columns, *declared):
    """Return the findings, with the rows of each suspect, which must be as many as it says."""
    [check] = planned(ValuesKeptAsText, *declared)
    subject, engine = subject_with(columns)
    found = findings(check, subject, engine)
    rows = {}
    for suspect in found.suspects:
        flags = [row[-1] for row in engine.fetch(subject.table.mutate(fault=suspect.failing(subject.table).fill_null(False)))[1]]
        rows[suspect.column] = [i for i, flag in enumerate(flags) if flag]
        assert len(rows[suspect.column]) == suspect.rows
    return found, rows


def what(columns, *declared):
    return {s.column: s.what for s in found_in(columns, *declared)[0].suspects}


def test_cells_that_are_no_numbers_among_numbers():
    found, rows = found_in({"weight": [*WEIGHTS, "68 kg", None, "about 70", "N/A", "x7.5", "7,5"]})
    assert rows == {"weight": [40, 42, 44, 45]}
    assert found.message == (
        "1 column holds text that should be something else, or is not written alike: weight (not the number that the rest of the column is: 4 rows) "
        "(looked at 1 column of text, 46 rows)."
    )
    assert found.proposal == "- name: weight\n  logicalType: number"
    assert status(ValuesKeptAsText(), found) is Status.WARNED


def test_a_column_of_numbers_kept_as_text_is_found_as_a_whole():
    assert found_in({"weight": [*WEIGHTS, None]})[1] == {"weight": list(range(40))}
    assert what({"a": [f"{i},5" for i in range(40)], "b": [f"{1_000 * i:,.1f}" for i in range(40)]}) == {
        "a": "numbers kept as text",
        "b": "numbers kept as text",
    }


def test_a_word_for_missing_explains_why_numbers_are_kept_as_text():
    assert found_in({"weight": [*WEIGHTS, "N/A"]})[1] == {}


@pytest.mark.parametrize(
    "values",
    [
        [f"{i:05}" for i in range(0, 3_000, 50)],  # leading zeros
        [str(30_000 + 77 * i) for i in range(60)],  # postal codes have one length
        [str(i) for i in range(60)],  # a new one in each row
        ["1", "2", "3", "4"] * 20,  # categories
        ["0", "1", "2", "3+"] * 20,
        ["36 months", "60 months"] * 20,
        ["12 Main Street", "7 Oak Road", "33 Elm Street", "9 Hill Lane", "12 Oak Road"] * 9,
        [f"{i % 30 + 1}{'abc'[i % 3]}" for i in range(90)],  # house numbers
        ["<25", "25-45", "45-65", ">65"] * 20,
        [f"{w} {v}" for w in ("red", "blue", "green") for v in ("car", "van", "bus", "tram")] * 4,
        ["Anna Smith", "Jo Li", "Mary Ann O'Neil", "Lee-Ann Brown"] * 10,
        ["2024-01-31", "2024-02-29"] * 20,
    ],
)
def test_columns_that_are_left_alone(values):
    assert found_in({"a": values})[1] == {}


def test_letters_in_codes_of_digits_are_found():
    found, rows = found_in({"zip": [*(str(30_000 + 77 * i) for i in range(60)), "3x957", "3595x"]})
    assert rows == {"zip": [60, 61]}
    assert found.suspects[0].clause == "- name: zip\n  logicalType: string\n  logicalTypeOptions:\n    pattern: ^[0-9]+$"


def test_codes_of_digits_and_letters_in_a_fair_mixture_are_left_alone():
    assert found_in({"stock": [*(str(20_000 + 77 * i) for i in range(60)), *(f"{20_000 + i}B" for i in range(6))]})[1] == {}


def test_one_unit_in_one_spelling_is_consistent_and_reported():
    found, rows = found_in({"score": [f"{60 + i}%" for i in range(40)]})
    assert rows == {}
    assert one(found, "columns_with_one_unit").value == 1
    assert "in 1 column every number has the same unit: score ('%')" in found.message
    assert status(ValuesKeptAsText(), found) is Status.PASSED


def test_cells_without_the_usual_unit_are_found():
    values = [*(f"{i} patients" for i in range(40)), "3x patients", "41 paxients"]
    assert found_in({"sample": values})[1] == {"sample": [40, 41]}
    prices = [*(f"${i}.50" for i in range(40)), "12 EUR"]
    found, rows = found_in({"price": prices})
    assert rows == {"price": [40]}
    assert found.suspects[0].what == "not a number with the unit that the rest of the column has"


def test_a_unit_in_many_spellings_is_doubtful_everywhere():
    values = [f"{n}{unit}" for n in (8.4, 12, 16, 24) for unit in (" oz", " oz.", " ounce", " OZ.")] * 3
    assert found_in({"ounces": values})[1] == {"ounces": list(range(48))}
    assert what({"ounces": values}) == {"ounces": "numbers kept as text, with a unit in 4 spellings"}


def test_a_minority_with_a_unit_among_plain_numbers_is_what_is_doubtful():
    values = [f"0.0{i}" for i in range(30, 60)] + [f"0.0{i}%" for i in range(30, 45)]
    assert found_in({"abv": values})[1] == {"abv": list(range(30, 45))}


def test_days_in_a_rarer_form():
    days = [f"2024-{m:02}-{d:02}" for m in range(1, 13) for d in (1, 9, 17)]
    assert found_in({"day": [*days, "31/01/2024", "3 May 2024", "soon", "unknown"]})[1] == {"day": [36, 37, 38]}
    stamps = [f"{d} 10:30:00" for d in days]
    assert found_in({"day": [*stamps, "2024-05-01"]})[1] == {}


def test_days_with_day_and_month_exchanged():
    days = [f"{d:02}/{m:02}/2024" for m in range(1, 7) for d in (3, 14, 21, 28)]
    assert found_in({"day": [*days, "02/25/2024"]})[1] == {"day": [24]}


def test_codes_of_another_shape():
    codes = [f"AB-{i:04}" for i in range(60)]
    found, rows = found_in({"code": [*codes, "AB0061", "AB-62"]})
    assert rows == {"code": [60]}
    assert found.suspects[0].what == "not the shape that the rest of the column has"


def test_more_values_than_are_looked_at_are_judged_by_the_form_of_the_first_rows():
    mails = [f"user{i}@example.com" for i in range(6_000)]
    mails[5_000] = "user_at_example"
    mails[5_100] = None
    mails[5_200] = "N/A"
    ids = [f"{i:07}" for i in range(6_000)]
    ids[17] = "00000O7"
    amounts = [f"{i}.25" for i in range(6_000)]
    names = [f"{chr(97 + i % 26)}{'xyz'[i % 3] * (i % 9)} {chr(97 + i // 26 % 26)}{i // 700 * 'q'}" for i in range(6_000)]
    found, rows = found_in({"mail": mails, "id": ids, "amount": amounts, "name": names})
    assert {c: r for c, r in rows.items() if c != "amount"} == {"mail": [5_000], "id": [17]}
    assert rows["amount"] == list(range(6_000))
    assert {s.column: s.what for s in found.suspects}["amount"] == "numbers kept as text"


def test_many_values_in_a_fair_mixture_of_shapes_are_left_alone():
    assert found_in({"code": [f"A{i}" if i % 8 else f"{i}-B" for i in range(6_000)]})[1] == {}
    assert ruling_form({}) is None
    assert ruling_form({"a a": 90, "a": 10}) is None


@pytest.mark.parametrize(
    "column",
    [
        Column("weight", options={"pattern": "^.*$"}),
        Column("weight", logical_type="number"),
        Column("weight", enum=("1",)),
    ],
)
def test_what_the_contract_declares_is_not_found_again(column):
    assert found_in({"weight": [*WEIGHTS, "68 kg"]}, column)[1] == {}


def test_text_by_contract_may_hold_numbers_but_not_mix_them():
    declared = Column("weight", logical_type="string")
    assert found_in({"weight": WEIGHTS}, declared)[1] == {}
    found, rows = found_in({"weight": [*WEIGHTS, "68 kg"]}, declared)
    assert rows == {"weight": [40]}
    assert "pattern" in found.proposal


def test_the_proposal_is_a_contract_that_silences_it(tmp_path):
    columns = {
        "weight": [*WEIGHTS, *["68 kg"] * 2],
        "code": [*(f"AB-{i:04}" for i in range(41)), "AB7"],
        "score": [*(f"{60 + i}%" for i in range(41)), "x7%"],
        "day": [*(f"2024-{m:02}-{d:02}" for m in range(1, 4) for d in range(1, 14)), "1/2/2024", "1/3/2024", "1/4/2024"],
    }
    found, rows = found_in(columns)
    assert set(rows) == set(columns)
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    document["schema"] = [{"name": "x", "properties": yaml.safe_load(found.proposal)}]
    (tmp_path / "x.odcs.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    contract = read_contract(tmp_path / "x.odcs.yaml")
    assert found_in(columns, *contract.columns)[1] == {}
    patterns = {c.name: c.options["pattern"] for c in contract.columns if c.options}
    subject, engine = subject_with(columns)
    for name, pattern in patterns.items():
        # the pattern that is proposed holds for all but the rows found
        wrong = engine.fetch(subject.table.filter(~subject.table[name].re_search(pattern)).aggregate(n=lambda t: t.count()))[1][0][0]
        assert wrong == len(rows[name]), name


def test_not_applicable_without_text():
    subject, engine = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="no column of text"):
        findings(ValuesKeptAsText(), subject, engine)


def test_empty_and_constant_columns():
    assert found_in({"a": pa.array([], pa.string())})[1] == {}
    assert found_in({"a": pa.array([None, None], pa.string()), "b": ["1.5", "1.5"]})[1] == {}
    assert judge_values({}) is None
