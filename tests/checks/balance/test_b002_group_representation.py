import pandas as pd
import pytest

from audit.checks.balance.b002_group_representation import DIFFERENCE, GroupRepresentation
from audit.core.contract import Column, Contract, Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.exact_rates import exact_interval

PEOPLE = pd.DataFrame({"colour": ["B"] * 40 + ["W"] * 55 + ["X"] * 5 + [None] * 3, "sex": ["f", "m"] * 51 + ["f"]})


def contract(reference, rules=(), **custom):
    return Contract(
        path="c.yaml",
        columns=(Column("colour", {"": 3, "groupReference": 9}, "c.yaml", custom={"groupReference": reference, **custom}),),
        rules=tuple(rules),
    )


def rule(limit, **implementation):
    return Rule("custom", Place("c.yaml", 20), engine="assay", implementation={"check": "B002", **implementation}, limit=limit)


def test_one_check_for_each_sensitive_attribute():
    subject, _ = subject_of(PEOPLE, sensitive=("colour", "sex"))
    assert [dict(c.where) for c in GroupRepresentation.plan(subject, Contract())] == [{"attribute": "colour"}, {"attribute": "sex"}]


def test_without_a_reference_the_smallest_group_is_judged():
    subject, engine = subject_of(PEOPLE, sensitive=("colour",))
    (check,) = GroupRepresentation.plan(subject, Contract())
    found = findings(check, subject, engine)
    assert one(found, "smallest_group_rows").value == 5
    share = one(found, "group_share", {"colour": "B"})
    expected = exact_interval(40, 100, 0.95)
    assert (share.value, share.n, share.interval) == (0.4, 100, pytest.approx((expected.low, expected.high)))
    assert status(check, found) is Status.WARNED
    assert "X (5 rows, 25 more needed)" in found.message
    assert "3 rows without a value of 'colour' left out" in found.message
    assert not [m for m in found.measurements if m.name in (DIFFERENCE, "p_value")]


def test_two_large_groups_pass():
    subject, engine = subject_of(PEOPLE, sensitive=("sex",))
    (check,) = GroupRepresentation.plan(subject, Contract())
    assert status(check, findings(check, subject, engine)) is Status.PASSED


def test_against_a_stated_population():
    subject, engine = subject_of(PEOPLE, sensitive=("colour",))
    (check,) = GroupRepresentation.plan(subject, contract({"B": 0.1, "W": 0.85, "X": 0.05}, groupReferenceSource="census 1996"))
    found = findings(check, subject, engine)
    assert one(found, "share_difference", {"colour": "B"}).value == pytest.approx(0.3)
    assert one(found, "share_difference", {"colour": "W"}).value == pytest.approx(-0.3)
    largest = one(found, DIFFERENCE)
    assert largest.value == pytest.approx(0.3)
    # each of three intervals at 1 - 0.05 / 3, so that all hold together: B 40 of 100 against 0.10, W 55 of 100 against 0.85
    b = exact_interval(40, 100, 1 - 0.05 / 3)
    w = exact_interval(55, 100, 1 - 0.05 / 3)
    assert largest.interval == pytest.approx((max(b.low - 0.10, 0.85 - w.high), max(b.high - 0.10, 0.85 - w.low)))
    assert one(found, "p_value").value == 1 / 10_000
    assert check.limit.measurement == DIFFERENCE
    assert status(check, found) is Status.WARNED
    assert "census 1996" in found.message
    assert "30.0 points apart" in found.message
    assert check.clauses == ("c.yaml:9",)
    assert found.exhibits[0].column("series").count("stated population") == 3


def test_groups_that_only_one_side_knows():
    subject, engine = subject_of(PEOPLE, sensitive=("colour",))
    (check,) = GroupRepresentation.plan(subject, contract({"B": 0.4, "W": 0.5, "Y": 0.1}))
    found = findings(check, subject, engine)
    assert one(found, "share_difference", {"colour": "X"}).value == pytest.approx(0.05)
    assert one(found, "share_difference", {"colour": "Y"}).value == pytest.approx(-0.1)
    assert one(found, "smallest_group_rows").value == 0
    assert "does not mention X" in found.message
    assert "its source is not named" in found.message


def test_the_stated_population_itself_passes():
    subject, engine = subject_of(pd.DataFrame({"colour": ["B"] * 2_000 + ["W"] * 8_000}), sensitive=("colour",))
    (check,) = GroupRepresentation.plan(subject, contract({"B": 0.2, "W": 0.8}))
    found = findings(check, subject, engine)
    assert one(found, DIFFERENCE).value == 0
    assert one(found, DIFFERENCE).interval[0] == 0
    assert status(check, found) is Status.PASSED


def test_what_a_rule_bounds_depends_on_its_size():
    subject, _ = subject_of(PEOPLE, sensitive=("colour",))
    reference = {"B": 0.5, "W": 0.4, "X": 0.1}
    (share,) = GroupRepresentation.plan(subject, contract(reference, [rule(Limit(high=0.2, source="c.yaml:20"))]))
    (rows,) = GroupRepresentation.plan(subject, contract(reference, [rule(Limit(low=100, source="c.yaml:20"))]))
    (silent,) = GroupRepresentation.plan(subject, contract(reference, [rule(Limit(blocking=True, source="c.yaml:20"))]))
    assert (share.limit.high, share.limit.measurement) == (0.2, DIFFERENCE)
    assert (rows.limit.low, rows.limit.measurement) == (100, "smallest_group_rows")
    assert (silent.limit.high, silent.limit.measurement, silent.limit.blocking, silent.limit.source) == (0.05, DIFFERENCE, True, "c.yaml:20")


def test_a_rule_may_state_the_population_itself():
    subject, _ = subject_of(PEOPLE, sensitive=("colour", "sex"))
    stated = rule(Limit(), attribute="sex", reference={"f": 0.5, "m": 0.5}, reference_source="register")
    colour, sex = GroupRepresentation.plan(subject, Contract(rules=(stated,)))
    assert not colour.reference
    assert dict(sex.reference) == {"f": 0.5, "m": 0.5}


@pytest.mark.parametrize("reference", ["half", {"B": "many"}, {"B": 0.5, "W": 0.2}, {"B": 8, "W": 92}, {"B": -0.5, "W": 1.5}, ["B"]])
def test_what_is_no_population_is_refused_with_its_line(reference):
    subject, _ = subject_of(PEOPLE, sensitive=("colour",))
    with pytest.raises(UsageError, match=r"c\.yaml:9: "):
        list(GroupRepresentation.plan(subject, contract(reference)))


def test_nothing_to_look_at():
    subject, engine = subject_of(PEOPLE)
    (check,) = GroupRepresentation.plan(subject, Contract())
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(check, subject, engine)
    subject, engine = subject_of(pd.DataFrame({"age": range(60)}), sensitive=("age",))
    (check,) = GroupRepresentation.plan(subject, Contract())
    with pytest.raises(NotApplicable, match="more than 50"):
        findings(check, subject, engine)


@pytest.mark.parametrize("reference", [None, {"B": 0.5, "W": 0.5}])
@pytest.mark.parametrize("values", [[], [None, None]])
def test_no_row_has_a_group(values, reference):
    subject, engine = subject_of(pd.DataFrame({"colour": pd.Series(values, dtype="str")}), sensitive=("colour",))
    (check,) = GroupRepresentation.plan(subject, contract(reference))
    found = findings(check, subject, engine)
    assert status(check, found) is Status.UNDECIDED
    assert "No row has a value of 'colour'" in found.message
