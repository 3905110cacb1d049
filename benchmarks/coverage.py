"""Coverage, false alarms and power of the intervals and verdicts, by simulation: ``python benchmarks/coverage.py``.

The percentile bootstrap stands beside ours, since it is what most tools do. It is drawn here from cell counts, which is the bootstrap of
the rows in distribution; ``--fairlearn`` runs fairlearn's own on a few tables to show that, and what it costs.
"""

import argparse
import math
import time
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest

from audit.stats.auc import roc_auc, roc_auc_interval
from audit.stats.cells import percentile_interval, resample
from audit.stats.exact import alike
from audit.stats.intervals import wilson
from audit.stats.range_of_rates import range_of_rates

LEVEL = 0.95
LIMIT = 0.10


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=300, help="simulated tables per line (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fairlearn", action="store_true", help="also run fairlearn's bootstrap on a few tables (slow)")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    started = time.perf_counter()
    one_rate()
    gaps(rng, options.repeats)
    power(rng, options.repeats)
    p_values(rng, options.repeats)
    areas(rng, options.repeats)
    if options.fairlearn:
        against_fairlearn(rng)
    print(f"\n{options.repeats} repeats, seed {options.seed}, {time.perf_counter() - started:.0f} s")


def one_rate() -> None:
    print("\nOne rate: how often the 95 % interval holds the truth (exact for Wilson and Clopper-Pearson)\n")
    print(f"{'n':>5} {'p':>6} {'Wilson':>8} {'Clopper-P.':>11} {'bootstrap':>10}")
    for n in (5, 10, 20, 30, 100):
        for p in (0.5, 0.9, 0.95, 0.99):
            chances = binom.pmf(np.arange(n + 1), n, p)
            ours = covered(chances, [wilson(k, n, LEVEL) for k in range(n + 1)], p)
            exact = covered(chances, [binomtest(k, n).proportion_ci(LEVEL, method="exact") for k in range(n + 1)], p)
            boot = [percentile_interval(resample([k, n - k], 1_000)[:, 0] / n, LEVEL) for k in range(n + 1)]
            print(f"{n:>5} {p:>6} {ours:>8.1%} {exact:>11.1%} {covered(chances, boot, p):>10.1%}")


def covered(chances: NDArray[np.float64], intervals: Sequence[tuple[float, float] | None], truth: float) -> float:
    return float(sum(c for c, i in zip(chances, intervals, strict=True) if i is not None and i[0] <= truth <= i[1]))


def bootstrap_gap(k: NDArray[np.int64], n: NDArray[np.int64]) -> tuple[float, float] | None:
    drawn = resample(np.column_stack([k, n - k]), 500)
    totals = drawn.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = np.where(totals > 0, drawn[:, :, 0] / totals, 0.0)
    return percentile_interval(rates.max(axis=1) - rates.min(axis=1), LEVEL)


def gaps(rng: np.random.Generator, repeats: int) -> None:
    print("\nHighest minus lowest rate: coverage, and how often a gap is alleged where there is none\n")
    print(f"{'groups':>6} {'rows each':>9} {'true gap':>8} | {'ours':>7} {'> 0':>6} {'> 0.10':>7} | {'bootstrap':>9} {'> 0':>6} {'> 0.10':>7}")
    for groups in (2, 5, 10):
        for size in (50, 200):
            for gap in (0.0, 0.2):
                rates = 0.4 + gap * np.arange(groups) / (groups - 1)
                n = np.full(groups, size)
                ours, theirs = [], []
                for k in rng.binomial(n, rates, size=(repeats, groups)):
                    measured = range_of_rates(k, n, LEVEL, draws=399)
                    ours.append(measured.interval if measured else (0.0, 1.0))
                    theirs.append(bootstrap_gap(k, n) or (0.0, 1.0))
                columns = []
                for intervals in (np.array(ours), np.array(theirs)):
                    holds = np.mean((intervals[:, 0] <= gap + 1e-12) & (gap <= intervals[:, 1] + 1e-12))
                    columns.append((holds, np.mean(intervals[:, 0] > 0), np.mean(intervals[:, 0] > LIMIT)))
                (a, b, c), (d, e, f) = columns
                print(f"{groups:>6} {size:>9} {gap:>8.2f} | {a:>7.1%} {b:>6.1%} {c:>7.1%} | {d:>9.1%} {e:>6.1%} {f:>7.1%}")


def power(rng: np.random.Generator, repeats: int) -> None:
    print("\nPower: share of tables in which a limit of 0.10 is found broken / holding, by true gap (two groups)\n")
    print(f"{'rows each':>9} " + " ".join(f"{gap:>15.2f}" for gap in (0.0, 0.05, 0.2, 0.3)))
    for size in (100, 400, 1600):
        cells = []
        for gap in (0.0, 0.05, 0.2, 0.3):
            n = np.array([size, size])
            found = [range_of_rates(k, n, LEVEL) for k in rng.binomial(n, [0.4, 0.4 + gap], size=(repeats, 2))]
            broken = np.mean([g is not None and g.interval[0] > LIMIT for g in found])
            holds = np.mean([g is not None and g.interval[1] <= LIMIT for g in found])
            cells.append(f"{broken:>6.0%} / {holds:>6.0%}")
        print(f"{size:>9} " + " ".join(cells))


def p_values(rng: np.random.Generator, repeats: int) -> None:
    print("\nTest of 'all groups alike' under the null: share of p-values at most 0.05\n")
    print(f"{'groups':>6} {'rows each':>9} {'rate':>5} {'alarms':>7}")
    for groups, size, p in ((2, 20, 0.1), (2, 200, 0.5), (5, 20, 0.1), (5, 200, 0.5), (10, 50, 0.02)):
        k = rng.binomial(size, p, size=(repeats, groups))
        alarms = np.mean([(alike(np.column_stack([row, size - row]), 499) or 1.0) <= 0.05 for row in k])
        print(f"{groups:>6} {size:>9} {p:>5} {alarms:>7.1%}")


def delong(n0: NDArray[np.float64], n1: NDArray[np.float64]) -> tuple[float, float]:
    area = roc_auc(n0, n1) or 0.0
    m, n = n0.sum(), n1.sum()
    above = (np.cumsum(n0) - n0 / 2) / m
    below = 1 - (np.cumsum(n1) - n1 / 2) / n
    spread = np.sum(n1 * (above - area) ** 2) / (n - 1) / n + np.sum(n0 * (below - area) ** 2) / (m - 1) / m
    half = NormalDist().inv_cdf(0.975) * math.sqrt(spread)
    return area - half, area + half


def areas(rng: np.random.Generator, repeats: int) -> None:
    print("\nROC AUC: how often the 95 % interval holds the truth (normal scores)\n")
    print(f"{'AUC':>5} {'negatives':>9} {'positives':>9} {'spread':>6} {'ours':>7} {'DeLong':>7}")
    for truth in (0.5, 0.7, 0.9, 0.97):
        for m, n, spread in ((15, 15, 1.0), (50, 50, 1.0), (500, 20, 1.0), (50, 50, 2.5), (20, 500, 2.5)):
            shift = NormalDist().inv_cdf(truth) * math.sqrt(1 + spread**2)
            inside = [0, 0]
            for _ in range(repeats):
                scores = np.concatenate([rng.normal(size=m), rng.normal(shift, spread, size=n)])
                labels = np.repeat([0.0, 1.0], [m, n])[np.argsort(scores)]
                for i, interval in enumerate((roc_auc_interval(1 - labels, labels, LEVEL), delong(1 - labels, labels))):
                    inside[i] += interval is not None and interval[0] <= truth <= interval[1]
            print(f"{truth:>5} {m:>9} {n:>9} {spread:>6} {inside[0] / repeats:>7.1%} {inside[1] / repeats:>7.1%}")


def against_fairlearn(rng: np.random.Generator) -> None:
    from fairlearn.metrics import MetricFrame, selection_rate

    print("\nfairlearn's bootstrap of the gap beside the same from cells, and the time of each\n")
    print(f"{'rows':>7} {'fairlearn':>18} {'seconds':>8} {'cells':>18} {'seconds':>8}")
    for size in (1_000, 10_000):
        group = rng.choice(["a", "b", "c"], size)
        chosen = (rng.random(size) < np.select([group == "a", group == "b"], [0.4, 0.45], 0.6)).astype(int)
        clock = time.perf_counter()
        frame = MetricFrame(
            metrics=selection_rate, y_true=chosen, y_pred=chosen, sensitive_features=group, n_boot=200, ci_quantiles=[0.025, 0.975], random_state=1
        )
        theirs = tuple(float(v) for v in frame.difference_ci())
        between = time.perf_counter()
        k = np.array([chosen[group == g].sum() for g in "abc"])
        ours = bootstrap_gap(k, np.array([(group == g).sum() for g in "abc"])) or (0.0, 1.0)
        done = time.perf_counter()
        shown = [f"{low:.3f} to {high:.3f}" for low, high in (theirs, ours)]
        print(f"{size:>7} {shown[0]:>18} {between - clock:>8.2f} {shown[1]:>18} {done - between:>8.4f}")


if __name__ == "__main__":
    main()
