"""D018: spellings that are found, by hand, near names that are not, and the search held to brute force."""

import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from audit.checks.quality.d018_category_variants import CategoryVariants
from audit.checks.quality.misspelling import edit_distance, misspelt
from audit.checks.quality.near_spellings import Anchors, plain_form, variants
from audit.contract.read import read_contract
from audit.core.contract import Column
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, status
from tests.predicates import planned, subject_with

TOWNS = {"Boston": 40, "Chicago": 30, "Springfield": 25}


def repeated(counts):
    return [value for value, n in counts.items() for _ in range(n)]


def found_in(columns, *declared):
    """Return the findings, with the values of each suspect, whose rows must be as many as it says."""
    [check] = planned(CategoryVariants, *declared)
    subject, engine = subject_with(columns)
    found = findings(check, subject, engine)
    values = {}
    for suspect in found.suspects:
        picked = subject.table.filter(suspect.failing(subject.table)).select(suspect.column)
        held = [value for (value,) in engine.fetch(picked)[1]]
        assert len(held) == suspect.rows
        values[suspect.column] = set(held)
    return found, values


def doubtful(counts):
    return {v.value: v.of for v in variants(counts)}


def test_case_blanks_accents_and_punctuation():
    counts = TOWNS | {"boston": 3, "Chicago ": 1, "CHICAGO.": 1, "Saint-Étienne": 12, "Saint Etienne": 20}
    found, values = found_in({"city": repeated(counts)})
    assert values == {"city": {"boston", "Chicago ", "CHICAGO.", "Saint-Étienne"}}
    assert found.message == (
        "1 column holds categories in several spellings: city (4 spellings of 3 other values, such as 'Saint-Étienne' for 'Saint Etienne': 17 rows) "
        "(looked at 1 column of 132 rows)."
    )
    assert status(CategoryVariants(), found) is Status.WARNED


@pytest.mark.parametrize(
    ("one", "other"),
    [("<=50K", ">50K"), ("BBB", "BBB-"), ("25-45", "2545"), ("1.5 l", "15 l"), ("A+", "A-"), ("-5 °C", "5 °C"), ("C++", "C#"), ("m", "M")],
)
def test_signs_that_change_the_meaning_stay(one, other):
    assert doubtful({one: 50, other: 5, "something else": 40}) == {}


def test_typing_errors_of_long_words():
    wrong = {"Bostn": 1, "Bsoton": 1, "Chicagoo": 2, "Chicugo": 3, "Sprinfgeld": 1}
    of = {"Bostn": "Boston", "Bsoton": "Boston", "Chicagoo": "Chicago", "Chicugo": "Chicago", "Sprinfgeld": "Springfield"}
    assert doubtful(TOWNS | wrong) == of


def test_spellings_of_a_misspelt_value_are_misspelt():
    assert doubtful(TOWNS | {"Bostn": 2, "bostn": 1}) == {"Bostn": "Boston", "bostn": "Boston"}


@pytest.mark.parametrize(
    ("frequent", "rare"),
    [
        ("Female", "Male"),
        ("Australia", "Austria"),
        ("Zambia", "Gambia"),
        ("Iran", "Iraq"),
        ("Type1", "Type2"),
        ("A1", "A2"),
        ("hospital a", "hospital b"),
        ("600 north street", "600 south street"),
        ("hypertension", "hypotension"),
        ("interstate", "intrastate"),
        ("married", "unmarried"),
        ("Slovakia", "Slovenia"),
        ("grade II", "grade III"),
        ("yes", "yet"),
        ("12 oz", "13 oz"),
    ],
)
def test_near_names_are_no_typing_errors(frequent, rare):
    assert doubtful({frequent: 500, rare: 5, "quite another value": 300}) == {}


def test_a_value_that_is_not_much_rarer_is_no_typing_error():
    assert doubtful(TOWNS | {"Bostn": 4}) == {"Bostn": "Boston"}
    assert doubtful(TOWNS | {"Bostn": 5}) == {}
    assert doubtful({"Boston": 10, "Bostn": 1, "Chicago": 30}) == {"Bostn": "Boston"}
    assert doubtful({"Boston": 9, "Bostn": 1, "Chicago": 30}) == {}


def test_where_frequent_values_are_near_rare_ones_may_be():
    names = {"Johnson": 60, "Johnston": 50, "Petersen": 40, "Peterson": 45, "Andersen": 30, "Anderson": 40, "Hansen": 50}
    assert doubtful(names | {"Hanson": 2}) == {}


def test_in_a_column_full_of_errors_more_letters_may_be_wrong():
    counts = {"heart attack": 260, "heart failure": 150, "pneumonia": 230, "surgical infection prevention": 300}
    mangled = {"hearx axxack": 3, "heaxt failuxe": 2, "pnexmxnia": 1, "surgicalxinfectionxprevention": 2, "heart attaxk": 1}
    assert set(doubtful(counts | mangled)) == set(mangled)
    # one such value alone is only strange
    assert doubtful(counts | {"hearx axxack": 3}) == {}


def test_short_words_that_recur_are_words_even_there():
    counts = {f"al_{code}": 40 for code in ("ami", "scip", "pneu", "card", "vten", "infa")}
    others = {f"ak_{code}": 1 for code in ("ami", "scip", "pneu", "card", "vten", "infa")}
    assert doubtful(counts | others) == {}


def test_columns_of_names_and_of_missing_words_are_not_looked_at():
    assert found_in({"title": ["Cut Throat", "Cutthroat", "Oak", "Elm"]})[1] == {}
    assert found_in({"a": ["N/A", "n/a", "NA", "Boston", "Boston"] * 5})[1] == {}
    assert found_in({"a": [f"Town {i}" for i in range(6_000)] * 2})[1] == {}


def test_values_are_shown_unless_classified_or_many():
    values = repeated(TOWNS | {"Bostn": 1})
    assert "'Bostn' for 'Boston'" in found_in({"city": values})[0].message
    found, flagged = found_in({"city": values}, Column("city", classification="restricted"))
    assert flagged == {"city": {"Bostn"}}
    shown = repr((found.message, found.proposal, found.exhibits))
    assert "Bostn" not in shown
    assert "Boston" not in shown
    people = [f"{a}{b}land" for a in ("Ba", "Ke", "Lo", "Mu", "Ni", "Po") for b in range(40)]
    assert "Bostn" not in found_in({"city": [*values, *people, *people]})[0].message


@pytest.mark.parametrize("column", [Column("city", enum=("Boston",)), Column("city", options={"pattern": "^[A-Z]"})])
def test_what_the_contract_declares_is_not_found_again(column):
    assert found_in({"city": repeated(TOWNS | {"boston": 3})}, column)[1] == {}


def test_the_proposal_is_a_contract_that_silences_it(tmp_path):
    columns = {"city": repeated(TOWNS | {"Bostn": 1, "N/A": 3})}
    found, _ = found_in(columns)
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    document["schema"] = [{"name": "x", "properties": yaml.safe_load(found.proposal)}]
    (tmp_path / "x.odcs.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    contract = read_contract(tmp_path / "x.odcs.yaml")
    assert set(contract.columns[0].enum) == set(TOWNS)
    assert found_in(columns, *contract.columns)[1] == {}


def test_not_applicable_without_text_and_nothing_in_an_empty_column():
    subject, engine = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="no column of text"):
        findings(CategoryVariants(), subject, engine)
    assert found_in({"a": pa.array([], pa.string())})[1] == {}


def slow_distance(a, b):
    """The restricted Damerau distance by its recurrence, without a band."""
    d = {(i, -1): i + 1 for i in range(-1, len(a))} | {(-1, j): j + 1 for j in range(-1, len(b))}
    for i in range(len(a)):
        for j in range(len(b)):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (a[i] != b[j]))
            if i and j and a[i] == b[j - 1] and a[i - 1] == b[j]:
                d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
    return d[len(a) - 1, len(b) - 1]


WORDS = st.text("abcx ", min_size=0, max_size=12)


@given(WORDS, WORDS, st.integers(1, 8))
def test_the_distance_is_the_recurrence_cut_off(a, b, most):
    assert edit_distance(a, b, most) == min(slow_distance(a, b), most + 1)


@given(st.lists(st.text("abcdeé12 -", min_size=3, max_size=14), min_size=1, max_size=12, unique=True), st.text("abcdeé12 -", min_size=3, max_size=14))
def test_the_search_misses_nothing_that_is_near(anchors, value):
    near = Anchors(anchors).near(value)
    digits = [c for c in value if c.isdigit()]
    edits = 2 if len(value) >= 10 else 1
    for anchor in anchors:
        if anchor != value and [c for c in anchor if c.isdigit()] == digits and slow_distance(value, anchor) <= edits:
            assert anchor in near


@given(st.text(max_size=20))
def test_the_plain_form_is_the_same_in_any_case(text):
    assert plain_form(text.upper().lower()) == plain_form(text.upper().lower().casefold())
    assert not misspelt(text, text)
