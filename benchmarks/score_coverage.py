"""Coverage, width and false alarms of what is said about scores, by simulation: ``python benchmarks/score_coverage.py``.

Nominal 95 % intervals over base rates of .5 to .99 and 5 to 500 rows, as far as a number can be estimated at all: tables with rows of one outcome
only are left out where both are needed. Scores are the chances themselves (calibrated), or too extreme and too low. The percentile bootstrap and,
for areas, DeLong's interval stand beside ours; for means Student's.
"""

import argparse
import math
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from audit.stats.auc import roc_auc, roc_auc_interval
from audit.stats.average_precision import average_precision, average_precision_interval
from audit.stats.bounded_mean import bounded_means
from audit.stats.calibration import BINS, ROWS_PER_BIN, calibration_error
from audit.stats.matthews import matthews, matthews_interval
from audit.stats.probability_loss import brier_skill_interval
from audit.stats.range_of_estimates import range_of_estimates
from audit.stats.recalibration import recalibration

LEVEL = 0.95
RATES = (0.5, 0.9, 0.95, 0.99)
SIZES = (5, 10, 20, 30, 50, 200, 500)
SPREAD = 1.5
#: Rows from which the true numbers are taken.
MANY = 1_000_000
#: Fewer estimable tables than this say nothing about coverage.
FEWEST = 60

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Interval = tuple[float, float]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=300, help="simulated tables per cell (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="parts: areas precision losses skill error line decisions gaps")
    options = parser.parse_args(arguments)
    started, used = time.perf_counter(), time.process_time()
    parts = {
        "areas": areas, "precision": precisions, "losses": losses, "skill": skills, "error": errors, "line": lines, "decisions": decisions,
        "gaps": gaps,
    }  # fmt: skip
    for name, part in parts.items():
        if not options.only or name in options.only:
            part(np.random.default_rng(options.seed), options.repeats)
    spent = f"{time.perf_counter() - started:.0f} s, {time.process_time() - used:.0f} s of CPU"
    print(f"\n{options.repeats} repeats, seed {options.seed}, {spent}")


def middle(rate: float) -> float:
    """Return the mean log odds at which normal log odds of this spread give this share of positives."""
    z = np.linspace(-8, 8, 4001)
    weight = np.exp(-(z**2) / 2)
    low, high = -20.0, 20.0
    for _ in range(60):
        at = (low + high) / 2
        share = float((weight / (1 + np.exp(-(at + SPREAD * z)))).sum() / weight.sum())
        low, high = (at, high) if share < rate else (low, at)
    return low


def chances(rng: np.random.Generator, rate: float, shape: tuple[int, ...], kind: str) -> tuple[Floats, Flags]:
    """Draw scores and outcomes; ``calibrated``, ``extreme`` (log odds too large by 60 %, less 0.4) or ``shifted`` (log odds less 1)."""
    odds = middle(rate) + SPREAD * rng.standard_normal(shape)
    happened = rng.random(shape) < 1 / (1 + np.exp(-odds))
    told = {"calibrated": odds, "extreme": 1.6 * odds - 0.4, "shifted": odds - 1}[kind]
    return 1 / (1 + np.exp(-told)), happened


def ranked(rng: np.random.Generator, rate: float, rows: int, shift: float) -> tuple[Floats, Floats]:
    """Draw normal scores and return counts of negatives and positives in ascending order of score."""
    happened = rng.random(rows) < rate
    order = np.argsort(rng.standard_normal(rows) + shift * happened)
    positives = happened[order].astype(float)
    return 1 - positives, positives


class Grid:
    """Prints coverage and width by cell, and at last the lowest coverage."""

    def __init__(self, title: str, names: Sequence[str]) -> None:
        self.names = names
        self.lowest: dict[str, tuple[float, str]] = {}
        print(f"\n{title}: coverage (mean width) of {', '.join(names)}\n")

    def cell(self, where: str, truth: float, drawn: Iterable[Sequence[Interval | None]]) -> None:
        tables = list(drawn)
        found = [[i for i in column if i is not None] for column in zip(*tables, strict=True)] if tables else []
        if not found or len(found[0]) < FEWEST:
            return
        texts = []
        for name, intervals in zip(self.names, found, strict=True):
            ends = np.array(intervals)
            if not len(ends):
                texts.append("none")
                continue
            held = float(np.mean((ends[:, 0] <= truth + 1e-12) & (truth - 1e-12 <= ends[:, 1])))
            width = float(np.mean(np.minimum(ends[:, 1], 99) - np.maximum(ends[:, 0], -99)))
            self.lowest[name] = min(self.lowest.get(name, (2.0, "")), (held, where))
            texts.append(f"{held:.3f} ({width:.3f})")
        print(f"{where:<44} truth {truth:7.4f} tables {len(found[0]):>5}  " + "  ".join(texts), flush=True)

    def close(self) -> None:
        print("lowest: " + "; ".join(f"{name} {held:.3f} at {where}" for name, (held, where) in self.lowest.items()))


def bootstrap(
    rng: np.random.Generator, statistic: Callable[[Floats, Floats], float | None], n0: Floats, n1: Floats, draws: int = 200
) -> Interval | None:
    rows = rng.multinomial(len(n0), np.full(len(n0), 1 / len(n0)), size=draws)
    values = [v for counts in rows if (v := statistic(n0 * counts, n1 * counts)) is not None]
    return (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) if len(values) > 0.9 * draws else None


def delong(n0: Floats, n1: Floats) -> Interval | None:
    area, m, n = roc_auc(n0, n1), n0.sum(), n1.sum()
    if area is None or m < 2 or n < 2:
        return None
    above, below = (np.cumsum(n0) - n0 / 2) / m, 1 - (np.cumsum(n1) - n1 / 2) / n
    spread = np.sum(n1 * (above - area) ** 2) / (n - 1) / n + np.sum(n0 * (below - area) ** 2) / (m - 1) / m
    half = 1.959964 * math.sqrt(spread)
    return area - half, area + half


def areas(rng: np.random.Generator, repeats: int) -> None:
    grid = Grid("ROC AUC", ("ours", "DeLong", "percentile bootstrap"))
    for truth in (0.5, 0.7, 0.9, 0.97):
        shift = NormalDist().inv_cdf(truth) * math.sqrt(2)
        for rate in RATES:
            for n in SIZES:
                tables = (ranked(rng, rate, n, shift) for _ in range(repeats))
                drawn = (
                    (roc_auc_interval(*t, LEVEL), delong(*t), bootstrap(rng, roc_auc, *t) if k < repeats // 3 else None)
                    for k, t in enumerate(tables) if t[0].any() and t[1].any()
                )  # fmt: skip
                grid.cell(f"AUC {truth}, p {rate}, n {n}", truth, drawn)
    grid.close()


def precisions(rng: np.random.Generator, repeats: int) -> None:
    grid = Grid("Average precision", ("ours", "logit", "percentile bootstrap"))
    for shift in (0.0, 1.2, 2.5):
        for rate in (0.05, *RATES):
            truth = average_precision(*ranked(rng, rate, MANY, shift)) or 0.0
            for n in SIZES:
                tables = (ranked(rng, rate, n, shift) for _ in range(repeats))
                drawn = (
                    (average_precision_interval(*t, LEVEL), logit(*t), bootstrap(rng, average_precision, *t) if k < repeats // 6 else None)
                    for k, t in enumerate(tables) if t[0].any() and t[1].any()
                )  # fmt: skip
                grid.cell(f"shift {shift}, p {rate}, n {n}", truth, drawn)
    grid.close()


def logit(n0: Floats, n1: Floats) -> Interval:
    """Boyd, Eng and Page (2013)."""
    value = min(max(average_precision(n0, n1) or 0.0, 1e-9), 1 - 1e-9)
    odds, reach = math.log(value / (1 - value)), 1.959964 / math.sqrt(n1.sum() * value * (1 - value))
    return 1 / (1 + math.exp(min(700.0, reach - odds))), 1 / (1 + math.exp(max(-700.0, -reach - odds)))


def losses(rng: np.random.Generator, repeats: int) -> None:
    repeats *= 5  # many at once
    for name, of in (("Brier score", squared), ("Log loss", logarithmic), ("Calibration in the large", difference)):
        grid = Grid(name, ("ours", "Student"))
        for kind in ("calibrated", "extreme"):
            for rate in RATES:
                truth = float(of(*chances(rng, rate, (MANY,), kind))[0].mean())
                for n in SIZES:
                    values, low, high = of(*chances(rng, rate, (repeats, n), kind))
                    ours = bounded_means(values, np.ones(values.shape), low, high, LEVEL)
                    half = student(n) * values.std(axis=1, ddof=1) / math.sqrt(n)
                    centre = values.mean(axis=1)
                    pairs = zip(zip(*ours, strict=True), zip(centre - half, centre + half, strict=True), strict=True)
                    grid.cell(f"{kind}, p {rate}, n {n}", truth, pairs)
        grid.close()


def squared(scores: Floats, happened: Flags) -> tuple[Floats, float, float]:
    return (scores - happened) ** 2, 0.0, 1.0


def logarithmic(scores: Floats, happened: Flags) -> tuple[Floats, float, Floats]:
    return -np.log(np.where(happened, scores, 1 - scores)), 0.0, -np.log(np.minimum(scores, 1 - scores).min(axis=-1))


def difference(scores: Floats, happened: Flags) -> tuple[Floats, Floats, Floats]:
    return scores - happened, scores.min(axis=-1) - 1, scores.max(axis=-1)


def student(n: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, n - 1))


def sorted_counts(scores: Floats, happened: Flags) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(scores)
    positives = happened[order].astype(float)
    return scores[order], 1 - positives, positives


def skills(rng: np.random.Generator, repeats: int) -> None:
    grid = Grid("Brier skill score", ("ours",))
    for kind in ("calibrated", "extreme"):
        for rate in RATES:
            scores, happened = chances(rng, rate, (MANY,), kind)
            share = float(happened.mean())
            truth = 1 - float(np.mean((scores - happened) ** 2)) / (share * (1 - share))
            for n in SIZES:
                drawn = ((brier_skill_interval(*sorted_counts(*chances(rng, rate, (n,), kind)), LEVEL),) for _ in range(repeats))
                grid.cell(f"{kind}, p {rate}, n {n}", truth, drawn)
    grid.close()


def in_bins(scores: Floats, happened: Flags, bins: int) -> float:
    order = np.argsort(scores)
    gaps = [abs(float((scores[part] - happened[part]).mean())) * len(part) for part in np.array_split(order, bins)]
    return sum(gaps) / len(scores)


def errors(rng: np.random.Generator, repeats: int) -> None:
    grid = Grid("Expected calibration error", ("ours", "percentile bootstrap"))
    bias: dict[str, list[tuple[float, float]]] = {}
    for kind in ("calibrated", "extreme", "shifted"):
        for rate in RATES:
            whole = chances(rng, rate, (MANY,), kind)
            for n in (*SIZES, 2_000):
                bins = max(1, min(BINS, n // ROWS_PER_BIN))
                truth = in_bins(*whole, bins)
                tables = [error_once(rng, rate, n, kind, bins, k < repeats // 6) for k in range(repeats)]
                grid.cell(f"{kind}, p {rate}, n {n}, {bins} bins", truth, [(ours, theirs) for ours, theirs, _, _ in tables])
                mean = np.mean([numbers for _, _, *numbers in tables], axis=0) - truth
                bias.setdefault(kind, []).append((float(mean[0]), float(mean[1])))
    grid.close()
    for kind, pairs in bias.items():
        plug_in, debiased = np.max(np.abs(pairs), axis=0)
        print(f"{kind}: largest bias of the plug-in {plug_in:.3f}, less what noise adds {debiased:.3f}")


def error_once(rng: np.random.Generator, rate: float, n: int, kind: str, bins: int, beside: bool) -> tuple[Interval, Interval | None, float, float]:
    """Return our interval, that of the bootstrap where wanted, the plug-in and what is left of it without noise."""
    scores, happened = chances(rng, rate, (n,), kind)
    error = calibration_error(*sorted_counts(scores, happened), level=LEVEL)
    assert error is not None
    theirs = None
    if beside:
        again = [in_bins(scores[r], happened[r], bins) for r in rng.integers(0, n, (100, n))]
        theirs = (float(np.quantile(again, 0.025)), float(np.quantile(again, 0.975)))
    return error.interval, theirs, error.value, error.debiased


def lines(rng: np.random.Generator, repeats: int) -> None:
    for name, kind, truth in (("slope", "extreme", 1 / 1.6), ("intercept", "shifted", 1.0)):
        grid = Grid(f"Calibration {name}", ("ours",))
        for rate in RATES:
            for n in SIZES:
                fits = (recalibration(*sorted_counts(*chances(rng, rate, (n,), kind)), LEVEL) for _ in range(repeats))
                drawn = ((f.slope_interval if name == "slope" else f.intercept_interval,) for f in fits if f)
                grid.cell(f"{kind}, p {rate}, n {n}", truth, drawn)
        grid.close()


def decisions(rng: np.random.Generator, repeats: int) -> None:
    grid = Grid("Matthews' correlation", ("ours",))
    for hit, alarm in ((0.9, 0.1), (0.7, 0.4), (0.5, 0.5), (0.99, 0.02)):
        for rate in RATES:
            truth = matthews(*(round(1e9 * c) for c in (rate * hit, (1 - rate) * alarm, rate * (1 - hit), (1 - rate) * (1 - alarm)))) or 0.0
            for n in SIZES:
                cells = rng.multinomial(n, [rate * hit, (1 - rate) * alarm, rate * (1 - hit), (1 - rate) * (1 - alarm)], size=repeats)
                drawn = ((matthews_interval(*(int(c) for c in row), LEVEL),) for row in cells if matthews(*(int(c) for c in row)) is not None)
                grid.cell(f"{hit} and {alarm}, p {rate}, n {n}", truth, drawn)
    grid.close()


def gaps(rng: np.random.Generator, repeats: int) -> None:
    print("\nGaps between groups where there are none: share of tables in which the interval of the gap leaves 0 (at most 5 % is meant)\n")
    print(f"{'groups':>6} {'rows each':>9} {'ROC AUC':>8} {'calibration':>12}")
    for groups, rows in ((2, 50), (2, 500), (5, 50), (5, 500), (10, 200), (40, 100)):
        alarms = [0, 0]
        tries = repeats // (1 + groups // 10)
        for _ in range(tries):
            tables = [sorted_counts(*chances(rng, 0.5, (rows,), "calibrated")) for _ in range(groups)]
            areas_found = range_of_estimates([roc_auc(*t[1:]) or math.nan for t in tables], lambda level, t=tables: area_ends(t, level), LEVEL)
            values = [float((x - n1).mean()) for x, _, n1 in tables]
            means_found = range_of_estimates(values, lambda level, t=tables: gap_ends(t, level), LEVEL)
            alarms[0] += areas_found is not None and areas_found.interval[0] > 0
            alarms[1] += means_found is not None and means_found.interval[0] > 0
        print(f"{groups:>6} {rows:>9} {alarms[0] / tries:>8.1%} {alarms[1] / tries:>12.1%}", flush=True)


def area_ends(tables: Sequence[tuple[Floats, Floats, Floats]], level: float) -> tuple[list[float], list[float]]:
    found = [roc_auc_interval(n0, n1, level) or (math.nan, math.nan) for _, n0, n1 in tables]
    return [low for low, _ in found], [high for _, high in found]


def gap_ends(tables: Sequence[tuple[Floats, Floats, Floats]], level: float) -> tuple[Floats, Floats]:
    x, happened = np.array([t[0] for t in tables]), np.array([t[2] for t in tables])
    return bounded_means(x - happened, np.ones(x.shape), x.min(axis=1) - 1, x.max(axis=1), level)


if __name__ == "__main__":
    main()
