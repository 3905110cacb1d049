import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score

from audit.stats.intervals import paired_difference
from audit.stats.paired import PairedPlaces, auc_difference, mcnemar, more_paired_rows, paired_mean, places


@pytest.mark.parametrize(("won", "lost"), [(0, 1), (3, 9), (10, 2), (7, 7), (40, 20), (1000, 1100), (0, 30), (60_000, 61_000)])
def test_mcnemar_is_the_binomial_test_of_discordant_rows(won, lost):
    exact = binomtest(won, won + lost).pvalue
    assert mcnemar(won, lost) == pytest.approx(exact, rel=1e-8)
    half = 0.0 if won == lost else np.exp(_log_pmf(won, won + lost))
    assert mcnemar(won, lost, mid=True) == pytest.approx(exact - half, rel=1e-8)


def _log_pmf(k, n):
    from scipy.stats import binom

    return binom.logpmf(k, n, 0.5)


def test_mcnemar_without_discordant_rows():
    assert mcnemar(0, 0) == mcnemar(0, 0, mid=True) == 1
    with pytest.raises(ValueError, match="negative"):
        mcnemar(-1, 2)


@pytest.mark.parametrize(("won", "lost", "n"), [(0, 0, 1), (30, 10, 100), (5, 0, 5), (0, 9, 200)])
def test_the_interval_of_whole_changes_is_bonett_and_prices(won, lost, n):
    assert paired_mean(won - lost, won + lost, n) == pytest.approx(paired_difference(won, lost, n))


def test_more_rows_decide():
    # 60 against 40 of 1,000 rows: (60 - 40)/1000 = 0.02, half width 1.96 * sqrt(0.1 / 1000) = 0.0196: about decided
    assert more_paired_rows(60, 40, 1_000) in range(60)
    needed = more_paired_rows(55, 45, 1_000)
    # 0.01 = 1.96 * sqrt(0.1 / n) at n = 3,842
    assert needed == pytest.approx(2_842, rel=0.02)
    scale = (1_000 + needed) / 1_000
    low, _ = paired_mean(10 * scale, 100 * scale, 1_000 * scale)
    assert low == pytest.approx(0, abs=1e-5)
    assert more_paired_rows(5, 5, 100) is None
    assert more_paired_rows(0, 0, 0) is None
    assert more_paired_rows(90, 5, 100) == 0


def test_places_average_to_the_area():
    rng = np.random.default_rng(2)
    y = rng.random(300) < 0.3
    s = np.round(rng.normal(y * 1.0), 1)
    placed = places(s, y)
    assert placed[y].mean() == pytest.approx(roc_auc_score(y, s))
    assert placed[~y].mean() == pytest.approx(roc_auc_score(y, s))
    assert np.isnan(places([1.0, 2.0], [True, True])).all()


def test_difference_of_areas_by_the_definition():
    rng = np.random.default_rng(4)
    y = rng.random(400) < 0.4
    a, b = rng.normal(y * 1.2), rng.normal(y * 0.7)
    pa, pb = places(a, y), places(b, y)
    found = auc_difference(PairedPlaces.of(pa[y], pb[y]), PairedPlaces.of(pa[~y], pb[~y]))
    assert found is not None
    value, (low, high) = found
    assert value == pytest.approx(roc_auc_score(y, a) - roc_auc_score(y, b))
    # DeLong's own standard error, row by row
    se = np.sqrt(np.var((pa - pb)[y], ddof=1) / y.sum() + np.var((pa - pb)[~y], ddof=1) / (~y).sum())
    assert (high - low) / 2 == pytest.approx(1.959964 * se, rel=0.03)
    assert (high - low) / 2 >= 1.959964 * se * 0.99


def test_equal_scores_have_an_interval_around_nothing():
    y = np.arange(40) % 2 == 0
    placed = places(np.arange(40.0), y)
    value, (low, high) = auc_difference(PairedPlaces.of(placed[y], placed[y]), PairedPlaces.of(placed[~y], placed[~y])) or (9, (9, 9))
    assert value == 0
    assert low < 0 < high
    assert auc_difference(PairedPlaces.of([], []), PairedPlaces.of([1], [1])) is None
