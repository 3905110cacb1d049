"""How often S001 finds drift where there is none, and how often it finds a planted one; coverage of its intervals.

Run: python -m benchmarks.drift_false_alarms [RUNS]      (200 runs take a minute)
"""

import sys

import numpy as np

from audit.checks.shift.column_counts import BINS, ColumnCounts
from audit.checks.shift.comparison import compare, distances
from audit.checks.shift.s001_column_drift import ColumnDrift

COLUMNS, ROWS = 20, 800


def column(index: int, rng: np.random.Generator, shift: float) -> ColumnCounts:
    """A column of one of four kinds: continuous, small integers, few categories, many categories."""
    kind = index % 4
    if kind == 0:
        early, late = rng.normal(size=ROWS), rng.normal(shift, 1, ROWS)
    elif kind == 1:
        early, late = rng.poisson(2, ROWS), rng.poisson(2 + shift, ROWS)
    else:
        size = 4 if kind == 2 else 60
        weights = 1 / np.arange(1, size + 1)
        moved = np.where(np.arange(size) == 0, weights * (1 - shift), weights)
        early, late = rng.choice(size, ROWS, p=weights / weights.sum()), rng.choice(size, ROWS, p=moved / moved.sum())
    values, placed = np.unique(np.concatenate([early, late]), return_inverse=True)
    if len(values) > BINS:
        placed = placed * BINS // len(values)
    cells = placed.max() + 1
    before, after = np.bincount(placed[:ROWS], minlength=cells), np.bincount(placed[ROWS:], minlength=cells)
    names = [str(i) for i in range(cells)]
    return ColumnCounts(f"x{index}", kind < 2, before, after, np.ones(cells, dtype=np.int64), names, names, 0, 0)


def run(seed: int, shift: float = 0.0) -> tuple[list[bool], list[bool]]:
    """Compare 20 columns, of which the first may have moved, and return which are significant, and which are drifted."""
    rng = np.random.default_rng(seed)
    check = ColumnDrift(seed=seed)
    found = check.drifts([column(i, rng, 0.0 if i else shift) for i in range(COLUMNS)], with_intervals=False)
    return [bool(d.p_values is not None and d.p_values < check.level) for d in found], [d.changed_values(check.floor, check.level) for d in found]


def coverage(runs: int) -> None:
    print(f"\ncoverage of the 95 % interval of the distance beyond chance, {runs} draws each")
    print(f"{'rows':>6} {'cells':>6} {'distance':>9} {'true':>6} {'raw':>6} {'beyond':>7} {'covered':>8}")
    rng = np.random.default_rng(0)
    for rows in (200, 800, 5_000):
        for cells in (2, 10, 100):
            for tilt in (0.0, 0.3):
                for ordered in (True, False):
                    p = np.ones(cells) / cells
                    up = np.arange(cells) < cells // 2 if ordered else np.arange(cells) % 2 == 0
                    q = p * np.where(up, 1 + tilt, 1 - tilt)
                    q /= q.sum()
                    true = float(distances(p * 1e9, q * 1e9, ordered))
                    got = [compare(rng.multinomial(rows, p), rng.multinomial(rows, q), ordered=ordered, draws=199, seed=i) for i in range(runs)]
                    covered = np.mean([c.interval[0] - 1e-9 <= true <= c.interval[1] + 1e-9 for c in got])
                    raw, beyond = np.mean([c.distance for c in got]), np.mean([c.beyond_chance for c in got])
                    name = "KS" if ordered else "TV"
                    print(f"{rows:>6} {cells:>6} {name:>9} {true:>6.3f} {raw:>6.3f} {beyond:>7.3f} {covered:>8.2f}")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    null = [run(seed) for seed in range(runs)]
    print(f"{runs} runs, {COLUMNS} columns × {ROWS} rows a side, nothing changed")
    significant, drifted = (np.mean([any(outcome[i]) for outcome in null]) for i in (0, 1))
    print(f"runs with a significant column: {significant:.3f}   runs with a drifted column: {drifted:.3f}")
    for shift in (0.2, 0.35, 0.5, 1.0):
        some = [run(10_000 + seed, shift) for seed in range(max(runs // 4, 10))]
        found, false = np.mean([d[0] for _, d in some]), np.mean([any(d[1:]) for _, d in some])
        print(f"column x0 moved by {shift} SD: found in {found:.2f} of runs, another column falsely in {false:.3f}")
    coverage(max(runs // 4, 10))


if __name__ == "__main__":
    main()
