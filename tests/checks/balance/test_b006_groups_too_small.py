from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.balance.b006_groups_too_small import GroupsTooSmall
from audit.checks.balance.intersections import all_intersections, coded, deepest
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from audit.stats.intervals import wilson
from tests.answers import findings, one, status, subject_of


def people(**counts):
    """Return rows of sex and colour, ``FB=3`` for three rows of F and B."""
    rows = [tuple(cell) for cell, n in counts.items() for _ in range(n)]
    return pd.DataFrame(rows, columns=["sex", "colour"])


def found_in(frame, sensitive=("sex", "colour"), rules=(), check=None):
    subject, engine = subject_of(frame, sensitive=sensitive)
    planned = [check] if check else list(GroupsTooSmall.plan(subject, Contract(rules=rules)))
    assert len(planned) == 1
    return planned[0], findings(planned[0], subject, engine)


@pytest.mark.parametrize("half_width", [0.02, 0.05, 0.1, 0.2])
def test_the_rows_needed_are_the_fewest_with_a_narrow_interval(half_width):
    n = GroupsTooSmall(half_width=half_width).needed
    assert max(abs(end - 0.5) for end in wilson(n / 2, n)) <= half_width < max(abs(end - 0.5) for end in wilson((n - 1) / 2, n - 1))


def test_two_attributes_by_hand():
    check, found = found_in(people(FB=12, FW=93, MB=92, MW=500))
    assert check.needed == 93
    assert (one(found, "small_intersections").value, one(found, "intersections").value) == (2, 4)
    assert one(found, "intersection_rows", {"sex": "F", "colour": "B"}).value == 12
    assert status(check, found) is Status.WARNED
    assert found.message == (
        "2 of 4 intersections of 'sex' and 'colour' have fewer than 93 rows, from which on a rate is known to within 10 points: "
        "the smallest is F and B with 12 rows (81 more needed)."
    )
    assert found.exhibits[0].rows == (("F", "B", 12, 81), ("M", "B", 92, 1))


def test_enough_rows_everywhere():
    check, found = found_in(people(FB=93, FW=100, MW=200))
    assert status(check, found) is Status.PASSED
    assert found.message.startswith("Every one of the 3 intersections of 'sex' and 'colour' that occur has at least 93 rows")
    assert found.exhibits == []


def test_rows_with_a_missing_value_count_in_no_intersection_of_that_attribute():
    frame = pd.concat([people(FB=5), pd.DataFrame({"sex": [None, "M"], "colour": ["B", None]})]).assign(age=["old"] * 7)
    _, found = found_in(frame, ("sex", "colour", "age"))
    sizes = {tuple(sorted(m.where.items())): m.value for m in found.measurements if m.name == "intersection_rows"}
    assert sizes == {
        (("colour", "B"), ("sex", "F")): 5, (("age", "old"), ("sex", "F")): 5, (("age", "old"), ("sex", "M")): 1,
        (("age", "old"), ("colour", "B")): 6,        (("age", "old"), ("colour", "B"), ("sex", "F")): 5,
    }  # fmt: skip
    assert "4 pairs among them" in found.message


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.integers(1, 30), st.integers(0, 10**6))
def test_every_intersection_is_what_pandas_counts(attributes, n, seed):
    rng = np.random.default_rng(seed)
    names = [f"a{i}" for i in range(attributes)]
    frame = pd.DataFrame({c: rng.choice(np.array(["x", "y", None], dtype=object), n) for c in names})
    cells = frame.groupby(names, dropna=False).size()
    keys = [[None if pd.isna(v) else v for v in key] for key in cells.index]
    codes, values = coded(keys)
    ours = {}
    for chosen, groups, sizes in all_intersections(codes, cells.to_numpy(dtype=np.int64)):
        ours |= {tuple((names[a], values[a][v]) for a, v in zip(chosen, g, strict=True)): int(s) for g, s in zip(groups, sizes, strict=True)}
    theirs = {}
    for depth in range(2, attributes + 1):
        for chosen in combinations(names, depth):
            counted = frame.groupby(list(chosen)).size()
            theirs |= {tuple(zip(chosen, key, strict=True)): int(s) for key, s in counted.items()}
    assert ours == theirs


def test_very_many_attributes_are_cut_off_and_that_is_said():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({f"a{i}": rng.choice(["x", "y"], 40) for i in range(14)})
    _, found = found_in(frame, tuple(frame.columns))
    assert deepest(14) == 3
    assert found.message.endswith("Only intersections of up to 3 attributes were looked at in full.")
    assert len(found.exhibits[0].rows) == 100
    assert "more are not listed" in found.exhibits[0].note


def test_a_rule_has_its_own_columns_and_precision():
    rule = Rule("custom", Place("c.yaml", 3), engine="assay", implementation={"check": "B006", "attributes": ["sex", "colour"], "half_width": 0.05})
    check, found = found_in(people(FB=380, MW=381), (), (rule,))
    assert (check.needed, one(found, "small_intersections").value) == (381, 1)
    assert status(check, found) is Status.FAILED  # a rule without a severity blocks


@pytest.mark.parametrize(
    ("frame", "sensitive", "check", "kind", "words"),
    [
        (people(FB=3), (), None, NotApplicable, "needs a sensitive column"),
        (people(FB=3), ("sex",), None, NotApplicable, "needs two sensitive attributes to cross; 'sex' is the only one"),
        (pd.DataFrame({"a": range(60), "b": 1}), ("a", "b"), None, NotApplicable, "more than 50 distinct values"),
        (pd.DataFrame({"a": range(10_001), "b": 1}), ("a", "b"), None, NotApplicable, "more than 10,000 intersections"),
        (people(FB=3), (), GroupsTooSmall(attributes=("sex", "color")), NotApplicable, "Did you mean 'colour'?"),
        (people(FB=3), ("sex", "colour"), GroupsTooSmall(half_width=5), UsageError, "between 0 and 0.5"),
        (people(FB=3), ("sex", "colour"), GroupsTooSmall(half_width="x"), UsageError, "between 0 and 0.5"),
    ],
)
def test_what_it_cannot_do_is_told(frame, sensitive, check, kind, words):
    with pytest.raises(kind, match=words):
        found_in(frame, sensitive, check=check)


def test_no_rows():
    check, found = found_in(people(FB=1).iloc[:0])
    assert found.message == "No row has a value of two of 'sex' and 'colour'."
    assert status(check, found) is Status.PASSED
