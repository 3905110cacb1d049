"""Planted weak segments found and confirmed, pure noise left alone, and the time of a search, with SliceLine and deepchecks beside it.

Run: python -m benchmarks.segments [RUNS] [--noise] [--time] [--peers SLICELINE_PYTHON DEEPCHECKS_PYTHON]      (100 runs take about five minutes)

A run is a table of 20,000 judged rows and ten columns, in which 10 % of the predictions are wrong. The plant is a conjunction of two or of three
conditions that 3 % of the rows meet, in which 20 % are wrong. It counts as found where a confirmed segment holds at least half of the planted rows,
and at least half of its rows are planted.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from audit.checks.errors.e001_weakest_segments import WeakestSegments
from audit.core.check import Findings
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import connect, frame_source
from audit.run import resolve_positive
from audit.stats.rates import rate_interval

ROWS, ERROR, EXTRA = 20_000, 0.10, 0.10
PEERS = Path(__file__).parent / "peers"


def table(rng: np.random.Generator, n: int = ROWS, columns: int = 10) -> pd.DataFrame:
    """Return features: a third each of normal numbers, of small whole numbers, and of words."""
    kinds = [
        lambda: rng.normal(size=n),
        lambda: rng.integers(0, 5, n),
        lambda: rng.choice(list("abcdefg"), n, p=[0.15, 0.2, 0.3, 0.15, 0.1, 0.05, 0.05]),
    ]
    return pd.DataFrame({f"f{i}": kinds[i % 3]() for i in range(columns)})


def planted(frame: pd.DataFrame, kind: str) -> np.ndarray:
    """Return the rows of a segment that about 3 % meet."""
    if kind == "two values":
        return ((frame["f2"] == "a") & (frame["f1"] == 3)).to_numpy()
    if kind == "a value and a side of a number":
        return ((frame["f1"] == 3) & (frame["f0"] > 1.04)).to_numpy()
    if kind == "three values":
        return ((frame["f2"] == "c") & (frame["f5"] == "c") & (frame["f1"] <= 1)).to_numpy()
    return np.zeros(len(frame), dtype=bool)


def judged(frame: pd.DataFrame, weak: np.ndarray, rng: np.random.Generator, extra: float = EXTRA) -> pd.DataFrame:
    """Return the table with key, label and prediction."""
    label = rng.random(len(frame)) < 0.5
    wrong = rng.random(len(frame)) < np.where(weak, ERROR + extra, ERROR)
    return frame.assign(row=np.arange(len(frame)), label=label.astype(int), prediction=(label ^ wrong).astype(int))


def found_in(check: WeakestSegments, subject: Subject, engine: AskEngine) -> Findings:
    asks = check.asks(subject)
    return check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))


def confirmed(frame: pd.DataFrame) -> list[str]:
    """Return the confirmed segments in words."""
    source = frame_source(frame)
    engine = AskEngine(source.backend)
    subject = resolve_positive(Subject("table", source.table, Roles(target="label", prediction="prediction", key=("row",))), engine)
    return [m.where["segment"] for m in found_in(WeakestSegments(), subject, engine).measurements if m.name == "adjusted_p_value"]


def met(frame: pd.DataFrame, text: str) -> np.ndarray:
    """Return the rows that a segment in words is about: an independent reading of the sentence."""
    inside = np.ones(len(frame), dtype=bool)
    for part in text.split(" and "):
        name, _, rest = part.partition(" ")
        column = frame[name]
        if rest.startswith("from "):
            low, _, high = rest.removeprefix("from ").removeprefix("above ").partition(" to ")
            inside &= ((column > float(low)) if "above" in rest else (column >= float(low))) & (column <= float(high))
        else:
            sign, _, value = rest.partition(" ")
            given = float(value) if column.dtype.kind in "if" else value
            inside &= {"=": column == given, "≤": column <= given, "≥": column >= given, ">": column > given}[sign]
    return np.asarray(inside)


def hit(frame: pd.DataFrame, texts: list[str], weak: np.ndarray) -> bool:
    for text in texts:
        inside = met(frame, text)
        both = (inside & weak).sum()
        if 2 * both >= weak.sum() and 2 * both >= inside.sum():
            return True
    return False


def share(hits: int, runs: int) -> str:
    low, high = rate_interval(hits, runs) or (float("nan"), float("nan"))
    return f"{hits}/{runs} = {hits / runs:.1%} ({low:.1%} to {high:.1%})"


def power(runs: int) -> None:
    print(f"{'plant':<48}{'found and confirmed':<34}other segments confirmed, a run")
    for kind, extra in (("two values", EXTRA), ("a value and a side of a number", EXTRA), ("three values", EXTRA), ("three values", 0.15)):
        hits, others = 0, 0
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            frame = table(rng)
            weak = planted(frame, kind)
            texts = confirmed(judged(frame, weak, rng, extra))
            hits += hit(frame, texts, weak)
            others += sum((met(frame, t) & weak).sum() * 4 < met(frame, t).sum() for t in texts)
        print(f"{f'{kind}, {weak.mean():.1%}, + {100 * extra:.0f} points':<48}{share(hits, runs):<34}{others / runs:.2f}")


def noise(runs: int) -> None:
    for n in (2_000, ROWS):
        alarms = 0
        for seed in range(runs):
            rng = np.random.default_rng(10_000 + seed)
            frame = table(rng, n)
            alarms += bool(confirmed(judged(frame, np.zeros(n, dtype=bool), rng)))
        print(f"pure noise, {n:,} rows: anything confirmed in {share(alarms, runs)}", flush=True)


def timed(rows: int = 1_000_000, columns: int = 30) -> None:
    rng = np.random.default_rng(0)
    frame = table(rng, rows, columns)
    weak = planted(frame, "three values")
    data = judged(frame, weak, rng)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "judged.parquet"
        data.to_parquet(file)
        for key in (("row",), ()):
            backend = connect()
            engine = AskEngine(backend)
            subject = Subject("table", backend.read_parquet(str(file)), Roles(target="label", prediction="prediction", key=key))
            wall, cpu = time.perf_counter(), time.process_time()
            found = found_in(WeakestSegments(), resolve_positive(subject, engine), engine)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            looked = next(m.value for m in found.measurements if m.name == "segments_searched")
            named = "with a key" if key else "without a key"
            print(f"{rows:,} rows x {columns} columns, {named}: {wall:.1f} s, {cpu:.1f} CPU s, {looked:,} segments; {found.message}")


def peers(pythons: list[str], runs: int) -> None:
    """Run the peers on the same tables, each in its own environment."""
    scripts = ("sliceline_slices.py", "deepchecks_segments.py")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    for script in scripts[len(pythons) :]:
        print(f"{script}: not run, no python was given for it")
    for python, script in zip(pythons, scripts, strict=False):
        for kind in ("two values", "three values", "noise"):
            with tempfile.TemporaryDirectory() as folder:
                for seed in range(runs):
                    rng = np.random.default_rng(seed)
                    frame = table(rng)
                    weak = planted(frame, kind)
                    judged(frame, weak, rng).assign(weak=weak).to_parquet(Path(folder) / f"{seed:03}.parquet")
                done = subprocess.run([python, str(PEERS / script), folder], capture_output=True, text=True, check=False, env=environment)
                print(f"{script} on {kind}: {done.stdout.strip() or done.stderr.strip()[-400:]}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("runs", nargs="?", type=int, default=100)
    arguments.add_argument("--noise", action="store_true", help="only the runs on pure noise")
    arguments.add_argument("--time", action="store_true", help="only the time of one search of a million rows")
    arguments.add_argument("--peers", nargs="+", default=[], help="pythons in which sliceline and deepchecks are installed; only these are run")
    given = arguments.parse_args()
    if given.time:
        timed()
    elif given.noise:
        noise(given.runs)
    elif given.peers:
        peers(given.peers, given.runs)
    else:
        power(given.runs)
        noise(given.runs)


if __name__ == "__main__":
    main()
