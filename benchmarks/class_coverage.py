"""Intervals over several classes, and gaps of several classes between groups: ``python benchmarks/class_coverage.py``.

Tables of label × prediction are drawn from a known one: each class is recognised with one chance, and taken for the others in fixed shares. Beside
ours stands the percentile bootstrap of the rows.
"""

import argparse
import itertools
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audit.stats.cells import percentile_interval, resample
from audit.stats.gaps_of_classes import gaps_of_classes
from audit.stats.several_classes import Margins, WeighedRows, macro_f1, matthews_of_classes, weighted_f1

STATISTICS = {"macro F1": macro_f1, "weighted F1": weighted_f1, "Matthews": matthews_of_classes}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    wall, cpu = time.perf_counter(), time.process_time()
    coverage(rng, options.repeats)
    gaps(rng, options.repeats)
    print(f"\n{time.perf_counter() - wall:.0f} s, {time.process_time() - cpu:.0f} s of CPU, seed {options.seed}")


def known_table(rng: np.random.Generator, classes: int, right: float) -> NDArray[np.float64]:
    chance, taken = rng.dirichlet(np.full(classes, 2.0)), rng.dirichlet(np.full(classes, 2.0))
    return np.diag(chance) * right + np.outer(chance, taken) * (1 - right)


def coverage(rng: np.random.Generator, repeats: int) -> None:
    print("\nHow often the 95 % interval holds the truth, and its median width: ours, percentile bootstrap\n")
    print(f"{'classes':>7} {'right':>5} {'n':>4} " + " ".join(f"{name:>27}" for name in STATISTICS))
    for classes, right, n in itertools.product((3, 10), (0.2, 0.6, 0.95), (10, 30, 100, 500)):
        if n < 3 * classes:
            continue
        truth = known_table(rng, classes, right)
        kept = {name: np.zeros(2) for name in STATISTICS}
        width: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in STATISTICS}
        for _ in range(repeats):
            table = rng.multinomial(n, truth.ravel()).reshape(classes, classes)
            present = table.sum(axis=0) + table.sum(axis=1) > 0
            seen = table[np.ix_(present, present)]
            rows, drawn = WeighedRows(seen, draws=1_000), Margins.of(resample(seen, 1_000))
            for name, statistic in STATISTICS.items():
                value = float(statistic(Margins.of(truth)))
                for side, ends in enumerate((rows.interval(statistic), percentile_interval(statistic(drawn)))):
                    if ends is None:  # nothing is claimed
                        kept[name][side] += 1
                        continue
                    kept[name][side] += ends[0] <= value <= ends[1]
                    width[name][side].append(ends[1] - ends[0])
        cells = [
            " ".join(f"{kept[name][side] / repeats:>7.1%} {np.median(width[name][side] or [np.nan]):>5.2f}" for side in range(2))
            for name in STATISTICS
        ]
        print(f"{classes:>7} {right:>5} {n:>4} " + " ".join(cells), flush=True)


def gaps(rng: np.random.Generator, repeats: int) -> None:
    print("\nRecall of each class in each group, n rows a group: the widest gap alleged where there is none; and where one class is recognised 30")
    print("points less in one group, how often the interval holds the widest gap, how often a gap is found, and the class named rightly then\n")
    print(f"{'classes':>7} {'groups':>6} {'n':>5} {'none there':>10} {'held':>7} {'found':>7} {'right class':>11}")
    for classes, groups, n in itertools.product((3, 10), (2, 5, 10), (100, 500, 2_000)):
        chance = np.full(classes, 1 / classes)
        right = np.full((classes, groups), 0.8)
        worse = right.copy()
        worse[0, 0] -= 0.3
        alarms, held, found, named = 0, 0, 0, 0
        for _ in range(repeats):
            total = rng.multinomial(n, chance, size=groups).T
            same = gaps_of_classes(rng.binomial(total, right), total)
            apart = gaps_of_classes(rng.binomial(total, worse), total)
            if same is None or apart is None:
                continue
            alarms += same.largest[1][0] > 0
            low, high = apart.largest[1]
            held += low <= 0.3 <= high
            if low > 0:
                found += 1
                named += apart.low.argmax() == 0
        share = f"{named / found:>11.1%}" if found else f"{'–':>11}"
        print(f"{classes:>7} {groups:>6} {n:>5} {alarms / repeats:>10.1%} {held / repeats:>7.1%} {found / repeats:>7.1%} {share}", flush=True)


if __name__ == "__main__":
    main()
