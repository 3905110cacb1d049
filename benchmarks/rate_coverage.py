"""Coverage and width of the intervals of rates, differences and ratios, counted exactly: ``python benchmarks/rate_coverage.py [--fairlearn 40]``.

Every outcome of the trials is enumerated and weighed with its chance, so nothing here is simulated but where it says so. The percentile bootstrap
of a rate has a closed form (quantiles of a binomial distribution); of differences and ratios it is drawn. ``--fairlearn`` runs fairlearn itself
on simulated tables of the worst cells.
"""

import argparse
import itertools
import time
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from audit.stats.intervals import wilson_bounds
from audit.stats.rates import Bounds, rate_bounds, square_and_add, square_and_add_logs

Method = Callable[[NDArray[np.int64], int], Bounds]

LEVEL = 0.95
RATES = (0.5, 0.9, 0.95, 0.99)
SIZES = (5, 10, 20, 30, 50, 200, 500)
#: Tables and draws of the bootstrap of differences and ratios.
TABLES, DRAWS = 400, 1_000


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fairlearn", type=int, default=0, metavar="TABLES", help="tables of each cell that fairlearn is run on")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    started = time.perf_counter()
    single()
    pairs(rng)
    if options.fairlearn:
        fairlearn(rng, options.fairlearn)
    print(f"\n{time.perf_counter() - started:.0f} s, seed {options.seed}")


def bootstrap(k: NDArray[np.int64], n: int) -> Bounds:
    """Return the ends that the percentile bootstrap of a rate tends to with the number of draws."""
    tail = (1 - LEVEL) / 2
    return binom.ppf(tail, n, k / n) / n, binom.ppf(1 - tail, n, k / n) / n


def wilson(k: NDArray[np.int64], n: int) -> Bounds:
    return wilson_bounds(k, np.full_like(k, n), LEVEL)


def ours(k: NDArray[np.int64], n: int) -> Bounds:
    return rate_bounds(k, n, LEVEL)


METHODS: dict[str, Method] = {"ours": ours, "wilson": wilson, "bootstrap": bootstrap}


def single() -> None:
    print("\nOne rate: how often the 95 % interval holds the truth, and its mean width\n")
    print(f"{'n':>4} {'p':>5} " + " ".join(f"{name:>16}" for name in METHODS))
    lowest = dict.fromkeys(METHODS, 1.0)
    for n, p in itertools.product(SIZES, RATES):
        k = np.arange(n + 1)
        chance = binom.pmf(k, n, p)
        cells = []
        for name, method in METHODS.items():
            low, high = method(k, n)
            covered, width = chance[(low <= p) & (p <= high)].sum(), (chance * (high - low)).sum()
            lowest[name] = min(lowest[name], covered)
            cells.append(f"{covered:>8.1%} {width:>7.3f}")
        print(f"{n:>4} {p:>5} " + " ".join(cells))
    print("lowest     " + " ".join(f"{value:>8.1%}        " for value in lowest.values()))


def pairs(rng: np.random.Generator) -> None:
    print("\nDifference and ratio of two rates: lowest and mean coverage over all pairs of n and p, and mean width (ratio: of the logarithm,")
    print("where both ends are finite)\n")
    print(f"{'':>12} {'difference':>30} {'ratio':>30}")
    for name, method in METHODS.items():
        found: dict[str, list[tuple[float, float]]] = {"difference": [], "ratio": []}
        for n, m in itertools.combinations_with_replacement(SIZES, 2):
            for p, q in itertools.product(RATES, RATES):
                measured = drawn(rng, n, p, m, q) if name == "bootstrap" else enumerated(method, n, p, m, q)
                for what, value in measured.items():
                    found[what].append(value)
        line = [f"{min(c for c, _ in v):>9.1%} {np.mean([c for c, _ in v]):>9.1%} {np.nanmean([w for _, w in v]):>9.3f}" for v in found.values()]
        print(f"{name:>12} {line[0]:>30} {line[1]:>30}", flush=True)


def enumerated(method: Method, n: int, p: float, m: int, q: float) -> dict[str, tuple[float, float]]:
    k, other = np.arange(n + 1), np.arange(m + 1)
    (low_a, high_a), (low_b, high_b) = method(k, n), method(other, m)
    a, b = (k / n)[:, np.newaxis], (other / m)[np.newaxis, :]
    ends_a, ends_b = (low_a[:, np.newaxis], high_a[:, np.newaxis]), (low_b[np.newaxis, :], high_b[np.newaxis, :])
    chance = binom.pmf(k, n, p)[:, np.newaxis] * binom.pmf(other, m, q)[np.newaxis, :]
    return measures(square_and_add(a, ends_a, b, ends_b), square_and_add_logs(a, ends_a, b, ends_b), chance, p, q)


def drawn(rng: np.random.Generator, n: int, p: float, m: int, q: float) -> dict[str, tuple[float, float]]:
    a, b = rng.binomial(n, p, TABLES) / n, rng.binomial(m, q, TABLES) / m
    again_a, again_b = rng.binomial(n, a, (DRAWS, TABLES)) / n, rng.binomial(m, b, (DRAWS, TABLES)) / m
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = again_a / again_b
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a table whose every draw is 0 over 0 has no interval
        ends = np.quantile(again_a - again_b, tails, axis=0), np.nanquantile(ratio, tails, axis=0)
    return measures((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), np.full(TABLES, 1 / TABLES), p, q)


def measures(difference: Bounds, ratio: Bounds, chance: NDArray[np.float64], p: float, q: float) -> dict[str, tuple[float, float]]:
    result = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for what, (low, high), truth, width in (
            ("difference", difference, p - q, difference[1] - difference[0]),
            ("ratio", ratio, p / q, np.log(ratio[1]) - np.log(ratio[0])),
        ):
            inside = (low <= truth + 1e-12) & (truth - 1e-12 <= high)
            finite = np.isfinite(width)
            mean = float((chance * np.where(finite, width, 0)).sum() / (chance * finite).sum()) if (chance * finite).sum() else np.nan
            result[what] = float(chance[inside].sum()), mean
    return result


def fairlearn(rng: np.random.Generator, tables: int) -> None:
    from fairlearn.metrics import MetricFrame, selection_rate

    print(f"\nfairlearn's bootstrap (200 resamples) of a rate in a group, {tables} simulated tables a cell, beside a group of 200\n")
    print(f"{'n':>4} {'p':>5} {'covered':>8} {'seconds a table':>16}")
    for n, p in ((10, 0.9), (10, 0.95), (20, 0.95), (30, 0.99)):
        inside, clock = 0, time.perf_counter()
        for i in range(tables):
            chosen = np.concatenate([rng.random(n) < p, rng.random(200) < 0.5]).astype(int)
            group = np.repeat(["small", "large"], [n, 200])
            frame = MetricFrame(
                metrics=selection_rate,
                y_true=chosen,
                y_pred=chosen,
                sensitive_features=group,
                n_boot=200,
                ci_quantiles=[0.025, 0.975],
                random_state=i,
            )
            low, high = (end["small"] for end in frame.by_group_ci)
            inside += low <= p <= high
        print(f"{n:>4} {p:>5} {inside / tables:>8.0%} {(time.perf_counter() - clock) / tables:>16.2f}", flush=True)


if __name__ == "__main__":
    main()
