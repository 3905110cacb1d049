"""Generalized entropy of counts: by hand, from people one by one, and its test of groups."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.stats.entropy import benefits_alike, generalized_entropy


def one_by_one(benefits, alpha):
    """The definition, person by person (Speicher et al. 2018, equation 1)."""
    b = np.asarray(benefits, dtype=float)
    x = b / b.mean()
    if alpha == 1:
        return float(np.mean([v * np.log(v) if v > 0 else 0.0 for v in x]))
    return float(np.mean(x**alpha - 1) / (alpha * (alpha - 1)))


def people(table):
    return [[benefit for benefit, n in enumerate(row) for _ in range(n)] for row in table]


TABLES = st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.sampled_from([1.0, 2.0]))
def test_total_is_the_definition_and_parts_add_up(table, alpha):
    everyone = [b for row in people(table) for b in row]
    total, between, within = (float(v) for v in generalized_entropy(table, alpha))
    if not sum(everyone):
        assert np.isnan([total, between, within]).all()
        return
    assert total == pytest.approx(one_by_one(everyone, alpha), abs=1e-12)
    means = [np.mean(row) for row in people(table) if row]
    sizes = [len(row) for row in people(table) if row]
    smoothed = [m for m, n in zip(means, sizes, strict=True) for _ in range(n)]
    assert between == pytest.approx(one_by_one(smoothed, alpha), abs=1e-12)
    assert between + within == pytest.approx(total, abs=1e-12)


def test_half_the_squared_coefficient_of_variation():
    benefits = [0] * 3 + [1] * 10 + [2] * 5
    assert generalized_entropy([[3, 10, 5]])[0] == pytest.approx(np.var(benefits) / np.mean(benefits) ** 2 / 2)


def test_works_on_draws():
    rng = np.random.default_rng(3)
    drawn = rng.integers(0, 9, size=(6, 2, 3))
    parts = generalized_entropy(drawn)
    assert [p.shape for p in parts] == [(6,)] * 3
    np.testing.assert_allclose(parts[1], [float(generalized_entropy(table)[1]) for table in drawn])


def test_groups_that_are_alike_and_groups_that_are_not():
    assert benefits_alike([[10, 80, 10], [10, 80, 10]]) == pytest.approx(1.0, abs=0.05)
    assert benefits_alike([[30, 65, 5], [5, 65, 30]]) < 0.001
    assert benefits_alike([[10, 80, 10]]) is None
    assert benefits_alike([[10, 0, 0], [3, 0, 0]]) is None


def test_p_values_are_uniform_if_groups_are_alike():
    rng = np.random.default_rng(5)
    p = [benefits_alike(rng.multinomial([60, 40, 30], [0.15, 0.7, 0.15]), draws=399, seed=i) for i in range(300)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)
