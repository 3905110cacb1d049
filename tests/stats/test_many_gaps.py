import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

import audit.stats.many_gaps as module
from audit.stats.intervals import newcombe
from audit.stats.many_gaps import many_gaps, pair_test


def test_one_rate_in_two_groups_is_newcombe() -> None:
    gaps = many_gaps([[30, 60]], [100, 100])
    assert gaps.value[0] == pytest.approx(0.3)
    assert (gaps.low[0], gaps.high[0]) == pytest.approx(newcombe(60, 100, 30, 100))
    assert (gaps.first[0], gaps.second[0], gaps.pairs) == (1, 0, 1)


def test_all_rates_share_the_error_rate() -> None:
    gaps = many_gaps([[30, 60]] * 5, [100, 100])
    assert (gaps.low[3], gaps.high[3]) == pytest.approx(newcombe(60, 100, 30, 100, 0.99))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=2, max_size=5), st.integers(1, 4), st.randoms(use_true_random=False))
def test_each_row_is_made_of_its_pairs(n: list[int], rates: int, random: Random) -> None:
    k = [[random.randint(0, total) for total in n] for _ in range(rates)]
    gaps = many_gaps(k, n)
    for i, row in enumerate(k):
        pairs = list(itertools.combinations(range(len(n)), 2))
        ends = [newcombe(row[a], n[a], row[b], n[b], 1 - 0.05 / rates / len(pairs)) or (0, 0) for a, b in pairs]
        assert gaps.value[i] == pytest.approx(max(row[g] / n[g] for g in range(len(n))) - min(row[g] / n[g] for g in range(len(n))))
        assert gaps.high[i] == pytest.approx(max(max(abs(low), abs(high)) for low, high in ends))
        assert gaps.low[i] == pytest.approx(max(0, *(max(low, -high) for low, high in ends)))
        assert gaps.low[i] <= gaps.value[i] + 1e-12
        assert row[gaps.first[i]] / n[gaps.first[i]] >= row[gaps.second[i]] / n[gaps.second[i]]


def test_the_result_does_not_depend_on_how_many_are_worked_on_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    n = rng.integers(1, 90, 7)
    k = rng.integers(0, n + 1, (40, 7))
    whole = many_gaps(k, n)
    monkeypatch.setattr(module, "AT_ONCE", 50)
    parts = many_gaps(k, n)
    assert all((getattr(whole, name) == getattr(parts, name)).all() for name in ("low", "high", "first", "second"))


def test_the_pair_that_was_picked_pays_for_the_picking() -> None:
    alone = fisher_exact([[30, 70], [60, 40]]).pvalue
    assert pair_test([30, 60, 50], [100, 100, 100], 0, 1, 3) == pytest.approx(3 * alone)
    assert pair_test([1, 1], [2, 2], 0, 1, 1) == 1.0


def test_chance_rarely_looks_like_a_gap() -> None:
    rng = np.random.default_rng(7)
    n = np.array([60, 90, 25])
    wrong = 0
    for _ in range(400):
        gaps = many_gaps(rng.binomial(n, 0.2, (30, 3)), n)
        wrong += bool((gaps.low > 0.05).any())
    assert wrong <= 8


@pytest.mark.parametrize(("k", "n"), [([[1]], [2]), ([[1, 0]], [2, 0]), ([1, 2], [3, 3])])
def test_nonsense_is_refused(k: list[object], n: list[int]) -> None:
    with pytest.raises(ValueError, match="many gaps need counts"):
        many_gaps(k, n)
