"""Gaps without a closed form, by simulation: how often one is alleged where there is none, and how often the interval holds one that is there.

python benchmarks/fairness_null.py [--repeats 200] [--rows 1500] [--seed 1]

F1 and balanced accuracy are resampled as cells, weighted selection rates too (weights are exponential), ROC AUC and mean scores are made of the
groups' own intervals. fairlearn's interval of the difference, a percentile of the resampled gap, stands beside F1: drawn here from the cells, which
is the same in distribution.
"""

import argparse
import time

import numpy as np

from audit import fairness
from audit.by_group.cells import Cells
from audit.by_group.counting import SCORE_BINS
from audit.by_group.metrics import chosen
from audit.by_group.resampled import Draws, value_of

METRICS = ("f1_score", "balanced_accuracy", "roc_auc", "mean_score", "weighted selection_rate")


def rows(rng: np.random.Generator, size: int, groups: int, shift: float) -> dict[str, np.ndarray]:
    """Return rows of groups alike, but for the last one, whose scores of positive outcomes are moved."""
    group, y = rng.integers(0, groups, size), (rng.random(size) < 0.4).astype(int)
    moved = (1 + shift * (group == groups - 1)) * y + rng.standard_normal(size)
    score = 1 / (1 + np.exp(0.8 - 1.6 * moved))
    return {"group": group, "y": y, "pred": (score > 0.5).astype(int), "score": score, "weight": rng.exponential(size=size)}


def counted(data: dict[str, np.ndarray], weighted: bool) -> Cells:
    """Return what the engine would count: made here, since a thousand connections would take longer than what is simulated."""
    groups = int(data["group"].max()) + 1
    # positive comes first on both axes
    place = data["group"], 1 - data["y"], 1 - data["pred"]
    counts = np.zeros((groups, 3, 3), dtype=np.int64)
    np.add.at(counts, place, 1)
    if weighted:
        weights, squares = np.zeros((groups, 3, 3)), np.zeros((groups, 3, 3))
        np.add.at(weights, place, data["weight"])
        np.add.at(squares, place, data["weight"] ** 2)
        return Cells(("group",), [(g,) for g in range(groups)], counts, weights, squares)
    scores, moments = np.zeros((groups, 3, SCORE_BINS), dtype=np.int64), np.zeros((groups, 3, 2))
    np.add.at(scores, (*place[:2], np.minimum((data["score"] * SCORE_BINS).astype(int), SCORE_BINS - 1)), 1)
    np.add.at(moments, place[:2], np.column_stack([data["score"], data["score"] ** 2]))
    return Cells(("group",), [(g,) for g in range(groups)], counts, None, None, scores, moments)


def gap(metric: str, data: dict[str, np.ndarray]) -> tuple[fairness.GroupMetrics, tuple[float, float, float]]:
    cells = counted(data, metric.startswith("weighted"))
    named = chosen(metric.removeprefix("weighted "), labelled=True, predicted=True, scored=True)
    result = fairness.GroupMetrics(cells, ("group",), named, "1")
    found = result.difference().iloc[0]
    return result, (float(found["value"]), float(found["low"]), float(found["high"]))


def percentile_alleges(result: fairness.GroupMetrics) -> bool:
    """Return whether the percentile interval of highest minus lowest excludes 0.01."""
    drawn = value_of(result.metrics[0], Draws(result.joint, 500).of(result.attributes, result.cells))
    return bool(np.quantile(drawn.max(axis=1) - drawn.min(axis=1), 0.025) > 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    clock, cpu = time.perf_counter(), time.process_time()
    truth = {m: gap(m, rows(np.random.default_rng(options.seed), 1_000_000, 2, 0.8))[1][0] for m in METRICS}
    print(f"{options.rows:,} rows, {options.repeats} repeats; a true gap is that of a million rows\n")
    print(f"{'metric':26} {'groups':>6} {'alleged':>8} {'percentile':>11} {'true gap':>9} {'covered':>8} {'found':>6}")
    for metric in METRICS:
        for groups in (2, 5, 10):
            rng = np.random.default_rng([options.seed, groups])
            null = [gap(metric, rows(rng, options.rows, groups, 0.0)) for _ in range(options.repeats)]
            there = [gap(metric, rows(rng, options.rows, groups, 0.8))[1] for _ in range(options.repeats)]
            alleged = np.mean([low > 0 for _, (_, low, _) in null])
            theirs = f"{np.mean([percentile_alleges(r) for r, _ in null]):11.1%}" if metric == "f1_score" else " " * 11
            covered, found = np.mean([low <= truth[metric] <= high for _, low, high in there]), np.mean([low > 0 for _, low, _ in there])
            print(f"{metric:26} {groups:>6} {alleged:>8.1%} {theirs} {truth[metric]:>9.3f} {covered:>8.1%} {found:>6.1%}", flush=True)
    print(f"\n{time.perf_counter() - clock:.0f} s, {time.process_time() - cpu:.0f} s CPU")


if __name__ == "__main__":
    main()
