"""Coverage and width of the intervals of regression metrics, beside the percentile bootstrap: ``python benchmarks/regression_coverage.py``.

Labels are a signal plus an error; the model predicts the signal. Errors are normal, skewed (exponential), heavy-tailed (Student's t with 3 degrees
of freedom) or both (lognormal), centred at 0. The last two have no fourth moment, or one so large that samples hardly show it.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from audit.stats.means import mean_bounds, positive_bounds
from audit.stats.range_of_means import range_of_means

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]

LEVEL = 0.95
SIZES = (10, 30, 100, 500)
#: Spread of the signal in standard deviations of the error, so that R² is 0.9.
SIGNAL = 3.0

ERRORS: dict[str, tuple[Draw, float]] = {
    "normal": (lambda rng, shape: rng.normal(size=shape), 1.0),
    "skewed": (lambda rng, shape: rng.exponential(size=shape) - 1, 1.0),
    "heavy": (lambda rng, shape: rng.standard_t(3, size=shape), 3.0),
    "lognormal": (lambda rng, shape: rng.lognormal(size=shape) - np.exp(0.5), (np.e - 1) * np.e),
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2_000)
    parser.add_argument("--draws", type=int, default=400, help="of the bootstrap")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    wall, cpu = time.perf_counter(), time.process_time()
    metrics(rng, options.repeats, options.draws)
    gaps(rng, options.repeats // 4)
    print(f"\n{time.perf_counter() - wall:.0f} s, {time.process_time() - cpu:.0f} s of CPU, seed {options.seed}")


def moments(x: Floats) -> tuple[Floats, Floats, Floats]:
    mean = x.mean(axis=-1)
    away = x - mean[..., np.newaxis]
    return mean, (away**2).mean(axis=-1), (away**3).mean(axis=-1)


def metrics(rng: np.random.Generator, repeats: int, draws: int) -> None:
    print("\nHow often the 95 % interval holds the truth, and its median width over the truth: ours, percentile bootstrap\n")
    print(f"{'errors':>10} {'n':>4} " + " ".join(f"{name:>27}" for name in ("MAE", "RMSE", "R²", "mean error")))
    for (name, (draw, variance)), n in itertools.product(ERRORS.items(), SIZES):
        size = float(np.abs(draw(rng, (4_000_000,))).mean())
        truth = {"MAE": size, "RMSE": variance**0.5, "R²": 1 - 1 / (1 + SIGNAL**2), "mean error": 0.0}
        ours, theirs = _ours(rng, draw, variance, repeats, n), _bootstrap(rng, draw, variance, repeats // 4, n, draws)
        cells = []
        for metric, value in truth.items():
            for low, high in (ours[metric], theirs[metric]):
                kept = np.mean((low <= value) & (value <= high))
                cells.append(f"{kept:>7.1%} {np.median(high - low) / (value or variance**0.5):>5.2f}")
        print(f"{name:>10} {n:>4} " + " ".join(f"{a} {b}" for a, b in zip(cells[::2], cells[1::2], strict=True)), flush=True)


def _rows(rng: np.random.Generator, draw: Draw, variance: float, repeats: int, n: int) -> tuple[Floats, Floats]:
    error = draw(rng, (repeats, n))
    return error, rng.normal(size=(repeats, n)) * SIGNAL * variance**0.5 + error


def _ours(rng: np.random.Generator, draw: Draw, variance: float, repeats: int, n: int) -> dict[str, tuple[Floats, Floats]]:
    error, label = _rows(rng, draw, variance, repeats, n)
    squared = positive_bounds(*moments(error**2), n, LEVEL)
    away = label - label.mean(axis=1, keepdims=True)
    sum_error, sum_label = (error**2).sum(axis=1, keepdims=True), (away**2).sum(axis=1, keepdims=True)
    # what each row changes in log(1 - R²) when it is left out
    changed = (n - 1) * (np.log1p(-(away**2) * n / (n - 1) / sum_label) - np.log1p(-(error**2) / sum_error))
    _, second, third = moments(changed)
    low, high = mean_bounds(np.zeros(repeats), second, third, n, LEVEL)
    ratio = (sum_error / sum_label)[:, 0]
    return {
        "MAE": positive_bounds(*moments(np.abs(error)), n, LEVEL),
        "RMSE": (np.sqrt(squared[0]), np.sqrt(squared[1])),
        "R²": (1 - ratio * np.exp(np.minimum(high, 700)), 1 - ratio * np.exp(low)),
        "mean error": mean_bounds(*moments(error), n, LEVEL),
    }


def _bootstrap(rng: np.random.Generator, draw: Draw, variance: float, repeats: int, n: int, draws: int) -> dict[str, tuple[Floats, Floats]]:
    found: dict[str, list[Floats]] = {"MAE": [], "RMSE": [], "R²": [], "mean error": []}
    error, label = _rows(rng, draw, variance, repeats, n)
    for e, y in zip(error, label, strict=True):
        weight = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
        squared, mean = weight @ e**2, weight @ y
        drawn = {
            "MAE": weight @ np.abs(e), "RMSE": np.sqrt(squared), "R²": 1 - squared / (weight @ y**2 - mean**2), "mean error": weight @ e,
        }  # fmt: skip
        for name, values in drawn.items():
            found[name].append(np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    return {name: (np.array(ends)[:, 0], np.array(ends)[:, 1]) for name, ends in found.items()}


def gaps(rng: np.random.Generator, repeats: int) -> None:
    print("\nGap in mean error between groups, every second of n rows and the others of four times as many: a gap alleged where there is none")
    print("(ours, Welch's analysis of variance, percentile bootstrap of highest minus lowest), and of groups a standard deviation apart (every")
    print("second group) how often the interval holds the gap, and how often it is found\n")
    print(f"{'errors':>10} {'groups':>6} {'n':>4} {'alleged, none there':>27} {'held':>8} {'found':>8} {'width':>6}")
    for (name, (draw, variance)), groups, n in itertools.product(ERRORS.items(), (2, 5, 10, 40), SIZES):
        if groups == 40 and n == 500:
            continue
        alarms, held, found, width = np.zeros(3), 0, 0, []
        for _ in range(repeats):
            parts = [draw(rng, (n if g % 2 else 4 * n,)) for g in range(groups)]
            alarms += _alarms(rng, parts, groups)
            apart = [part + (variance**0.5 if g % 2 else 0.0) for g, part in enumerate(parts)]
            gap = range_of_means(*_stacked(apart), [len(p) for p in apart])
            assert gap is not None
            held += gap.interval[0] <= variance**0.5 <= gap.interval[1]
            found += gap.interval[0] > 0
            width.append((gap.interval[1] - gap.interval[0]) / variance**0.5)
        shown = " ".join(f"{a / repeats:>8.1%}" for a in alarms)
        print(f"{name:>10} {groups:>6} {n:>4} {shown} {held / repeats:>8.1%} {found / repeats:>8.1%} {np.median(width):>6.2f}", flush=True)


def _stacked(parts: Sequence[Floats]) -> list[list[float]]:
    return [list(column) for column in zip(*(tuple(float(m) for m in moments(p)) for p in parts), strict=True)]


def _alarms(rng: np.random.Generator, parts: Sequence[Floats], groups: int) -> Floats:
    ours = range_of_means(*_stacked(parts), [len(p) for p in parts])
    assert ours is not None
    welch = stats.f_oneway(*parts, equal_var=False).pvalue if groups > 2 else stats.ttest_ind(*parts, equal_var=False).pvalue
    means = [np.array([p[rng.integers(0, len(p), len(p))].mean() for _ in range(40)]) for p in parts]
    spread = np.max(means, axis=0) - np.min(means, axis=0)
    return np.array([ours.interval[0] > 0, welch < 1 - LEVEL, np.min(spread) > 0], dtype=float)


if __name__ == "__main__":
    main()
