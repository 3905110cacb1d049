import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checks.privacy.lawful_basis import GROUNDS, covers_special, ground, plain
from audit.checks.privacy.p010_lawful_basis import LawfulBasis
from audit.core.contract import Column, Contract
from audit.core.errors import DataError, NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import PLACE, broken, found_and_picked, rule, subject_with

WHERE = {"column": "basis"}


def of_contract(contract, columns=None):
    subject, engine = subject_with(columns or {"name": ["x", "y"], "age": [1, 2]})
    (check,) = LawfulBasis.plan(subject, contract)
    return check, findings(check, subject, engine)


def contract(basis=None, **columns):
    described = [Column(name, {"": 3, "lawfulBasis": 4}, "c.yaml", custom=custom) for name, custom in columns.items()]
    return Contract(path="c.yaml", columns=described, custom={"lawfulBasis": basis} if basis else {}, custom_lines={"lawfulBasis": 2}, place=PLACE)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("consent", "a"),
        (" Consent ", "a"),
        ("Art. 6(1)(a) GDPR", "a"),
        ("GDPR Article 6(1)(b)", "b"),
        ("performance of a contract", "b"),
        ("6.1.c", "c"),
        ("legal_obligation", "c"),
        ("Art. 6 Abs. 1 lit. d DSGVO", "d"),
        ("vital interests", "d"),
        ("public task", "e"),
        ("LEGITIMATE-INTERESTS", "f"),
        ("Article 6(1) point (f) of the GDPR", "f"),
        ("6(1)(g)", ""),
        ("consented", ""),
        ("no consent", ""),
        ("research", ""),
        ("16(1)(a)", ""),
        ("", ""),
    ],
)
def test_the_grounds_by_name_and_article(text, letter):
    assert ground(text) == letter
    # the engine reads a row as the contract is read
    assert broken(LawfulBasis(column="basis"), {"basis": [text]}) == ([] if letter else [0])


@pytest.mark.parametrize(
    ("text", "covers"),
    [("GDPR Art. 9(2)(h)", True), ("Article 10", True), ("9(2)(a)", True), ("explicit consent", True), ("consent", False), ("6(1)(e)", False),
     ("health services act, section 4", True), ("", False)],
)  # fmt: skip
def test_what_may_cover_special_categories(text, covers):
    assert covers_special(text) is covers


@given(st.text(max_size=30))
def test_any_text_is_read(text):
    assert ground(text) in {"", *GROUNDS}
    assert plain(plain(text)) == plain(text)


def test_rows_are_held_to_the_six_grounds():
    values = ["consent", "Art. 6(1)(f)", "because", "", None, "unknown"]
    check = LawfulBasis(column="basis")
    found, rows = found_and_picked(check, {"basis": values})
    assert rows == [2, 3, 4, 5]
    assert one(found, "silent_rows", WHERE).value == 2
    assert {m.where["basis"]: m.value for m in found.measurements if m.name == "rows_by_basis"} == {"consent": 1, "legitimate interests": 1}
    assert found.message == "4 of 6 rows (66.7 %) have no lawful basis that is allowed in 'basis': 2 state none and 2 state another one."
    assert "because" not in f"{found}"
    assert status(check, found) is Status.FAILED


def test_a_rule_may_allow_fewer_or_other_ones():
    values = ["consent", "6(1)(a)", "contract", "Statistics Act", "statistics-act", None]
    assert broken(LawfulBasis(column="basis", allowed=("consent",)), {"basis": values}) == [2, 3, 4, 5]
    assert broken(LawfulBasis(column="basis", allowed=("statistics act", "6(1)(b)")), {"basis": values}) == [0, 1, 5]


def test_all_rows_hold_and_no_rows():
    found, _ = found_and_picked(LawfulBasis(column="basis"), {"basis": ["consent", "contract"]})
    assert found.message == "All 2 rows state a lawful basis that is allowed, in 'basis'."
    assert found.exhibits[0].rows == (("consent", 0.5, 1), ("contract", 0.5, 1))
    empty, engine = subject_with({"basis": ["x"]})
    assert findings(LawfulBasis(column="basis"), empty.with_table(empty.table.limit(0)), engine).message == "There are no rows."


def test_the_column_comes_from_the_role_or_from_a_rule():
    subject, _ = subject_with({"a": ["x"], "b": ["x"]}, lawful_basis="b")
    (check,) = LawfulBasis.plan(subject, contract("consent"))
    assert (check.column, check.limit.blocking, check.limit.measurement) == ("b", True, "")
    own = rule(kind="custom", engine="assay", implementation={"check": "P010", "allowed": "consent"}, column="a", limit=Limit(source=str(PLACE)))
    (check,) = LawfulBasis.plan(subject, Contract(columns=[Column("a", rules=[own])]))
    assert (check.column, check.allowed) == ("a", ("consent",))


def test_personal_data_without_a_basis_are_found():
    check, found = of_contract(contract(name={"personalData": "name"}, age={}))
    assert found.message == "The contract declares 1 column of personal data and states no lawful basis for 'name'."
    assert status(check, found) is Status.WARNED
    assert one(found, "failing_rows").value == 0
    assert broken(check, {"name": ["x"], "age": [1]}) == []


def test_a_basis_of_each_column_or_of_the_table():
    check, found = of_contract(contract(name={"personalData": "name", "lawfulBasis": "consent"}, age={"pii": True}))
    assert found.message == "The contract declares 2 columns of personal data and states no lawful basis for 'age'."
    assert (one(found, "columns_without_basis").value, one(found, "columns_with_basis").value) == (1, 1)
    check, found = of_contract(contract(name={"personalData": "name", "lawfulBasis": "consent"}))
    assert found.message == "The contract states a lawful basis for each of 1 column of personal data."
    assert check.clauses == ("c.yaml:4",)
    check, found = of_contract(contract("legitimate interests", age={"pii": True}))
    assert found.message == "The contract states one lawful basis for the whole table: 'legitimate interests', which is Article 6(1)(f) of the GDPR."
    assert (status(check, found), check.clauses) == (Status.PASSED, (f"{PLACE.file}:2",))
    _, found = of_contract(contract("published data"))
    assert "none of the six grounds" in found.message


@pytest.mark.parametrize("said", ["", None, True, "none", "TODO"])
def test_what_is_no_basis(said):
    check, found = of_contract(contract(name={"personalData": "name", "lawfulBasis": said}))
    assert status(check, found) is Status.WARNED


def test_not_applicable_and_wrong_type():
    with pytest.raises(NotApplicable, match="neither personal data nor a lawful basis are declared"):
        of_contract(contract(name={"personalData": "none"}))
    subject, engine = subject_with({"basis": [1]})
    with pytest.raises(DataError, match="'basis' is int64; expected text such as consent, contract"):
        findings(LawfulBasis(column="basis"), subject, engine)
    with pytest.raises(NotApplicable, match="no column 'basics'"):
        findings(LawfulBasis(column="basics"), subject, engine)
