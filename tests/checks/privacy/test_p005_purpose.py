import pandas as pd
import pytest

from audit.checks.privacy.p005_purpose import Purpose
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of

RESEARCH = Contract(custom={"purpose": "Research"}, custom_lines={"purpose": 3}, place=Place("c.yaml", 1))


def look(values, contract=RESEARCH, name="why"):
    subject, engine = subject_of(pd.DataFrame({name: pd.Series(values)}), purpose=name)
    (check,) = Purpose.plan(subject, contract)
    found = findings(check, subject, engine)
    return check, found, [bad for (bad,) in engine.fetch(subject.table.select(bad=check.failing(subject.table)))[1]]


@pytest.mark.parametrize(
    ("value", "failing"),
    [
        ("research", False),
        (" RESEARCH ", False),
        ("care; research", False),
        ("care,research|billing", False),
        ('["care", "research"]', False),
        ("{research}", False),
        ("no research", True),
        ("researchers", True),
        ("care", True),
        ("", True),
        (None, True),
    ],
)
def test_the_purpose_is_one_of_the_row(value, failing):
    assert look([value, "research"])[2] == [failing, False]


def test_arrays_of_purposes():
    check, found, bad = look([["care", "Research"], ["care"], None])
    assert bad == [False, True, True]
    assert one(found, "silent_rows", {"column": "why"}).value == 1
    assert found.message == "2 of 3 rows may not be used for 'Research'; 1 row states no purpose at all."
    assert status(check, found) is Status.FAILED
    assert (check.clauses, check.limit.source) == (("c.yaml:3",), "c.yaml:3")


def test_all_rows_may_be_used():
    check, found, _ = look(["research", "care;research"])
    assert found.message == "All 2 rows may be used for 'Research'."
    assert status(check, found) is Status.PASSED


def test_the_column_and_the_rule_win_over_the_table():
    column = Column("why", {"": 5, "purpose": 6}, "c.yaml", custom={"purpose": "care"})
    assert look(["care"], Contract(columns=(column,), custom={"purpose": "research"}))[2] == [False]
    rule = Rule("custom", Place("c", 1), column="why", engine="assay", implementation={"check": "P005", "purpose": "billing"}, limit=Limit())
    assert look(["care"], Contract(columns=(column,), rules=(rule,)))[2] == [True]


@pytest.mark.parametrize("purpose", ["re.*", "o'neil", "a;b", "%", "日本"])
def test_a_purpose_is_taken_word_for_word(purpose):
    contract = Contract(custom={"purpose": purpose}, place=Place("c.yaml", 1))
    assert look(["research", "x"], contract)[2] == [True, True]
    if ";" not in purpose:
        assert look([purpose, f"care; {purpose}"], contract)[2] == [False, False]


@pytest.mark.parametrize("written", [["research", "care"], {"main": "research"}])
def test_several_purposes_are_several_rules(written):
    with pytest.raises(UsageError, match="'purpose' is one purpose"):
        look(["research"], Contract(custom={"purpose": written}, place=Place("c.yaml", 1)))


def test_not_applicable_and_wrong_type():
    with pytest.raises(NotApplicable, match="custom property 'purpose'"):
        look(["research"], Contract())
    with pytest.raises(DataError, match="'why' is int64; expected text"):
        look([1])
    subject, engine = subject_of(pd.DataFrame({"x": [1]}))
    (check,) = Purpose.plan(subject, RESEARCH)
    with pytest.raises(NotApplicable, match="roles: purpose"):
        findings(check, subject, engine)


@pytest.mark.parametrize(("values", "state"), [([], Status.PASSED), ([None, None], Status.FAILED)])
def test_empty_and_all_missing(values, state):
    check, found, _ = look(pd.Series(values, dtype="str"), name="why 'é' \"?\"")
    assert status(check, found) is state
