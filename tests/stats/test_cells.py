import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from audit.stats.cells import bca_interval, percentile_interval, resample


def share(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    total = tables.sum(axis=1)
    return np.where(total > 0, tables[:, 0] / np.maximum(total, 1), np.nan)


@given(st.lists(st.integers(0, 500), min_size=1, max_size=8), st.integers(0, 99))
def test_resampled_tables_keep_the_total_and_empty_cells(counts: list[int], seed: int) -> None:
    drawn = resample(counts, 20, seed)
    assert drawn.shape == (20, len(counts))
    assert np.all(drawn.sum(axis=1) == sum(counts))
    assert np.all(drawn[:, np.array(counts) == 0] == 0)
    assert np.array_equal(drawn, resample(counts, 20, seed))


def test_cells_are_the_row_bootstrap_in_distribution() -> None:
    rng = np.random.default_rng(5)
    rows = np.repeat([0, 1, 2], [30, 50, 20])
    by_rows = np.array([np.bincount(rng.choice(rows, 100), minlength=3) for _ in range(4_000)])
    by_cells = resample([30, 50, 20], 4_000)
    assert by_cells.mean(axis=0) == pytest.approx(by_rows.mean(axis=0), abs=0.4)
    assert np.cov(by_cells.T) == pytest.approx(np.cov(by_rows.T), abs=1.5)


def test_not_estimable() -> None:
    assert percentile_interval([np.nan, np.nan]) is None
    assert percentile_interval([np.nan] * 10 + [1.0] * 90) is None
    assert percentile_interval([np.nan] * 4 + [1.0] * 96) == (1.0, 1.0)
    assert bca_interval(share, [0, 0]) is None
    assert resample([0, 0], 3).sum() == 0


def test_bca_of_a_share_is_close_to_the_exact_interval() -> None:
    low, high = bca_interval(share, [30, 70]) or (0, 0)
    # Clopper-Pearson by hand from tables: 0.2124 to 0.3998
    assert low == pytest.approx(0.2124, abs=0.015)
    assert high == pytest.approx(0.3998, abs=0.015)


def test_bca_covers_a_skewed_ratio() -> None:
    def odds(tables: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(tables[:, 1] > 0, tables[:, 0] / np.maximum(tables[:, 1], 1), np.nan)

    rng = np.random.default_rng(2)
    drawn = rng.multinomial(80, [0.7, 0.3], size=300)
    inside = sum(low <= 7 / 3 <= high for low, high in (bca_interval(odds, d, draws=800) or (0, 0) for d in drawn))
    assert 0.91 <= inside / 300 <= 0.985


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        resample([3, -1])
