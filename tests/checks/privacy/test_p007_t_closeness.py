from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.privacy.earth_mover import MOST_LEVELS, ordered_distance
from audit.checks.privacy.p006_l_diversity import LDiversity
from audit.checks.privacy.p007_t_closeness import TCloseness
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.predicates import NAN, PLACE, found_and_picked, rule, subject_with

ROOT = Path(__file__).parents[3]

# salaries of 3k to 11k, one row each, as in section 4 of Li, Li and Venkatasubramanian (2007)
SALARIES = list(range(3, 12))
# their table with three classes of three rows: which salaries and diseases each holds
CLASSES = {
    "class": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    "salary": [3, 5, 9, 6, 11, 8, 4, 7, 10],
    "disease": ["gastric ulcer", "stomach cancer", "pneumonia", "gastritis", "flu", "bronchitis", "gastritis", "bronchitis", "stomach cancer"],
}
WHERE = {"attribute": "s"}


def check(**rest):
    return TCloseness(**{"sensitive": ("s",), "quasi_identifiers": ("q",)} | rest)


def distances(rows, ordered, t=0.2):
    """Return the distance of each class by plain numpy, and the rows in those further than t."""
    known = [(q, s) for q, s in rows if s is not None]
    values = sorted({s for _, s in known})
    m = len(values)

    def shares(among):
        return np.array([among.count(v) for v in values]) / max(len(among), 1)

    whole, result = shares([s for _, s in known]), {}
    for q in {q for q, _ in rows}:
        here = [s for p, s in known if p == q]
        difference = shares(here) - whole if here else np.zeros(m)
        moved = float(np.abs(np.cumsum(difference))[:-1].sum() / (m - 1)) if m > 1 else 0.0
        result[q] = moved if ordered else float(np.abs(difference).sum() / 2)
    return result, [i for i, (q, _) in enumerate(rows) if result[q] > t + 1e-9]


@pytest.mark.parametrize(("members", "distance"), [((3, 4, 5), 0.375), ((6, 8, 11), 1 / 6)])
def test_the_ordered_distances_of_the_paper(members, distance):
    table = {"q": ["in" if s in members else "out" for s in SALARIES], "s": SALARIES}
    subject, engine = subject_with(table)
    found = {row[0]: row[-1] for row in engine.fetch(ordered_distance(subject.table, ["q"], "s"))[1]}
    assert found["in"] == pytest.approx(distance, abs=1e-9)


def test_the_table_of_the_paper_is_0_167_close_in_salary():
    found, rows = found_and_picked(check(sensitive=("salary",), quasi_identifiers=("class",), t=0.167), CLASSES)
    assert rows == []
    assert one(found, "t_closeness", {"attribute": "salary"}).value == pytest.approx(12 / 72, abs=1e-9)
    assert found.message == (
        "In classes alike in 'class', the values of 'salary' are at most 0.167 from those of all rows, so no class is further than 0.167."
    )
    # the third class, 4, 7 and 10, is the closest: 6/72
    assert found_and_picked(check(sensitive=("salary",), quasi_identifiers=("class",), t=0.1), CLASSES)[1] == [0, 1, 2, 3, 4, 5]


def test_the_diseases_of_the_paper_one_step_apart():
    # shares of all rows: gastric ulcer, pneumonia and flu 1/9, the others 2/9. The first class holds 1/3 each of gastric ulcer (2/9 above the
    # whole), stomach cancer (1/9) and pneumonia (2/9): 5/9. The second gastritis 1/9, flu 2/9, bronchitis 1/9: 4/9. The third 1/9 three times.
    found, rows = found_and_picked(check(sensitive=("disease",), quasi_identifiers=("class",), t=0.4), CLASSES)
    assert rows == [0, 1, 2, 3, 4, 5]
    assert one(found, "t_closeness", {"attribute": "disease"}).value == pytest.approx(5 / 9, abs=1e-9)
    assert [(n, round(d, 6)) for n, d in found.exhibits[1].rows] == [(3, 0.555556), (3, 0.444444), (3, 0.333333)]
    assert sum(found.exhibits[0].column("count")) == 9


def test_missing_values_are_left_out_and_stand_or_fall_with_their_class():
    table = {"q": ["a", "a", "a", "b", "b", "c"], "s": ["x", "x", None, "y", "y", None]}
    found, rows = found_and_picked(check(t=0.4), table)
    # x and y are half each of all known values; 'c' has none, so nothing is known of it
    assert rows == [0, 1, 2, 3, 4]
    assert one(found, "t_closeness", WHERE).value == 0.5
    assert one(found, "t_closeness", WHERE).n == 4
    numbers = {"q": table["q"], "s": [1.0, 1.0, NAN, 2.0, 2.0, None]}
    assert found_and_picked(check(t=0.4), numbers)[1] == rows


@pytest.mark.parametrize(
    ("values", "t", "distance"),
    [
        ([date(1850, 1, 1), date(1850, 1, 2), date(2000, 1, 1)], "ordered", 0.5),
        ([True, False, False], "equal", 2 / 3),
        (["a", "b", "c"], "equal", 2 / 3),
    ],
)
def test_what_has_an_order_is_ranked(values, t, distance):
    found, _ = found_and_picked(check(), {"q": [1, 2, 3], "s": values})
    method = one(found, "t_closeness", WHERE).method
    assert ("by rank" in method) == (t == "ordered")
    assert one(found, "t_closeness", WHERE).value == pytest.approx(distance, abs=1e-9)


def test_a_rule_may_name_the_distance():
    table = {"q": [1, 2, 3], "s": [1, 2, 3]}
    assert one(found_and_picked(check(distance="equal"), table)[0], "t_closeness", WHERE).value == pytest.approx(2 / 3)
    assert one(found_and_picked(check(distance="ordered"), {"q": [1, 2, 3], "s": ["a", "b", "c"]})[0], "t_closeness", WHERE).value == 0.5
    subject, engine = subject_with({"q": [1], "s": [True]})
    with pytest.raises(DataError, match="boolean, which has no order"):
        findings(check(distance="ordered"), subject, engine)


@pytest.mark.parametrize(("values", "message"), [([], "There are no rows."), ([None, None], "No row has a value of 's'.")])
@pytest.mark.parametrize("distance", ["equal", "ordered"])
def test_nothing_to_compare(values, message, distance):
    found, rows = found_and_picked(check(distance=distance), {"q": pa.array([1] * len(values)), "s": pa.array(values, pa.float64())})
    assert (found.message, rows) == (message, [])
    assert one(found, "t_closeness", WHERE).value is None


def test_one_value_in_all_rows_is_no_distance():
    for values in ([7, 7, 7], ["x", "x", "x"]):
        found, rows = found_and_picked(check(t=0), {"q": [1, 1, 2], "s": values})
        assert (one(found, "t_closeness", WHERE).value, rows) == (0.0, [])


def test_reported_only_unless_a_rule_asks():
    subject, engine = subject_with({"q": [1, 2], "s": ["a", "b"]}, quasi_identifiers=("q",), sensitive=("s",))
    (default,) = TCloseness.plan(subject, Contract())
    assert not default.limit.judges
    assert status(default, findings(default, subject, engine)) is Status.PASSED
    own = rule(kind="custom", engine="assay", implementation={"check": "P007", "t": 0.3}, limit=Limit(source=str(PLACE)))
    (declared,) = TCloseness.plan(subject, Contract(rules=[own]))
    assert (declared.t, declared.limit.high, declared.limit.blocking, declared.limit.source) == (0.3, 0, True, str(PLACE))
    assert status(declared, findings(declared, subject, engine)) is Status.FAILED


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"t": 2}, "'t' is the greatest distance"),
        ({"t": True}, "'t' is"),
        ({"t": "0.2"}, "'t' is"),
        ({"distance": "far"}, "'distance' is equal or ordered"),
    ],
)
def test_what_is_no_parameter_is_refused(told, words):
    own = rule(kind="custom", engine="assay", implementation={"check": "P007", **told})
    with pytest.raises(UsageError, match=words):
        list(TCloseness.plan(subject_with({"a": [1]})[0], Contract(rules=[own])))


def test_not_applicable():
    subject, engine = subject_with({"a": [1]})
    with pytest.raises(NotApplicable, match="needs a sensitive column"):
        findings(TCloseness(quasi_identifiers=("a",)), subject, engine)


SENSITIVE = st.one_of(st.none(), st.integers(0, 9))
ROWS = st.lists(st.tuples(st.integers(0, 3), SENSITIVE), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.booleans(), st.sampled_from([0.0, 0.1, 0.33, 0.7]))
def test_distances_are_those_of_plain_numpy(rows, ordered, t):
    table = {"q": [q for q, _ in rows], "s": pa.array([s for _, s in rows], pa.int64())}
    found, failing = found_and_picked(check(t=t, distance="ordered" if ordered else "equal"), table)
    expected, beyond = distances(rows, ordered, t)
    greatest = one(found, "t_closeness", WHERE).value
    if any(s is not None for _, s in rows):
        assert greatest == pytest.approx(max(expected.values()), abs=1e-8)
    else:
        assert greatest is None
    assert failing == beyond
    assert one(found, "failing_rows", WHERE).value == len(beyond)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=10), st.integers(1, 4), st.booleans())
def test_classes_like_the_whole_are_no_distance_away(values, classes, ordered):
    table = {"q": [c for c in range(classes) for _ in values], "s": values * classes}
    found, rows = found_and_picked(check(t=0, distance="ordered" if ordered else "equal"), table)
    assert one(found, "t_closeness", WHERE).value == 0
    assert rows == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=40), st.booleans())
def test_merging_classes_never_takes_them_further_away(rows, ordered):
    def greatest(merge):
        table = {"q": [q // merge for q, _ in rows], "s": [s for _, s in rows]}
        return one(found_and_picked(check(distance="ordered" if ordered else "equal"), table)[0], "t_closeness", WHERE).value

    assert greatest(4) <= greatest(2) + 1e-9 <= greatest(1) + 2e-9


def test_very_many_numbers_are_banded_with_little_loss():
    rng = np.random.default_rng(5)
    q, s = rng.integers(0, 6, 4_000), rng.lognormal(0, 2, 4_000)
    s[:900] += q[:900]
    found, _ = found_and_picked(check(), {"q": q.tolist(), "s": s.tolist()})
    expected, _ = distances(list(zip(q.tolist(), s.tolist(), strict=True)), ordered=True)
    assert one(found, "t_closeness", WHERE).value == pytest.approx(max(expected.values()), abs=1 / MOST_LEVELS)


@pytest.mark.parametrize(
    ("columns", "sensitive", "t", "values"),
    [
        (("age", "employed", "citizen"), "colour", 0.7535399923459625, 1),
        (("age", "employed", "citizen"), "checks", 0.561168516392397, 1),
        (("employed", "citizen"), "checks", 0.12065224254278979, 7),
        (("employed", "citizen"), "age", 0.05926132624073209, 38),
    ],
)
def test_a_second_witness_on_the_arrests(columns, sensitive, t, values):
    # t-closeness and l-diversity as pyCANON 1.3.6 gives them for the same columns
    frame = pd.read_parquet(ROOT / "data" / "arrests" / "arrests.parquet")
    subject, engine = subject_of(frame)
    closeness = findings(TCloseness(sensitive=(sensitive,), quasi_identifiers=columns), subject, engine)
    diversity = findings(LDiversity(sensitive=(sensitive,), quasi_identifiers=columns), subject, engine)
    assert one(closeness, "t_closeness", {"attribute": sensitive}).value == pytest.approx(t, abs=1e-8)
    assert one(diversity, "l_diversity", {"attribute": sensitive}).value == values
