"""Losses of probabilities: values by hand, ends by their coverage, and what has no bound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stats.bounded_mean import bounded_mean
from audit.stats.probability_loss import brier_interval, brier_skill, brier_skill_interval, log_loss_interval

table = st.lists(st.tuples(st.integers(1, 99), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12, unique_by=lambda t: t[0])


def arrays(cells: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, n0, n1 = (np.array(side, dtype=float) for side in zip(*sorted(cells), strict=True))
    return x / 100, n0, n1


@given(cells=table)
def test_intervals_hold_their_estimates(cells: list[tuple[int, int, int]]) -> None:
    x, n0, n1 = arrays(cells)
    n, positives = int((n0 + n1).sum()), int(n1.sum())
    if n == 0:
        assert brier_interval(x, n0, n1) is None
        assert log_loss_interval(x, n0, n1) is None
        return
    brier = float((n0 * x**2 + n1 * (1 - x) ** 2).sum() / n)
    loss = float(-(n0 * np.log(1 - x) + n1 * np.log(x)).sum() / n)
    for value, interval in ((brier, brier_interval(x, n0, n1)), (loss, log_loss_interval(x, n0, n1))):
        assert interval is not None
        assert 0 <= interval[0] <= value + 1e-9
        assert value - 1e-9 <= interval[1]
    skill, ends = brier_skill(brier, n, positives), brier_skill_interval(x, n0, n1)
    assert (skill is None) == (ends is None) == (positives in (0, n))
    assert ends is None or ends[0] < ends[1] <= 1


def test_skill_by_hand() -> None:
    # four of ten are positive: always answering 0.4 loses 0.24
    assert brier_skill(0.12, 10, 4) == pytest.approx(0.5)
    assert brier_skill(0.24, 10, 4) == pytest.approx(0)
    assert brier_skill(0.1, 10, 10) is None
    assert brier_skill(0.1, 0, 0) is None


def test_log_loss_is_bounded_by_what_the_boldest_score_would_lose() -> None:
    # ten rows scored 0.9 and right; the worst that such a score could lose is -log(0.1)
    losses = -np.log([0.9])
    assert log_loss_interval([0.9], [0], [10]) == pytest.approx(bounded_mean(losses, [10], 0, -np.log(0.1)))


def test_log_loss_of_certain_scores_needs_a_floor() -> None:
    with pytest.raises(ValueError, match="no upper bound"):
        log_loss_interval([0.0, 0.5], [1, 1], [0, 1])
    low, high = log_loss_interval([0.0, 0.5], [1, 1], [0, 1], floor=1e-3) or (0, 0)
    assert low < 2 * np.log(2) / 3 < high <= -np.log(1e-3)


@pytest.mark.parametrize(("rate", "n"), [(0.5, 10), (0.9, 30), (0.95, 200)])
def test_skill_holds_its_level(rate: float, n: int) -> None:
    rng = np.random.default_rng(2)

    def drawn(rows: int) -> tuple[np.ndarray, np.ndarray]:
        x = np.sort(rng.beta(4 * rate, 4 * (1 - rate), rows).clip(1e-6, 1 - 1e-6))
        return x, rng.random(rows) < x

    x, y = drawn(1_000_000)
    truth = 1 - np.mean((x - y) ** 2) / (y.mean() * (1 - y.mean()))
    tables = [(x, ~y, y) for x, y in (drawn(n) for _ in range(200)) if 0 < y.sum() < n]
    assert np.mean([ends[0] <= truth <= ends[1] for t in tables if (ends := brier_skill_interval(*t))]) >= 0.93
