"""Conditions, segments and the tree: by hand, against scipy, and on noise."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom

from audit.checks.errors.conditions import MAX_CONDITIONS, Condition, conditions
from audit.checks.errors.error_tree import grow
from audit.checks.errors.segments import confirm, detectable, discover, more_errors, pairs


def cond(column, text, met):
    return Condition(column, text, f"not {text}", np.asarray(met, dtype=bool))


def test_conditions_by_hand():
    frame = pd.DataFrame({"colour": ["a", "a", "a", "b", None, "b"], "checks": [0, 1, 1, 2, 2, 2], "age": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]})
    found = {c.text: c.met.tolist() for c in conditions(frame, np.ones(6, dtype=bool), 1)}
    assert found["colour = a"] == [True, True, True, False, False, False]
    assert found["colour missing"] == [False, False, False, False, True, False]
    assert found["checks ≤ 0"] == [True, False, False, False, False, False]
    assert found["checks ≥ 2"] == [False, False, False, True, True, True]
    assert found["checks = 1"] == [False, True, True, False, False, False]
    # few values: every one is an edge
    assert found["age > 2.5"] == [False, False, True, True, True, True]


def test_numbers_are_cut_at_quartiles_of_the_half_that_learns():
    frame = pd.DataFrame({"x": [*range(100), *[1_000] * 100]})
    found = conditions(frame, np.arange(200) < 100, 1)
    # those that divide the half most evenly come first
    assert [c.text for c in found] == [
        "x ≤ 49", "x ≥ 50", "x ≤ 24", "x ≥ 25", "x ≤ 74", "x ≥ 75", "x from 25 to 49", "x from 50 to 74",
    ]  # fmt: skip
    assert next(c for c in found if c.text == "x ≥ 75").met[100:].all()


def test_a_quartile_that_is_the_largest_value_gives_no_condition_twice():
    # quartiles 4, 7 and 8; "from 8 to 8" would be "≥ 8" again
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6, 7, *[8] * 7]})
    assert [c.text for c in conditions(frame, np.ones(14, dtype=bool), 1)] == ["x ≤ 7", "x ≥ 8", "x ≤ 4", "x ≥ 5", "x from 5 to 7"]


def test_the_most_even_conditions_are_kept():
    rng = np.random.default_rng(0)
    shares = rng.uniform(0.05, 0.5, MAX_CONDITIONS)
    frame = pd.DataFrame({f"c{i:03}": np.where(rng.random(400) < share, "a", "b") for i, share in enumerate(shares)})
    counts = np.concatenate([[(frame[c] == v).sum() for v in "ab"] for c in frame])
    found = conditions(frame, np.ones(400, dtype=bool), 1)
    assert len(found) == MAX_CONDITIONS
    assert [abs(c.met.sum() - 200) for c in found] == sorted(abs(counts - 200))[:MAX_CONDITIONS]


def test_dates_missing_numbers_and_rare_values():
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03", None]), "n": [1.0, np.nan, np.nan, 2.0], "v": ["x", "x", "x", "y"]}
    )
    texts = [c.text for c in conditions(frame, np.ones(4, dtype=bool), 1)]
    assert "day ≤ 2024-01-01" in texts
    assert "day > 2024-01-02" in texts
    low = next(c for c in conditions(frame, np.ones(4, dtype=bool), 1) if c.text == "n ≤ 1")
    assert (low.met.tolist(), low.otherwise) == ([True, False, False, False], "n ≥ 2 or missing")
    assert not any(c.column == "v" for c in conditions(frame, np.ones(4, dtype=bool), 2))


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_one_sided_fisher_is_scipys(a, n, b, m):
    a, b = min(a, n), min(b, m)
    got = more_errors(a, n, a + b, n + m)
    assert got == pytest.approx(fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue, rel=1e-9, abs=1e-12)


def test_one_sided_fisher_on_many_rows():
    assert more_errors(700, 5_000, 3_000, 25_000) == pytest.approx(hypergeom.sf(699, 25_000, 3_000, 5_000), rel=1e-6)


def test_a_conjunction_is_found_and_not_told_at_greater_length():
    rng = np.random.default_rng(0)
    a, b, c = (rng.random(4_000) < 0.3 for _ in range(3))
    wrong = rng.random(4_000) < np.where(a & b, 0.6, 0.1)
    known = [cond("a", "a", a), cond("a", "not a", ~a), cond("b", "b", b), cond("b", "not b", ~b), cond("c", "c", c), cond("c", "not c", ~c)]
    half = np.arange(4_000) % 2 == 0
    found = discover(known, wrong, half, 30, 0.05, 10)
    assert [c.text for c in found[0]] == ["a", "b"]
    assert len(found) == 1
    [segment] = confirm(found, wrong, ~half)
    inside = a & b & ~half
    assert (segment.n, segment.errors) == (inside.sum(), (inside & wrong).sum())
    assert (segment.rest, segment.rest_errors) == ((~(a & b) & ~half).sum(), (~(a & b) & ~half & wrong).sum())
    assert segment.p_value < 1e-10
    assert segment.excess == pytest.approx(segment.errors / segment.n - segment.rest_errors / segment.rest)


def test_no_errors_or_no_conditions_give_no_candidates():
    half = np.arange(100) < 50
    met = np.arange(100) % 2 == 0
    assert discover([cond("a", "a", met)], np.zeros(100, dtype=bool), half, 5, 0.05, 10) == []
    assert discover([], met, half, 5, 0.05, 10) == []
    assert confirm([], met, half) == []


def test_pairs_by_hand():
    met = np.zeros(4, dtype=bool)
    # two single conditions on a, one on b: three singles, and each of a's with b's
    assert pairs([cond("a", "a1", met), cond("a", "a2", met), cond("b", "b1", met)]) == 5


def noise(rng, n):
    frame = pd.DataFrame({"c": rng.choice(list("uvwx"), n), "d": rng.choice(["k", "l"], n), "x": rng.normal(size=n), "y": rng.integers(0, 9, n)})
    return frame, np.arange(n) % 2 == 0


def confirmed(frame, wrong, half):
    found = confirm(discover(conditions(frame, half, 30), wrong, half, 30, 0.05, 10), wrong, ~half)
    return [s for s in found if s.p_value <= 0.05 and s.excess is not None and s.excess >= 0.05]


def test_on_noise_hardly_ever_anything_is_confirmed():
    runs = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        frame, half = noise(rng, 600)
        runs.append(bool(confirmed(frame, rng.random(600) < 0.2, half)))
    assert np.mean(runs) <= 0.05


@pytest.mark.parametrize("n", [2_000, 20_000], ids=["few rows", "many rows, where the smallest gap decides"])
def test_the_difference_called_detectable_is_detected(n):
    share, rate = 0.1, 0.2
    need = detectable(share, rate, n // 2, 0.05, 10, 0.05)
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        frame, half = noise(rng, n)
        frame["d"] = np.where(rng.random(n) < share, "weak", frame["d"])
        wrong = rng.random(n) < np.where(frame["d"] == "weak", rate + need, rate)
        hits.append(any("d = weak" in s.text for s in confirmed(frame, wrong, half)))
    # four times out of five, less twice the standard error of 60 runs
    assert np.mean(hits) >= 0.7


def test_tree_by_hand():
    # grown on the even rows, counted on the odd ones: 'a' holds in the first half, and there every second row is misjudged
    n = 400
    a = np.arange(n) < 200
    half = np.arange(n) % 2 == 0
    wrong = a & (np.arange(n) % 4 < 2)
    root, yes, no = grow([cond("a", "a", a), cond("b", "b", np.arange(n) % 3 == 0)], wrong, half, min_leaf=20)
    assert (root.label, root.n, root.errors, root.parent) == ("all rows", 200, 50, None)
    assert (yes.label, yes.n, yes.errors, yes.parent) == ("a", 100, 50, root.id)
    assert (no.label, no.n, no.errors) == ("not a", 100, 0)


def test_a_tree_of_noise_is_a_stump_and_depth_is_kept():
    n = 4_000
    rng = np.random.default_rng(4)
    masks = [rng.random(n) < 0.5 for _ in range(5)]
    wrong = rng.random(n) < 0.05 + 0.15 * np.sum(masks, axis=0) / 5 * 2
    nodes = grow([cond(str(i), str(i), m) for i, m in enumerate(masks)], wrong, np.arange(n) % 2 == 0, depth=2)
    by_id = {node.id: node for node in nodes}
    depth = [0 if n.parent is None else 1 if by_id[n.parent].parent is None else 2 for n in nodes]
    assert max(depth) == 2
    assert len(grow([cond("0", "0", masks[0])], np.arange(n) % 7 == 0, np.arange(n) % 2 == 0)) == 1
