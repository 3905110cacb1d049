import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.p003_k_anonymity import KAnonymity
from audit.checks.privacy.p006_l_diversity import LDiversity
from audit.core.contract import Column, Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status
from tests.predicates import NAN, PLACE, found_and_picked, rule, subject_with

# the 3-diverse table of Machanavajjhala et al. (2007): four rows of each of three classes
DIVERSE = {
    "zip": ["1305*"] * 4 + ["1485*"] * 4 + ["1306*"] * 4,
    "age": ["<=40"] * 4 + [">40"] * 4 + ["<=40"] * 4,
    "condition": ["heart", "viral", "cancer", "cancer", "cancer", "heart", "viral", "viral", "heart", "viral", "cancer", "cancer"],
}
# their 4-anonymous table, whose last class is homogeneous
HOMOGENEOUS = {
    "zip": ["130**"] * 4 + ["1485*"] * 4 + ["130**"] * 4,
    "age": ["<30"] * 4 + [">=40"] * 4 + ["3*"] * 4,
    "condition": ["heart", "heart", "viral", "viral", "cancer", "heart", "viral", "viral", "cancer", "cancer", "cancer", "cancer"],
}
WHERE = {"attribute": "condition"}


def check(**rest):
    return LDiversity(**{"sensitive": ("condition",), "quasi_identifiers": ("zip", "age")} | rest)


def test_the_diverse_table_of_the_paper():
    found, rows = found_and_picked(check(diversity=3), DIVERSE)
    assert rows == []
    assert one(found, "l_diversity", WHERE).value == 3
    # shares 1/2, 1/4 and 1/4: entropy 1.5 bits, so 2 ** 1.5
    assert one(found, "entropy_l_diversity", WHERE).value == pytest.approx(2**1.5)
    assert found.message == (
        "In classes alike in 'zip' and 'age', the fewest values of 'condition' in a class are 3 (entropy l 2.83), so no class has fewer than 3."
    )
    assert found_and_picked(check(diversity=2.8, entropy=True), DIVERSE)[1] == []
    assert found_and_picked(check(diversity=2.9, entropy=True), DIVERSE)[1] == list(range(12))


def test_the_homogeneous_class_of_the_paper():
    found, rows = found_and_picked(check(), HOMOGENEOUS)
    assert rows == [8, 9, 10, 11]
    assert (one(found, "failing_rows", WHERE).value, one(found, "failing_share", WHERE).value) == (4, 4 / 12)
    assert (one(found, "l_diversity", WHERE).value, one(found, "entropy_l_diversity", WHERE).value) == (1, 1.0)
    assert "1 (entropy l 1.00); 4 of 12 rows (33.3 %) are in classes with fewer than 2." in found.message
    assert found.exhibits[1].rows == ((4, 1, 1.0),)
    # two values, equally frequent, are exactly two, whatever rounding does
    assert found_and_picked(check(diversity=2, entropy=True), HOMOGENEOUS)[1] == [8, 9, 10, 11]


def test_missing_values_are_no_values():
    table = {"q": ["a"] * 3 + ["b"] * 2 + ["c"] * 2, "s": [1.0, 1.0, NAN, None, NAN, 1.0, 2.0]}
    found, rows = found_and_picked(LDiversity(sensitive=("s",), quasi_identifiers=("q",)), table)
    # rows without a value stand or fall with their class; a class without any gives nothing away
    assert rows == [0, 1, 2]
    where = {"attribute": "s"}
    assert one(found, "rows_without_value_in_class", where).value == 2
    assert one(found, "l_diversity", where).value == 1
    assert found.message.endswith("classes with fewer than 2; 2 rows are in classes that have none at all.")


@pytest.mark.parametrize(("values", "message"), [([], "There are no rows."), ([None, None], "No row has a value of 's'.")])
def test_nothing_to_give_away(values, message):
    subject_check = LDiversity(sensitive=("s",), quasi_identifiers=("q",))
    found, rows = found_and_picked(subject_check, {"q": [1] * len(values), "s": values})
    assert (found.message, rows, status(subject_check, found)) == (message, [], Status.PASSED)
    assert one(found, "l_diversity", {"attribute": "s"}).value is None


def test_one_check_for_each_sensitive_column_which_forms_no_classes():
    columns = [Column(c, {"role": i}, "t", custom={"role": "x"}) for i, c in enumerate("abc")]
    subject, _ = subject_with({"a": [1], "b": [1], "c": [1]}, quasi_identifiers=("a", "b"), sensitive=("b", "c"))
    planned = list(LDiversity.plan(subject, Contract(path="t", columns=columns)))
    assert [(p.sensitive, p.quasi_identifiers, p.limit.blocking, dict(p.where)) for p in planned] == [
        (("b",), ("a",), False, {"attribute": "b"}),
        (("c",), ("a", "b"), False, {"attribute": "c"}),
    ]
    assert planned[0].clauses == ("t:0", "t:1", "t:2")


def test_a_rule_says_l():
    told = {"check": "P006", "l": 4, "sensitive": "s", "quasi_identifiers": ["q"]}
    own = rule(kind="custom", engine="assay", implementation=told, limit=Limit(source=str(PLACE)))
    (declared,) = LDiversity.plan(subject_with({"q": [1], "s": [1]})[0], Contract(rules=[own]))
    assert (declared.diversity, declared.sensitive, declared.quasi_identifiers, declared.limit.blocking) == (4, ("s",), ("q",), True)
    assert declared.reason() == "its class has fewer values than 4 of 's'"


@pytest.mark.parametrize("number", [0, -1, "3", True, NAN, None])
def test_what_is_no_number_of_values_is_refused(number):
    own = rule(kind="custom", engine="assay", implementation={"check": "P006", "l": number})
    with pytest.raises(UsageError, match="'l' is the least number of values in a class, from 1 on"):
        list(LDiversity.plan(subject_with({"a": [1]})[0], Contract(rules=[own])))


def test_not_applicable():
    subject, engine = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(LDiversity(quasi_identifiers=("a",)), subject, engine)
    with pytest.raises(NotApplicable, match="needs quasi-identifiers"):
        findings(LDiversity(sensitive=("a",)), subject, engine)
    # said once, and not for each sensitive column
    several, _ = subject_with({"a": [1], "b": [1]}, sensitive=("a", "b"))
    assert [(p.sensitive, p.quasi_identifiers) for p in LDiversity.plan(several, Contract())] == [((), ())]


def test_no_value_is_shown():
    table = {"q": ["Secretplace", "B", "B"], "s": ["Secretillness", "x", "y"]}
    found, _ = found_and_picked(LDiversity(sensitive=("s",), quasi_identifiers=("q",)), table)
    assert "Secret" not in f"{found}"


ROWS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["u", "v", "w", "x", None])), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(1, 4), st.booleans())
def test_counts_are_those_of_plain_python(rows, least, entropy):
    table = {"q": [q for q, _ in rows], "s": [s for _, s in rows]}
    found, failing = found_and_picked(LDiversity(sensitive=("s",), quasi_identifiers=("q",), diversity=least, entropy=entropy), table)
    held = {q: Counter(s for p, s in rows if p == q and s is not None) for q, _ in rows}
    held = {q: c for q, c in held.items() if c}
    evenness = {q: math.exp(-sum(n / c.total() * math.log(n / c.total()) for n in c.values())) for q, c in held.items()}
    judged = {q: evenness[q] if entropy else len(c) for q, c in held.items()}
    assert failing == [i for i, (q, _) in enumerate(rows) if q in judged and judged[q] < least - 1e-9]
    assert one(found, "failing_rows", {"attribute": "s"}).value == len(failing)
    if held:
        distinct, spread = (one(found, name, {"attribute": "s"}).value for name in ("l_diversity", "entropy_l_diversity"))
        assert distinct == min(map(len, held.values()))
        assert spread == pytest.approx(min(evenness.values()), abs=1e-8)
        assert spread <= distinct + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("uvwx")), min_size=1, max_size=40))
def test_l_is_at_most_k(rows):
    table = {"q": [q for q, _ in rows], "s": [s for _, s in rows]}
    diversity, _ = found_and_picked(LDiversity(sensitive=("s",), quasi_identifiers=("q",)), table)
    anonymity, _ = found_and_picked(KAnonymity(quasi_identifiers=("q",)), table)
    assert one(diversity, "l_diversity", {"attribute": "s"}).value <= one(anonymity, "k_anonymity").value
