import numpy as np
import pytest

from audit.stats.lapse import ceiling_p_value, lapse

ROWS = 3_000


def drawn(rate, seed, scale=1.0):
    rng = np.random.default_rng(seed)
    z = np.abs(rng.normal(2.5, 2, ROWS))
    agrees = rng.random(ROWS) < (1 - rate) / (1 + np.exp(-scale * z))
    return z, agrees


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_overlap_alone_is_no_lapse(scale):
    p_values = [lapse(*drawn(0, seed, scale), draws=1).p_value for seed in range(40)]
    # at most 5 of 40 with a chance of 5 % each, but once in a hundred times
    assert np.sum(np.array(p_values) < 0.05) <= 5


@pytest.mark.parametrize("rate", [0.05, 0.1])
def test_the_rate_is_found_with_its_interval(rate):
    found = [lapse(*drawn(rate, seed), seed=seed) for seed in range(12)]
    assert np.mean([f.rate for f in found]) == pytest.approx(rate, abs=0.015)
    assert sum(f.p_value < 0.01 for f in found) >= 11
    covered = [np.quantile(f.rates, 0.025) <= rate <= np.quantile(f.rates, 0.975) for f in found]
    assert sum(covered) >= 10


def test_a_disagreement_is_the_more_probably_wrong_the_surer_the_model():
    found = lapse(*drawn(0.1, 0))
    chances = found.error_given_disagreement([0.0, 2.0, 5.0, 9.0])
    assert np.all(np.diff(chances) > 0)
    assert chances[0] < 0.3
    assert chances[-1] > 0.95
    assert found.agreement([0.0, 9.0])[1] > 0.98
    # by Bayes: wrong 0.1, or right and outside by overlap
    overlap = 0.9 * (1 - found.agreement([2.0])[0])
    assert chances[1] == pytest.approx(found.rate / (found.rate + overlap * (1 - found.rate) / 0.9))


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 7])
def test_the_p_value_is_that_of_simulated_mixtures(groups):
    drawn = (np.maximum(np.random.default_rng(groups).normal(size=(200_000, groups)), 0) ** 2).sum(axis=1)
    for statistic in (0.5, 3.0, 8.0):
        assert ceiling_p_value(statistic / 2, groups) == pytest.approx(np.mean(drawn > statistic), abs=0.004)


def test_the_same_seed_gives_the_same_numbers_and_few_rows_are_refused():
    z, agrees = drawn(0.05, 3)
    assert np.array_equal(lapse(z, agrees, seed=1).rates, lapse(z, agrees, seed=1).rates)
    with pytest.raises(ValueError, match="at least 40 rows; got 39"):
        lapse(z[:39], agrees[:39])


def test_perfect_agreement():
    found = lapse(np.linspace(0, 9, 200), np.ones(200, dtype=bool))
    assert found.rate < 0.01
    assert found.p_value > 0.05
