import math
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.equivalence_classes import in_classes, keyed
from audit.checks.privacy.p003_k_anonymity import KAnonymity
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.predicates import NAN, PLACE, broken, found_and_picked, picked, rule, subject_with

# the table of Sweeney (2002), figure 2: k is 2 over race, year of birth, gender and postal code
SWEENEY = {
    "race": ["Black"] * 6 + ["White"] * 5,
    "birth": [1965] * 4 + [1964] * 5 + [1967] * 2,
    "gender": ["m", "m"] + ["f"] * 4 + ["m"] * 5,
    "zip": ["0214*"] * 2 + ["0213*"] * 9,
}
COLUMNS = tuple(SWEENEY)


def check(*columns, **rest):
    return KAnonymity(quasi_identifiers=columns, **rest)


def measured(found):
    return {m.name: m.value for m in found.measurements if not m.where}


def test_the_example_of_the_paper():
    found, rows = found_and_picked(check(*COLUMNS, k=2), SWEENEY)
    assert rows == []
    assert measured(found) == {
        "failing_rows": 0,
        "failing_share": 0.0,
        "k_anonymity": 2,
        "equivalence_classes": 5,
        "classes_below_k": 0,
        "highest_prosecutor_risk": 0.5,
        "average_prosecutor_risk": 5 / 11,
    }
    assert found.message == (
        "Alike in 'race', 'birth', 'gender' and 'zip', 11 rows fall into 5 classes; the smallest has 2 rows, so none has fewer than 2."
    )


def test_one_more_than_the_example_has():
    found, rows = found_and_picked(check(*COLUMNS, k=3), SWEENEY)
    assert rows == [0, 1, 2, 3, 4, 5, 9, 10]
    assert (measured(found)["failing_rows"], measured(found)["classes_below_k"]) == (8, 4)
    # without the year: Black m 2, Black f 4, White m 5; without the race or the code nothing changes, and without the gender only the code tells
    without = {m.where["column"]: m.value for m in found.measurements if m.name == "failing_rows_without"}
    assert without == {"birth": 2, "race": 8, "gender": 8, "zip": 8}
    assert "8 rows (72.7 %) are in classes of fewer than 3; without 'birth' it would be 2." in found.message
    assert found.advice == "Make 'birth' coarser first, which makes most of the small classes, or leave out the 8 rows in them."
    assert [row for row in found.exhibits[0].rows if row[2]] == [("2 (4 classes)", 8 / 11, 8), ("3 to 4 (1 class)", 3 / 11, 3)]


def test_a_missing_value_is_a_value_of_its_own():
    # null and NaN are the same absence, and no text stands for it
    assert broken(check("a", "b", k=2), {"a": [NAN, None, 1.0, 1.0, NAN], "b": ["x", "x", None, None, "-"]}) == [4]
    assert broken(check("a", k=2), {"a": [0.0, -0.0, 1.0]}) == [2]


def test_values_do_not_run_into_each_other():
    a, b = ["a", "ab", "1:a", "", None, "-"], ["bc", "c", "", "1:a", "-", None]
    assert broken(check("a", "b", k=2), {"a": a, "b": b}) == list(range(6))


def test_rows_of_one_person_hide_nobody():
    table = {"town": ["X"] * 4 + ["Y"] * 3, "person": ["p", "p", "p", "p", "q", "r", "s"]}
    assert broken(check("town", k=3), table) == []
    found, rows = found_and_picked(check("town", k=3, entity="person"), table)
    assert rows == [0, 1, 2, 3]
    assert measured(found)["k_anonymity"] == 1
    assert measured(found)["average_prosecutor_risk"] == 2 / 4
    assert "the smallest has 1 entity, and 4 rows (57.1 %) are in classes of fewer than 3" in found.message
    assert found_and_picked(check("town", k=2, entity="person"), {"town": ["X"] * 3, "person": [None, None, "p"]})[1] == []
    assert found_and_picked(check("town", k=3, entity="person"), {"town": ["X"] * 3, "person": [None, None, "p"]})[1] == [0, 1, 2]


def test_leaving_out_a_column_counts_persons_anew():
    # without 'b' both rows of each 'a' are one person's
    table = {"a": [1, 1, 2, 2], "b": [1, 2, 1, 2], "person": ["p", "p", "q", "q"]}
    found, _ = found_and_picked(check("a", "b", k=2, entity="person"), table)
    assert {m.where["column"]: m.value for m in found.measurements if m.name == "failing_rows_without"} == {"a": 0, "b": 4}


def test_no_value_is_shown():
    table = {"name": ["Secretname", "Other", "Other"], "town": ["Secrettown", "Z9", "Z9"]}
    found, _ = found_and_picked(check("name", "town", k=2), table)
    shown = f"{found.message} {found.advice} {[e.rows for e in found.exhibits]} {found.measurements} {check('name', 'town').reason()}"
    assert not [v for column in table.values() for v in column if v in shown]


def test_names_that_clash_with_ours():
    table = {"q1": [1, 1, 2], "rows": [1, 1, 1], "size": ["a", "a", "b"], "self": [0, 0, 0]}
    assert broken(check("rows", "q1", "size", "self", k=2), table) == [2]
    assert found_and_picked(check("q1", "size", entity="rows", k=2), table)[1] == [0, 1, 2]


@pytest.mark.parametrize("columns", [{"a": []}, {"a": [None]}, {"a": [1], "b": [None]}])
def test_tiny_tables(columns):
    assert broken(check(*columns, k=2), columns) == list(range(len(columns["a"])))


def test_more_columns_than_are_left_out_in_turn():
    columns = {f"c{i}": [0, 0, i] for i in range(1, 15)}
    found, _ = found_and_picked(check(*columns, k=2), columns)
    assert len([m for m in found.measurements if m.name == "failing_rows_without"]) == 10


def test_roles_and_rules():
    contract = Contract(path="t", columns=[Column("a", {"role": 7}, "t", custom={"role": "quasi-identifier"})])
    subject, _ = subject_with({"a": [1], "p": [1]}, quasi_identifiers=("a",), entity="p")
    (default,) = KAnonymity.plan(subject, contract)
    assert (default.quasi_identifiers, default.entity, default.clauses, default.limit.blocking) == (("a",), "p", ("t:7",), False)
    own = rule(kind="custom", engine="assay", implementation={"check": "P003", "k": 11, "quasi_identifiers": ["p"]}, limit=Limit(source=str(PLACE)))
    (declared,) = KAnonymity.plan(subject, Contract(rules=[own]))
    assert (declared.k, declared.quasi_identifiers, declared.limit.blocking, declared.limit.high) == (11, ("p",), True, 0)


@pytest.mark.parametrize("k", [1, 0, -5, 2.5, True, "5", None])
def test_what_is_no_size_is_refused(k):
    own = rule(kind="custom", engine="assay", implementation={"check": "P003", "k": k})
    with pytest.raises(UsageError, match="'k' is the least size of a class, a whole number from 2 on"):
        list(KAnonymity.plan(subject_with({"a": [1]})[0], Contract(rules=[own])))


def test_not_applicable():
    subject, engine = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match=r"role: quasi-identifier.*roles: quasi_identifiers.*\{check: P003, k: 5"):
        findings(check(), subject, engine)
    with pytest.raises(NotApplicable, match="no column 'b'"):
        findings(check("b"), subject, engine)


def test_status_by_default_and_declared():
    subject, engine = subject_of(pd.DataFrame(SWEENEY))
    assert status(check(*COLUMNS), findings(check(*COLUMNS), subject, engine)) is Status.WARNED
    assert status(check(*COLUMNS, k=2), findings(check(*COLUMNS, k=2), subject, engine)) is Status.PASSED


VALUES = st.sampled_from([None, "a", "b", ""])
TABLES = st.lists(st.tuples(VALUES, st.sampled_from([NAN, 1.0, 2.0, -0.0, 0.0]), st.integers(0, 3)), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(TABLES, st.integers(2, 6))
def test_counts_are_those_of_plain_python(rows, k):
    normal = [(a, None if math.isnan(b) else abs(b), c) for a, b, c in rows]
    sizes = [normal.count(row) for row in normal]
    table = {"a": [r[0] for r in rows], "b": [r[1] for r in rows], "c": [r[2] for r in rows]}
    found, failing = found_and_picked(check("a", "b", "c", k=k), table)
    assert failing == [i for i, n in enumerate(sizes) if n < k]
    values = measured(found)
    assert values["failing_rows"] == len(failing)
    assert values["k_anonymity"] == min(sizes)
    assert values["equivalence_classes"] == len(set(normal))
    for i, column in enumerate("abc" if failing else ""):
        rest = [row[:i] + row[i + 1 :] for row in normal]
        assert one(found, "failing_rows_without", {"column": column}).value == sum(rest.count(row) < k for row in rest)


@settings(max_examples=25, deadline=None)
@given(TABLES, TABLES)
def test_coarser_values_never_lower_k_and_more_columns_never_raise_it(rows, others):
    def k_of(table, *columns):
        return measured(found_and_picked(check(*columns), table)[0])["k_anonymity"]

    table = {"a": [r[0] for r in rows], "c": [r[2] for r in rows]}
    fine, coarse = k_of(table, "a", "c"), k_of(table | {"c": [c // 2 for c in table["c"]]}, "a", "c")
    assert fine <= coarse
    assert fine <= min(k_of(table, "a"), k_of(table, "c"))
    # rows of two tables together: a class is at least as large as in the table that has it
    both = {"a": table["a"] + [r[0] for r in others], "c": table["c"] + [r[2] for r in others]}
    second = {"a": [r[0] for r in others], "c": [r[2] for r in others]}
    assert k_of(both, "a", "c") >= min(fine, k_of(second, "a", "c"))


def test_the_key_of_a_class_tells_all_combinations_apart():
    values = [None, "", "-", "1:", ":", "1:-", "-1:"]
    pairs = list(product(values, values))
    subject, engine = subject_with({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
    table = subject.table
    classes = keyed(table, ["a", "b"]).filter(lambda t: t.q0 == "-")
    marked = engine.fetch(table.select("a", bad=in_classes(table, ["a", "b"], classes)))[1]
    assert [bad for _, bad in marked] == [a == "-" for a, _ in marked]


def test_the_predicate_serves_a_table_with_more_columns():
    subject, engine = subject_with(SWEENEY)
    assert picked(check("race", k=6), subject, engine) == [6, 7, 8, 9, 10]
