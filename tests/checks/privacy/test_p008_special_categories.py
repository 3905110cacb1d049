import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.p008_special_categories import SpecialCategories
from audit.checks.privacy.special_category import Glance, looks
from audit.checks.privacy.special_category_words import CATEGORIES, NEUTRAL
from audit.contract.read import read_contract
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

PLAIN = {"age": [30, 40, 50, 60], "town": ["Ashford", "Bree", "Combe", "Dale"], "label": [0, 1, 0, 1]}


def look(columns, contract=None, **roles):
    subject, engine = subject_of(pd.DataFrame(columns), target="label", **roles)
    (check,) = SpecialCategories.plan(subject, contract or Contract())
    found = findings(check, subject, engine)
    rows = {s.column: engine.fetch(subject.table.aggregate(n=subject.table.count(where=s.failing(subject.table))))[1][0][0] for s in found.suspects}
    assert rows == {s.column: s.rows for s in found.suspects}
    return check, found


def suspected(columns, contract=None, **roles):
    return {s.column: s.what for s in look(PLAIN | columns, contract, **roles)[1].suspects}


def contract(basis=None, **columns):
    described = [Column(name, {}, "c.yaml", custom=custom) for name, custom in columns.items()]
    return Contract(path="c.yaml", columns=described, custom={"lawfulBasis": basis} if basis else {})


RELIGION = {"religion": ["christian", "muslim", "jewish", "none"]}


def test_a_column_told_by_name_and_values():
    check, found = look(PLAIN | {"religion": ["Christian", "Muslim", None, "none"]})
    assert status(check, found) is Status.WARNED
    assert found.message == (
        "1 column that a model may learn from looks like a special category of personal data, and the contract states no basis for using it: "
        "'religion' (religious or philosophical beliefs, by name and values) (looked at 3 columns and the values of the first 4 rows)."
    )
    assert one(found, "suspect_rows", {"column": "religion", "what": found.suspects[0].what}).value == 3
    assert "Christian" not in f"{found.message} {found.exhibits} {found.measurements} {found.proposal}"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("Race", [1, 2, 3, 4], "racial or ethnic origin"),
        ("ethnicGroup", ["A", "B", "C", "D"], "racial or ethnic origin"),
        ("x7", ["African-American", "Caucasian", "Hispanic", "Other"], "racial or ethnic origin"),
        ("hispan", [0, 1, 0, 1], "racial or ethnic origin"),
        ("Religionszugehörigkeit", ["rk", "ev", "-", "rk"], "religious or philosophical beliefs"),
        ("bekenntnis", ["evangelisch", "römisch-katholisch", "muslimisch", "ohne"], "religious or philosophical beliefs"),
        ("political_party", ["a", "b", "c", "d"], "political opinions"),
        ("vote", ["Republican", "Democrat", "Democrat", "Independent"], "political opinions"),
        ("gewerkschaftsmitglied", [True, False, True, False], "trade union membership"),
        ("genotype", ["AA", "AG", "GG", "AG"], "genetic data"),
        ("voiceprint", ["a1", "b2", "c3", "d4"], "biometric data"),
        ("HIV_status", ["pos", "neg", "neg", "neg"], "data concerning health"),
        ("maladie", ["a", "b", "c", "d"], "data concerning health"),
        ("reason", ["Asthma", "Diabetes", "Hypertension", "Cancer"], "data concerning health"),
        ("systolic", [121.5, 130.25, 118.0, 140.75], "data concerning health"),
        ("orientación_sexual", ["a", "b", "a", "b"], "sex life or sexual orientation"),
        ("orientation", ["straight", "gay", "bisexual", "straight"], "sex life or sexual orientation"),
        ("casier_judiciaire", ["oui", "non", "non", "non"], "criminal convictions or offences"),
        ("priors_count", [0, 2, 5, 1], "criminal convictions or offences"),
    ],
)
def test_each_category_in_several_languages(name, values, kind):
    assert name in suspected({name: values})
    assert kind in suspected({name: values})[name]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("colour", ["Black", "White", "Black", "White"]),
        ("black", [0, 1, 0, 1]),
        ("race_time", [61.2, 59.9, 70.1, 65.0]),
        ("orientation", ["landscape", "portrait", "landscape", "portrait"]),
        ("denomination", ["5 EUR", "10 EUR", "20 EUR", "50 EUR"]),
        ("device_fingerprint", ["a1b2", "c3d4", "e5f6", "a7b8"]),
        ("handicap", [12, 18, 24, 36]),
        ("party", ["A/S", "GmbH", "Ltd", "SA"]),
        ("machine_diagnosis", ["bearing", "shaft", "belt", "fuse"]),
        ("union", [1, 2, 3, 4]),
        ("sex", ["m", "f", "f", "m"]),
        ("nationality", ["DE", "FR", "DE", "IT"]),
        ("product", ["Indian tea", "Chinese tea", "white tea", "black tea"]),
        ("note", ["christian came by", "a muslim festival", "catholic school", "hindu temple"]),
        ("religion", [None, None, None, None]),
        ("health", ["ok", "ok", "degraded", "down"]),
        ("offence", ["pass", "run", "pass", "kick"]),
    ],
)
def test_words_of_other_trades(name, values):
    column = pd.Series(values, dtype="str") if values[0] is None else values
    assert suspected({name: column}) == {}


def test_what_the_contract_calls_sensitive_is_looked_at_more_closely():
    columns = {"colour": ["Black", "White", "Black", "White"], "black": [0, 1, 0, 1]}
    assert suspected(columns) == {}
    assert list(suspected(columns, sensitive=("colour",))) == ["colour", "black"]
    assert list(suspected({"black": [0, 1, 0, 1]}, sensitive=("black",))) == ["black"]


def test_a_weak_name_beside_a_sure_one_of_the_same_kind():
    flags = {"black": [0, 1, 0, 1], "hispan": [1, 0, 0, 0], "party": ["A/S", "GmbH", "Ltd", "SA"]}
    assert list(suspected(flags)) == ["black", "hispan"]


def test_a_basis_silences_it():
    assert suspected(RELIGION, contract(religion={"lawfulBasis": "GDPR Art. 9(2)(j), research"})) == {}
    _, found = look(PLAIN | RELIGION, contract("GDPR Article 9(2)(a)"))
    assert (len(found.suspects), one(found, "columns_with_basis").value, one(found, "suspect_rows").value) == (0, 1, 0)
    assert found.message == (
        "No column that a model may learn from looks like a special category of personal data without a stated basis; 1 column that looks so has one "
        "(looked at 3 columns and the values of the first 4 rows)."
    )


def test_one_of_the_six_grounds_alone_does_not_cover_special_categories():
    _, found = look(PLAIN | RELIGION, contract("legitimate interests"))
    assert [s.column for s in found.suspects] == ["religion"]
    assert "the table's basis is Article 6(1)(f) alone, which does not cover it" in found.message
    assert suspected(RELIGION, contract(religion={"lawfulBasis": "consent"})) != {}
    assert suspected(RELIGION, contract(religion={"lawfulBasis": "explicit consent"})) == {}


@pytest.mark.parametrize("custom", [{"feature": False}, {"specialCategory": "none"}, {"specialCategory": False}])
def test_what_no_model_learns_from_or_only_looks_so(custom):
    assert suspected(RELIGION, contract(religion=custom)) == {}


def test_a_declared_category_needs_a_basis_too():
    _, found = look(PLAIN, contract(town={"specialCategory": "health"}, age={"specialCategory": "something else"}))
    assert {s.column: s.what for s in found.suspects} == {
        "town": "is declared as data concerning health (GDPR, Article 9)",
        "age": "is declared as something else (GDPR, Article 9)",
    }


def test_columns_that_are_no_features_are_passed_over():
    assert suspected(RELIGION, key=("religion",)) == {}
    subject, engine = subject_of(pd.DataFrame({"label": [0, 1], "id": [1, 2]}), target="label", key=("id",))
    with pytest.raises(NotApplicable, match="no column is left"):
        findings(next(iter(SpecialCategories.plan(subject, Contract()))), subject, engine)


def test_the_proposal_can_be_pasted_and_silences(tmp_path):
    columns = PLAIN | RELIGION | {'hiv "so: called"\n': [1, 0, 1, 0]}
    _, found = look(columns)
    assert len(found.suspects) == 2
    document = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}
    (tmp_path / "c.odcs.yaml").write_text(yaml.safe_dump(document | {"schema": [{"name": "t", "properties": yaml.safe_load(found.proposal)}]}))
    read = read_contract(tmp_path / "c.odcs.yaml")
    assert [c.name for c in read.columns] == [s.column for s in found.suspects]
    assert look(columns, read)[1].suspects == ()


def test_a_table_without_rows_or_with_names_of_ours():
    assert suspected({"religion": pd.Series([], dtype="str")} | {k: pd.Series([], dtype="int64") for k in PLAIN}) == {}
    assert list(suspected({"self": ["Sunni", "Shia", "Hindu", "Sikh"], "c0": ["a", "b", "c", "d"]})) == ["self"]


def test_words_are_written_as_they_are_compared():
    for category in CATEGORIES:
        for word in category.names | category.weak_names | category.not_names:
            assert word == word.lower()
            assert " " not in word, word
        assert not category.values & category.weak_values
        assert not (category.values | category.weak_values) & NEUTRAL
        for value in category.values:
            # a value written so is found, with one more of its kind
            another = next(iter(sorted(category.values - {value})))
            assert looks({"x": Glance([value.title(), another])}), value


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_clean_tables_of_made_up_words_are_silent(seed):
    rng = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(rng.choice(letters, rng.integers(3, 9))) for _ in range(40)]
    common = ["red", "green", "blue", "small", "large", "north", "south", "left", "right", "open", "closed", "high", "low", "other", "unknown"]
    glances = {w: Glance(list(rng.choice(words + common, rng.integers(1, 12))), number=False) for w in words[:30]}
    assert looks(glances) == []
