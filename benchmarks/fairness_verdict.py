"""False alarms and power of the fairness verdicts of a whole run: ``python benchmarks/fairness_verdict.py [--runs 200] [--fairlearn 10]``.

Null: labels, predictions and scores know nothing of the group. A false alarm is a run in which any check of fairness comes to a finding, or in which
any gap is alleged at all (an interval that leaves out 0, or 1 for a ratio). Beside it the bootstrap of the highest less the lowest selection rate,
which is what fairlearn's ``difference_ci`` is in distribution; ``--fairlearn`` runs fairlearn itself on some of the tables.

Power: a gap of 8 points in the selection rate between one group and all others.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit.core.roles import Roles
from audit.core.run import Run
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.sources import frame_table
from audit.run import Settings, examine
from audit.stats.cells import percentile_interval, resample
from audit.stats.intervals import wilson

LEVEL = 0.95
GROUPS = (2, 5, 10, 40)
GAP = 0.08


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulated runs per line (default 200)")
    parser.add_argument("--fairlearn", type=int, default=0, metavar="TABLES", help="tables per line that fairlearn is run on")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    started = time.perf_counter()
    alarms(rng, options.runs, options.fairlearn)
    power(rng, options.runs)
    print(f"\n{options.runs} runs a line, seed {options.seed}, {time.perf_counter() - started:.0f} s")


def table(rng: np.random.Generator, groups: int, size: int, gap: float = 0.0) -> pd.DataFrame:
    """Return rows of which the first group is selected less often."""
    group = np.repeat(np.arange(groups), size)
    label, score = scored(rng, len(group))
    # of many more rows than the table has, so that the rows selected are a sample and not a fixed number
    reference = scored(np.random.default_rng(0), 400_000)[1]
    threshold = np.where(group == 0, np.quantile(reference, 0.6 + gap), np.quantile(reference, 0.6))
    return pd.DataFrame(
        {"group": np.char.add("g", group.astype(str)), "label": label.astype(int), "predicted": (score >= threshold).astype(int), "score": score}
    )


def scored(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    label = rng.random(rows) < 0.4
    return label, np.clip(rng.beta(2, 3, rows) + 0.25 * label, 0, 1)


def audited(frame: pd.DataFrame) -> Run:
    roles = Roles(target="label", positive="1", prediction="predicted", score="score", sensitive=("group",))
    return examine(Subject("simulated", frame_table(frame), roles), verb="audit", families=["fairness"], settings=Settings(seed=0)).run


def alleged(run: Run) -> list[str]:
    """Return the gaps and ratios whose interval leaves out what equal groups have."""
    found = []
    for result in run.results:
        for m in result.measurements:
            if m.interval is not None and m.value is not None and not m.where:
                if m.name.endswith(("_difference", "_gap")) and m.interval[0] > 0:
                    found.append(f"{result.code} {m.name}")
                if m.name.endswith("_ratio") and m.interval[1] < 1:
                    found.append(f"{result.code} {m.name}")
    return found


def alarms(rng: np.random.Generator, runs: int, fairlearn_tables: int) -> None:
    print("\nNobody is treated differently: share of runs with an alarm\n")
    headings = ("groups", "rows each", "a finding", "a gap alleged", "undecided", "bootstrap", "fairlearn")
    print("{:>6} {:>9} | {:>20} {:>20} {:>9} | {:>9} {:>9}".format(*headings))
    for groups in GROUPS:
        for size in (50, 200):
            findings = gaps = undecided = theirs = 0
            real = []
            for i in range(runs):
                frame = table(rng, groups, size)
                run = audited(frame)
                statuses = {r.status for r in run.results}
                if Status.ERROR in statuses:
                    raise SystemExit(next(r.message for r in run.results if r.status is Status.ERROR))
                findings += bool(statuses & {Status.WARNED, Status.FAILED})
                gaps += bool(alleged(run))
                undecided += Status.UNDECIDED in statuses
                theirs += bootstrap_low(frame) > 0
                if i < fairlearn_tables:
                    real.append(fairlearn_low(frame, i) > 0)
            line = (groups, size, share(findings, runs), share(gaps, runs), f"{undecided / runs:.0%}", f"{theirs / runs:.0%}")
            print("{:>6} {:>9} | {:>20} {:>20} {:>9} | {:>9} {:>9}".format(*line, f"{np.mean(real):.0%}" if real else ""), flush=True)


def share(count: int, runs: int) -> str:
    low, high = wilson(count, runs) or (0.0, 1.0)
    return f"{count / runs:.1%} ({low:.1%} to {high:.1%})"


def bootstrap_low(frame: pd.DataFrame) -> float:
    """Return the lower end of the percentile bootstrap of highest minus lowest selection rate."""
    counted = frame.groupby("group")["predicted"].agg(["sum", "count"]).to_numpy()
    drawn = resample(np.column_stack([counted[:, 0], counted[:, 1] - counted[:, 0]]), 500)
    rates = drawn[..., 0] / drawn.sum(axis=-1)
    interval = percentile_interval(rates.max(axis=1) - rates.min(axis=1), LEVEL)
    return interval[0] if interval else 0.0


def fairlearn_low(frame: pd.DataFrame, seed: int) -> float:
    from fairlearn.metrics import MetricFrame, selection_rate

    measured = MetricFrame(
        metrics=selection_rate, y_true=frame["label"], y_pred=frame["predicted"], sensitive_features=frame["group"],
        n_boot=100, ci_quantiles=[0.025, 0.975], random_state=seed,
    )  # fmt: skip
    return float(measured.difference_ci()[0])


def power(rng: np.random.Generator, runs: int) -> None:
    print(f"\nOne group is selected {GAP:.0%} less often than the others: share of runs in which a gap in the selection rate is alleged\n")
    print(f"{'groups':>6} " + " ".join(f"{size:>8,}" for size in (250, 500, 1_000, 2_000, 4_000)) + "  rows a group")
    for groups in (2, 5):
        line = []
        for size in (250, 500, 1_000, 2_000, 4_000):
            found = sum(any("selection_rate_difference" in a for a in alleged(audited(table(rng, groups, size, GAP)))) for _ in range(runs // 4))
            line.append(f"{found / (runs // 4):>8.0%}")
        print(f"{groups:>6} " + " ".join(line), flush=True)


if __name__ == "__main__":
    main()
