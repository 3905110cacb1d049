"""False alarms, coverage and power of what models are compared by: ``python benchmarks/paired_tests.py``.

Beside our intervals and tests stands what is mostly done: the chi-squared form of McNemar's test, two separate intervals that do or do not overlap,
the best of many rules judged on the rows it was chosen on, the worst cell picked and measured on the same rows.
"""

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2

from audit.checks.performance.one_column import best_rule
from audit.stats.intervals import paired_difference
from audit.stats.paired import PairedPlaces, auc_difference, mcnemar, paired_mean, places
from audit.stats.rates import difference_interval, rate_interval
from audit.stats.reweighed import worst_mixture

Interval = tuple[float, float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2_000, help="simulated tables per line (default 2,000)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng, started, cpu = np.random.default_rng(options.seed), time.perf_counter(), time.process_time()
    for part in (gains, rules, gaps, areas, draws, mixtures):
        part(rng, options.repeats)
    print(f"\n{options.repeats} repeats, seed {options.seed}, {time.perf_counter() - started:.0f} s, {time.process_time() - cpu:.0f} s of CPU")


def gains(rng: np.random.Generator, repeats: int) -> None:
    print(
        "\nGain in accuracy on the same rows: coverage of the 95 % interval; how often it lies above 0 (power, or a false alarm where the gain is 0)"
    )
    print("and how often it lies below; the same of the tests; how often two separate 95 % intervals of the accuracies do not overlap\n")
    print(f"{'rows':>5} {'differ':>7} {'gain':>5} | {'cover':>6} {'above':>6} {'below':>6} | {'exact':>6} {'mid-p':>6} {'chi²':>6} | {'apart':>6}")
    for n in (50, 200, 1_000):
        for differ, gain in ((0.05, 0.0), (0.2, 0.0), (0.2, 0.05), (0.2, 0.1)):
            shares = [(differ + gain) / 2, (differ - gain) / 2, 0.8 - (differ + gain) / 2, 0.2 - (differ - gain) / 2]
            found = np.zeros(7)
            for won, lost, both, _ in rng.multinomial(n, shares, size=repeats):
                low, high = paired_difference(int(won), int(lost), n) or (0.0, 0.0)
                statistic = max(abs(won - lost) - 1, 0) ** 2 / (won + lost) if won + lost else 0.0
                ours, theirs = (rate_interval(int(k), n) or (0.0, 1.0) for k in (won + both, lost + both))
                found += [
                    low <= gain <= high, low > 0, high < 0, mcnemar(int(won), int(lost)) <= 0.05, mcnemar(int(won), int(lost), mid=True) <= 0.05,
                    chi2.sf(statistic, 1) <= 0.05, ours[0] > theirs[1] or theirs[0] > ours[1],
                ]  # fmt: skip
            c = found / repeats
            print(f"{n:>5} {differ:>7} {gain:>5} | {c[0]:>6.1%} {c[1]:>6.1%} {c[2]:>6.1%} | {c[3]:>6.1%} {c[4]:>6.1%} {c[5]:>6.1%} | {c[6]:>6.1%}")


def rules(rng: np.random.Generator, repeats: int) -> None:
    print(
        "\nThe best rule on one of 20 columns that say nothing, 60 % in the larger class: its accuracy on other rows, and on those it was chosen on\n"
    )
    print(f"{'rows':>5} | {'other rows':>10} {'same rows':>10}")
    for n in (200, 1_000):
        other, same = [], []
        for _ in range(max(repeats // 40, 10)):
            frame = pd.DataFrame(rng.normal(size=(2 * n, 20)), columns=[f"c{i}" for i in range(20)])
            labels = (rng.random(2 * n) < 0.4).astype(np.int64)
            rule = best_rule(frame[:n], labels[:n], list(frame.columns), 2, 1)
            assert rule is not None
            named = rule.answers[rule.cut.of_frame(frame[rule.cut.column])]
            right = named == labels
            other.append(right[n:].mean())
            same.append(right[:n].mean())
        print(f"{n:>5} | {np.mean(other):>10.1%} {np.mean(same):>10.1%}")


def gaps(rng: np.random.Generator, repeats: int) -> None:
    print("\nOverfitting gap: coverage of the 95 % interval, and how often a gap above 10 points is alleged, or excluded\n")
    print(f"{'train':>6} {'test':>5} {'on train':>9} {'true gap':>9} | {'cover':>6} {'above':>6} {'below':>6}")
    for train, test in ((400, 100), (4_000, 1_000)):
        for right, gap in ((0.9, 0.0), (0.9, 0.1), (1.0, 0.1), (0.98, 0.2)):
            found = np.zeros(3)
            pairs = np.column_stack([rng.binomial(train, right, repeats), rng.binomial(test, right - gap, repeats)])
            for a, b in pairs:
                low, high = difference_interval(int(a), train, int(b), test) or (0.0, 0.0)
                found += [low <= gap <= high, low > 0.1, high <= 0.1]
            c = found / repeats
            print(f"{train:>6} {test:>5} {right:>9} {gap:>9} | {c[0]:>6.1%} {c[1]:>6.1%} {c[2]:>6.1%}")


def areas(rng: np.random.Generator, repeats: int) -> None:
    print("\nDifference of two ROC AUC on the same rows: coverage, width, and how often it excludes 0; half of the noise is shared\n")
    print(f"{'positives':>9} {'negatives':>9} {'signals':>9} | {'cover':>6} {'width':>6} {'not 0':>6}")
    for n1, n0 in ((10, 30), (30, 100), (200, 600)):
        for first, second in ((1.0, 1.0), (2.0, 2.0), (1.5, 1.0)):
            truth = _true_area(first) - _true_area(second)
            found = np.zeros(3)
            for _ in range(repeats):
                y = np.arange(n1 + n0) < n1
                shared = rng.normal(size=n1 + n0)
                a, b = (places(signal * y + np.sqrt(0.5) * (shared + rng.normal(size=n1 + n0)), y) for signal in (first, second))
                known = auc_difference(PairedPlaces.of(a[y], b[y]), PairedPlaces.of(a[~y], b[~y]))
                assert known is not None
                low, high = known[1]
                found += [low <= truth <= high, high - low, not low <= 0 <= high]
            c = found / repeats
            print(f"{n1:>9} {n0:>9} {first:>4} {second:>4} | {c[0]:>6.1%} {c[1]:>6.3f} {c[2]:>6.1%}")


def _true_area(signal: float) -> float:
    from scipy.stats import norm

    return float(norm.cdf(signal / np.sqrt(2)))


def draws(rng: np.random.Generator, repeats: int) -> None:
    print("\nChange in accuracy when rows are disturbed five times: coverage; each row is turned with a chance of its own\n")
    print(f"{'rows':>5} {'turned':>7} | {'cover':>6} {'width':>6}")
    for n in (50, 200, 1_000):
        for turned in (0.01, 0.05, 0.3):
            found = np.zeros(2)
            for _ in range(repeats):
                right = rng.random(n) < 0.85
                chance = rng.beta(0.3 * turned, 0.3 * (1 - turned), n)
                change = np.where(right, -1, 1) * rng.binomial(5, chance) / 5
                low, high = paired_mean(float(change.sum()), float(np.sum(change**2)), n)
                found += [low <= turned * (0.15 - 0.85) <= high, high - low]
            c = found / repeats
            print(f"{n:>5} {turned:>7} | {c[0]:>6.1%} {c[1]:>6.3f}")


def mixtures(rng: np.random.Generator, repeats: int) -> None:
    print("\nWorst quarter of the rows along a column of 20 equal cells: mean of the estimate, coverage and width of its 95 % interval, and the mean")
    print("where the cells are picked and measured on the same rows\n")
    print(f"{'rows':>6} {'cells':>22} {'truth':>6} | {'ours':>6} {'cover':>6} {'width':>6} | {'same rows':>9}")
    kinds: dict[str, Callable[[], np.ndarray]] = {
        "alike": lambda: np.full(20, 0.85), "a fifth is worse": lambda: np.repeat([0.6, 0.9], [4, 16]), "falling": lambda: np.linspace(0.7, 0.95, 20),
    }  # fmt: skip
    for n in (200, 1_000, 10_000):
        for name, made in kinds.items():
            chance = made()
            truth = float(np.sort(chance)[:5].mean())
            ours, widths, covered, same = [], [], 0, []
            for _ in range(max(repeats // 4, 50)):
                size = rng.multinomial(n, np.full(20, 0.05))
                right = rng.binomial(size, chance)
                found = worst_mixture(right, size, 0.25, splits=20)
                assert found is not None
                ours.append(found.value)
                widths.append(found.interval[1] - found.interval[0])
                covered += found.interval[0] <= truth <= found.interval[1]
                order = np.argsort(right / np.maximum(size, 1))[:5]
                same.append(right[order].sum() / size[order].sum())
            share = covered / len(ours)
            print(f"{n:>6} {name:>22} {truth:>6.3f} | {np.mean(ours):>6.3f} {share:>6.1%} {np.mean(widths):>6.3f} | {np.mean(same):>9.3f}")


if __name__ == "__main__":
    main()
