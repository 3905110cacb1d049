"""F011: gaps between intersections."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.fairness.f011_intersections import Intersections
from audit.core.contract import Contract, Place, Rule
from audit.core.errors import NotApplicable, UsageError
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of


def crossed(cells, columns=("race", "sex")):
    """Rows from {(value, …): (true positives, false negatives, false positives, true negatives)}."""
    kinds = [(1, 1), (1, 0), (0, 1), (0, 0)]
    rows = [(*where, y, p) for where, counts in cells.items() for (y, p), n in zip(kinds, counts, strict=True) for _ in range(n)]
    return pd.DataFrame(rows, columns=[*columns, "y", "p"])


def measured(frame, sensitive=("race", "sex"), **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", positive="1", sensitive=sensitive, bins=parameters.pop("bins", {}))
    check = Intersections(among=sensitive, **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


EVEN = (40, 10, 10, 40)
GERRYMANDERED = {("B", "f"): (5, 45, 5, 45), ("B", "m"): (45, 5, 45, 5), ("W", "f"): (45, 5, 45, 5), ("W", "m"): (5, 45, 5, 45)}


def test_gaps_that_neither_attribute_shows():
    """Kearns et al. (2018): every attribute alone is served alike, the intersections are not."""
    found, state = measured(crossed(GERRYMANDERED))
    where = {"attributes": "race × sex"}
    assert one(found, "selection_rate_difference", where).value == pytest.approx(0.8)
    assert state is Status.WARNED
    largest = one(found, "intersection_difference")
    others = [m for m in found.measurements if m.name.endswith("_rate_difference")]
    assert (largest.value, largest.interval) == (max(m.value for m in others), tuple(max(m.interval[i] for m in others) for i in (0, 1)))
    assert "10.0 % for B × f (n = 100) and 90.0 % for B × m (n = 100), 80.0 points" in found.message
    assert "lower than the rest of B (80.0 points) and lower than the rest of f (80.0 points)" in found.message
    assert "further off than each of its parts" in found.message


def test_rates_of_the_worst_are_measured_and_all_are_drawn():
    found, _ = measured(crossed(GERRYMANDERED))
    assert one(found, "selection_rate", {"race": "W", "sex": "m"}).value == pytest.approx(0.1)
    (heat,) = [e for e in found.exhibits if e.kind == "heatmap"]
    assert {(x, y): value for x, y, value, _ in heat.rows} == {("B", "f"): 0.1, ("B", "m"): 0.9, ("W", "f"): 0.9, ("W", "m"): 0.1}


def test_alike_intersections_pass_or_are_undecided_but_never_warn():
    found, state = measured(crossed({(r, s): tuple(20 * n for n in EVEN) for r in "BW" for s in "fm"}))
    assert state is Status.PASSED
    assert "Chance alone could explain it." in found.message
    assert measured(crossed({(r, s): EVEN for r in "BW" for s in "fm"}))[1] is Status.UNDECIDED


def test_an_intersection_that_its_parts_explain_is_not_further_off():
    # B is selected less whatever the sex
    cells = {("B", "f"): (5, 45, 5, 45), ("B", "m"): (5, 45, 5, 45), ("W", "f"): (45, 5, 45, 5), ("W", "m"): (45, 5, 45, 5)}
    found, _ = measured(crossed(cells))
    assert "which may be chance" in found.message
    assert "not for sure further off than each of its parts" in found.message


def test_small_intersections_are_listed_and_not_judged():
    cells = GERRYMANDERED | {("X", "f"): (3, 0, 3, 0)}
    found, _ = measured(crossed(cells))
    assert one(found, "selection_rate_difference", {"attributes": "race × sex"}).value == pytest.approx(0.8)
    assert "1 intersection with fewer than 30 rows is listed, not judged." in found.message
    (small,) = [e for e in found.exhibits if "not judged" in e.title]
    assert small.rows == (("race X, sex f", 6),)
    found, _ = measured(crossed(cells), min_n=3)
    assert one(found, "selection_rate_difference", {"attributes": "race × sex"}).value == pytest.approx(0.9)


def compared(found):
    return {m.where["attributes"] for m in found.measurements if m.name == "selection_rate_difference"}


def test_every_depth_and_a_bound_on_it():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({c: rng.choice(list("xy"), 4000) for c in "abcd"} | {"y": rng.integers(0, 2, 4000), "p": rng.integers(0, 2, 4000)})
    found, _ = measured(frame, tuple("abcd"))
    assert len(compared(found)) == 6 + 4 + 1
    by_hand = frame.groupby(["a", "b", "c", "d"]).p.mean()
    deepest = one(found, "selection_rate_difference", {"attributes": "a × b × c × d"})
    assert deepest.value == pytest.approx(by_hand.max() - by_hand.min())
    found, _ = measured(frame, tuple("abcd"), depth=2)
    assert len(compared(found)) == 6


def test_rows_with_a_missing_value_belong_to_no_intersection_of_it():
    frame = crossed(GERRYMANDERED).astype({"race": object})
    more = pd.concat([frame, pd.DataFrame({"race": [None] * 50, "sex": ["f"] * 50, "y": [1] * 50, "p": [1] * 50})])
    where = {"attributes": "race × sex"}
    assert one(measured(more)[0], "selection_rate_difference", where).value == one(measured(frame)[0], "selection_rate_difference", where).value


def test_attributes_with_too_many_groups_are_left_out_of_the_crossing():
    rng = np.random.default_rng(4)
    frame = crossed({(r, s): tuple(10 * n for n in EVEN) for r in "BW" for s in "fm"})
    frame["age"] = rng.permutation(len(frame)) / 7
    found, _ = measured(frame, ("race", "sex", "age"))
    assert "Not crossed, for more than 50 groups: age" in found.message
    assert {m.where["attributes"] for m in found.measurements if m.name == "selection_rate_difference"} == {"race × sex"}
    found, _ = measured(frame, ("race", "sex", "age"), bins={"age": [100]})
    assert "race × age" in {m.where["attributes"] for m in found.measurements if m.name == "selection_rate_difference"}
    found, state = measured(frame, ("race", "age"))
    assert state is Status.UNDECIDED
    assert "too many to cross" in found.message


@pytest.mark.parametrize(("counts", "whom"), [((0, 50, 0, 50), "nobody"), ((50, 0, 50, 0), "everybody")])
def test_degenerate_models_are_not_praised(counts, whom):
    found, state = measured(crossed({(r, s): counts for r in "BW" for s in "fm"}))
    assert state is Status.UNDECIDED
    assert whom in found.message


def test_one_attribute_is_not_crossed():
    with pytest.raises(NotApplicable, match="needs two sensitive attributes to cross, and 'race' is the only one"):
        measured(crossed(GERRYMANDERED), ("race",))


@pytest.mark.parametrize("parameters", [{"depth": 1}, {"depth": -1}, {"depth": True}, {"min_n": 0}, {"min_n": "30"}])
def test_absurd_parameters(parameters):
    with pytest.raises(UsageError, match=r"F011: '(depth|min_n)' is"):
        measured(crossed(GERRYMANDERED), **parameters)


def test_rules_name_attributes_and_share_the_look():
    subject, _ = subject_of(crossed(GERRYMANDERED), target="y", prediction="p", sensitive=("race", "sex"))
    (plain,) = Intersections.plan(subject, Contract())
    assert (plain.attributes, plain.looks) == ((), 22)
    here = Place("c.yaml", 3)
    rules = [
        Rule("custom", here, engine="assay", implementation={"check": "F011", "attributes": ["race", "sex"], "min_n": 50}),
        Rule("custom", here, engine="assay", implementation={"check": "F011", "depth": 2}),
    ]
    assert [(c.attributes, c.min_n, c.depth, c.looks) for c in Intersections.plan(subject, Contract(rules=rules))] == [
        (("race", "sex"), 50, 0, 44),
        ((), 30, 2, 44),
    ]
