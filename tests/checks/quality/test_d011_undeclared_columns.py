"""D011 on small tables."""

import pytest

from audit.checks.quality.d011_undeclared_columns import UndeclaredColumns
from audit.core.contract import Column
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import planned, rule, subject_with


def test_columns_that_nobody_declared_are_named_with_their_type():
    subject, engine = subject_with({"a": [1], "Größe": [1.5], "note": ["x"]})
    check = UndeclaredColumns(declared_columns=("a", "b"))
    found = findings(check, subject, engine)
    assert one(found, "undeclared_columns").value == 2
    assert found.message == "2 of 3 columns are not in the contract: Größe, note."
    assert [list(row) for row in found.exhibits[0].rows] == [["Größe", "float64"], ["note", "string"]]
    assert "{name: Größe, logicalType: …" in found.advice
    assert status(check, found) is Status.WARNED


def test_all_declared():
    subject, engine = subject_with({"a": [1]})
    check = UndeclaredColumns(declared_columns=("b", "a"))
    found = findings(check, subject, engine)
    assert found.message == "The contract declares every column (1)."
    assert status(check, found) is Status.PASSED


def test_only_ten_are_named():
    subject, engine = subject_with({f"c{i:02}": [1] for i in range(12)})
    found = findings(UndeclaredColumns(declared_columns=("x",)), subject, engine)
    assert found.message.endswith("c08, c09, ….")
    assert len(found.exhibits[0].rows) == 12


def test_the_plan_takes_the_contracts_columns_and_a_rules_severity():
    (check,) = planned(UndeclaredColumns, Column("a"), Column("b"))
    assert check.declared_columns == ("a", "b")
    own = rule(kind="custom", engine="assay", implementation={"check": "D011"}, limit=Limit(blocking=True, source="t.odcs.yaml:5"))
    (check,) = planned(UndeclaredColumns, Column("a"), rules=[own])
    assert (check.declared_columns, check.limit.high, check.limit.blocking) == (("a",), 0, True)


def test_without_columns_it_says_what_is_missing():
    subject, _ = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="needs a contract with columns"):
        UndeclaredColumns().asks(subject)
