import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, ks_2samp

from audit.stats.distances import jensen_shannon, kolmogorov_smirnov, population_stability_index, total_variation

COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12).filter(
    # scipy divides by the effective size minus a half where both sides have one row
    lambda rows: sum(a for a, _ in rows) > 1 and sum(b for _, b in rows) > 1
)


@given(COUNTS)
def test_kolmogorov_smirnov_agrees_with_scipy(rows: list[tuple[int, int]]) -> None:
    a, b = np.array(rows).T
    values = np.arange(len(rows))
    theirs = ks_2samp(np.repeat(values, a), np.repeat(values, b), method="asymp").statistic
    assert kolmogorov_smirnov(a, b) == pytest.approx(theirs)


@given(COUNTS)
def test_jensen_shannon_agrees_with_scipy(rows: list[tuple[int, int]]) -> None:
    a, b = np.array(rows, dtype=float).T
    # scipy's root of a rounding error below zero is NaN where both sides are equal
    theirs = 0.0 if np.allclose(a / a.sum(), b / b.sum()) else jensenshannon(a, b, base=2)
    assert jensen_shannon(a, b) == pytest.approx(theirs, abs=1e-6)


@given(COUNTS)
def test_stability_index_is_the_symmetrised_relative_entropy(rows: list[tuple[int, int]]) -> None:
    a, b = np.array(rows, dtype=float).T
    assert population_stability_index(a, b) == pytest.approx(entropy(a + 0.5, b + 0.5) + entropy(b + 0.5, a + 0.5), abs=1e-12)


@given(COUNTS)
def test_distances_are_symmetric_and_bounded(rows: list[tuple[int, int]]) -> None:
    a, b = np.array(rows).T
    for distance in (kolmogorov_smirnov, total_variation, jensen_shannon):
        value = distance(a, b)
        assert value is not None
        assert 0 <= value <= 1 + 1e-12
        assert value == pytest.approx(distance(b, a))
        assert distance(a, a) == pytest.approx(0, abs=1e-7)
    assert total_variation(a, b) >= kolmogorov_smirnov(a, b) - 1e-12  # type: ignore[operator]


def test_by_hand() -> None:
    assert total_variation([5, 5], [10, 0]) == 0.5
    assert kolmogorov_smirnov([1, 0, 1], [0, 2, 0]) == 0.5
    assert jensen_shannon([1, 0], [0, 1]) == 1.0
    assert population_stability_index([1, 1], [1, 0], smoothing=0) == np.inf


def test_an_empty_side_gives_no_distance() -> None:
    for distance in (kolmogorov_smirnov, total_variation, jensen_shannon, population_stability_index):
        assert distance([0, 0], [1, 2]) is None
        with pytest.raises(ValueError, match="same bins"):
            distance([1], [1, 2])
        with pytest.raises(ValueError, match="negative"):
            distance([1, -1], [1, 2])
