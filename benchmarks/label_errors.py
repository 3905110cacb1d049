"""Confident learning on published label sets, and how often L008 finds label errors where there are none and where some were planted.

Run: python -m benchmarks.label_errors [REPEATS [KIND …]]      (10 repeats take about ten minutes)

With ASSAY_REAL_DATA naming the folder of published data sets, the counts of the first table are those of MNIST's and CIFAR-10's test labels.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from audit.checks.leakage.l008_label_errors import LabelErrors
from audit.core.ask import Asks
from audit.core.check import Findings
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import frame_source
from audit.stats.confident_learning import label_errors

ROWS = 2_000


def published(folder: Path) -> None:
    print(f"{'labels':<10} {'rows':>7} {'noise rate':>11} {'class':>6} {'both':>5}   of those judged by people, wrong (3 of 5 votes or more)")
    for name in ("mnist", "cifar10"):
        labels = np.load(folder / f"{name}_test_set_original_labels.npy").astype(int)
        p = np.load(folder / f"{name}_test_set_pyx.npy")
        counts = [label_errors(labels, p, method) for method in ("noise_rate", "class", "both")]
        votes = {row["id"]: row["mturk"] for row in json.loads((folder / f"{name}_mturk.json").read_text())}
        judged = [votes[i] for i in np.flatnonzero(counts[0]) if i in votes]
        wrong = sum(vote["given"] < 3 for vote in judged)
        print(f"{name:<10} {len(labels):>7,} {counts[0].sum():>11} {counts[1].sum():>6} {counts[2].sum():>5}   {wrong} of {len(judged)}")


def sigmoid(t: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-t))


def table(kind: str, rng: np.random.Generator) -> pd.DataFrame:
    """Return features and right labels: classes that overlap in a way the models know, in one they do not, and in one nobody could."""
    x = rng.normal(size=(ROWS, 6))
    if kind == "far apart":
        y = rng.random(ROWS) < 0.3
        x[:, :3] += np.outer(y, [3, 2, 1.5])
    elif kind == "overlapping":
        y = rng.random(ROWS) < 0.5
        x[:, :2] += np.outer(y, [2, 1])
    elif kind == "weak":
        y = rng.random(ROWS) < sigmoid(x[:, 0])
    elif kind == "unequal spread":
        y = rng.random(ROWS) < 0.4
        x[:, 0] = x[:, 0] * np.where(y, 3, 1) + 2 * y
        x[:, 1] += 1.5 * y
    elif kind == "interactions":
        y = rng.random(ROWS) < sigmoid(3 * np.sin(2 * x[:, 0] * x[:, 1]) + 3 * (x[:, 2] - 0.5) ** 2 + 2 * x[:, 3] - 3)
    elif kind == "heavy tails":
        x = rng.standard_t(3, size=(ROWS, 6))
        y = rng.random(ROWS) < sigmoid(2 * x[:, 0] + x[:, 1] - x[:, 2])
    elif kind == "categories":
        x = rng.integers(0, 5, size=(ROWS, 6)).astype(float)
        effect = np.array([-3, -1, 0, 1, 3])
        y = rng.random(ROWS) < sigmoid(effect[x[:, 0].astype(int)] + 0.7 * effect[x[:, 1].astype(int)])
    elif kind in ("words", "rare words"):
        words = 5 if kind == "words" else 60
        levels = rng.integers(0, words, size=(ROWS, 6))
        effect = 2.5 * rng.normal(size=(2, words))
        y = rng.random(ROWS) < sigmoid(effect[0, levels[:, 0]] + effect[1, levels[:, 1]])
        return pd.DataFrame(levels, columns=[f"x{i}" for i in range(6)]).map("word {}".format).assign(y=y.astype(int))
    else:  # a rule with exceptions of its own: no table can tell these from wrong labels
        y = rng.random(ROWS) < np.where((x[:, 0] > 0) & (x[:, 1] > -0.5), 0.97, np.where(x[:, 2] > 0, 0.3, 0.05))
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(6)]).assign(y=y.astype(int))


KINDS = (
    "far apart", "overlapping", "weak", "unequal spread", "interactions", "heavy tails", "categories", "rule with exceptions", "words", "rare words",
)  # fmt: skip


def examined(frame: pd.DataFrame, seed: int) -> tuple[Findings, np.ndarray]:
    source = frame_source(frame)
    subject = Subject("table", source.table, Roles(target="y", positive="1"))
    engine, check = AskEngine(source.backend), LabelErrors(seed=seed)
    asks: Asks = check.asks(subject)
    found = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
    if not found.suspects:
        return found, np.zeros(len(frame), dtype=bool)
    marked = engine.fetch_frame(subject.table.mutate(bad=found.suspects[0].failing(subject.table)))
    return found, marked["bad"].to_numpy()


def simulated(repeats: int, kinds: Sequence[str] = KINDS) -> None:
    print(f"\nL008 on {ROWS:,} rows, {repeats} tables a line")
    print(f"{'classes':<22} {'turned':>7} {'warned':>7} {'estimated':>10} {'precision':>10} {'recall':>7}")
    for kind in kinds:
        for share in (0.0, 0.05, 0.1):
            warned, estimates, precision, recall = 0, [], [], []
            for repeat in range(repeats):
                rng = np.random.default_rng([repeat, KINDS.index(kind)])
                frame = table(kind, rng)
                wrong = rng.random(ROWS) < share
                found, bad = examined(frame.assign(y=np.where(wrong, 1 - frame.y, frame.y)), repeat)
                numbers = {m.name: m.value for m in found.measurements}
                estimates.append(numbers["label_error_share"] or 0)
                warned += bool(found.suspects)
                if bad.any() and share:
                    precision.append(wrong[bad].mean())
                    recall.append(bad[wrong].mean())
            rates = [f"{np.mean(v):.2f}" if v else "" for v in (precision, recall)]
            print(f"{kind:<22} {share:>7.2f} {warned / repeats:>7.2f} {np.mean(estimates):>10.3f} {rates[0]:>10} {rates[1]:>7}", flush=True)


def main() -> None:
    if "ASSAY_REAL_DATA" in os.environ:
        published(Path(os.environ["ASSAY_REAL_DATA"]) / "label_errors")
    simulated(int(sys.argv[1]) if len(sys.argv) > 1 else 10, sys.argv[2:] or KINDS)


if __name__ == "__main__":
    main()
