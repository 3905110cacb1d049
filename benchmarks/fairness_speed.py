"""Fairness of predictions in a Parquet file: 8 metrics x 3 attributes and all their intersections, 1,000 resamples, beside what else does it.

python benchmarks/fairness_speed.py [--rows 1000000] [--data FILE] [--runs 5] [--draws 1000] [--peers rows fairlearn]

Ours and the bare GROUP BY of DuckDB take turns, each in a fresh process, so that a change in the machine's speed falls on both; the figure is the
median. Counting from the file is included everywhere; the start of Python and the imports are said apart. ``--peers`` adds, on the same file, a row
bootstrap in numpy that counts the joint cells once a resample and makes all sets of them (``--resamples``, extrapolated), and fairlearn, which is run
for one attribute with one resample, extrapolated too.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

ATTRIBUTES = ("sex", "race", "age")
SETS = [s for size in (1, 2, 3) for s in combinations(ATTRIBUTES, size)]
METRICS = (
    "selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate", "positive_predictive_value",
    "negative_predictive_value", "accuracy",
)  # fmt: skip
CHUNK = 1_000_000


def generate(rows: int, file: Path, seed: int = 3) -> None:
    """Write predictions with label, score and three attributes, a million rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = {"sex": (["F", "M"], [0.45, 0.55]), "race": (list("ABCDE"), [0.55, 0.2, 0.15, 0.07, 0.03]),
              "age": (["<25", "25-45", "45-65", ">65"], [0.15, 0.4, 0.3, 0.15])}  # fmt: skip
    writer = None
    for start in range(0, rows, CHUNK):
        n, rng = min(CHUNK, rows - start), np.random.default_rng([seed, start])
        codes = {name: rng.choice(len(names), n, p=shares).astype(np.int32) for name, (names, shares) in values.items()}
        z = 0.3 * (codes["sex"] == 1) - 0.4 * (codes["race"] == 1) + 0.2 * (codes["age"] == 2) + rng.standard_normal(n)
        chance = 1 / (1 + np.exp(-(1.2 * z - 0.6)))
        label, score = (rng.random(n) < chance).astype(np.int8), np.clip(chance + 0.15 * rng.standard_normal(n), 0, 1)
        columns = {"y": pa.array(label), "pred": pa.array((score > 0.5).astype(np.int8)), "score": pa.array(score)}
        columns |= {name: pa.DictionaryArray.from_arrays(codes[name], values[name][0]).cast(pa.string()) for name in values}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(file, table.schema)
        writer.write_table(table, row_group_size=125_000)
    assert writer is not None
    writer.close()


def ours(file: str, options: argparse.Namespace) -> dict[str, Any]:
    clock = time.perf_counter()
    import pandas  # noqa: F401  # its import is no work of ours

    from audit import fairness

    imported, cpu = time.perf_counter(), time.process_time()
    result = fairness.of(file, target="y", prediction="pred", sensitive=ATTRIBUTES, metrics=METRICS)
    counted = time.perf_counter()
    bands = result.subsets().resampled(draws=options.draws)
    done, cpu = time.perf_counter(), time.process_time() - cpu
    exact = result.subsets().by_group()
    intervals = time.perf_counter()
    gaps = result.subsets().difference()
    return {
        "import": imported - clock, "count": counted - imported, "resample": done - counted, "seconds": done - imported, "cpu": cpu,
        "bands": len(bands), "exact": intervals - done, "gaps": time.perf_counter() - intervals, "compared": len(gaps), "rates": len(exact),
        "check": float(bands.loc[("sex", "F", "true_positive_rate"), "low"]),
    }  # fmt: skip


def duckdb_alone(file: str, _: argparse.Namespace) -> dict[str, Any]:
    clock = time.perf_counter()
    import duckdb

    imported, cpu = time.perf_counter(), time.process_time()
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    cells = con.execute(f"SELECT sex, race, age, y, pred, count(*) FROM read_parquet('{file}') GROUP BY ALL").fetchall()
    done = time.perf_counter()
    return {"import": imported - clock, "seconds": done - imported, "cpu": time.process_time() - cpu, "cells": len(cells)}


def row_bootstrap(file: str, options: argparse.Namespace) -> dict[str, Any]:
    """Resample rows: indices, one bincount of the joint cells, sums for every set, the metrics, and their percentiles."""
    import pyarrow.parquet as pq

    clock = time.perf_counter()
    table = pq.read_table(file, columns=["y", "pred", *ATTRIBUTES], read_dictionary=list(ATTRIBUTES))
    shape, codes = [], np.zeros(len(table), dtype=np.int64)
    for name in ATTRIBUTES:
        column = table[name].unify_dictionaries().combine_chunks()
        shape.append(len(column.dictionary))
        codes = codes * shape[-1] + column.indices.to_numpy()
    codes = (codes * 4 + 2 * table["y"].to_numpy() + table["pred"].to_numpy()).astype(np.int16)
    read = time.perf_counter()
    rng, cells = np.random.default_rng(1), 4 * int(np.prod(shape))
    drawn = np.empty((options.resamples, cells))
    for i in range(options.resamples):
        drawn[i] = np.bincount(codes[rng.integers(0, len(codes), len(codes))], minlength=cells)
    sampled = time.perf_counter()
    joint = drawn.reshape(-1, *shape, 2, 2)
    for attributes in SETS:
        axes = tuple(1 + i for i, a in enumerate(ATTRIBUTES) if a not in attributes)
        (tn, fp), (fn, tp) = np.moveaxis(joint.sum(axis=axes), (-2, -1), (0, 1))
        every = [(tp + fp) / (tp + fp + tn + fn), tp / (tp + fn), fp / (fp + tn), tn / (fp + tn), fn / (tp + fn), tp / (tp + fp), tn / (tn + fn)]
        np.quantile([*every, (tp + tn) / (tp + fp + tn + fn)], [0.025, 0.975], axis=1)
    done = time.perf_counter()
    return {"read": read - clock, "each": (sampled - read) / options.resamples, "summed": done - sampled}


def fairlearn(file: str, _: argparse.Namespace) -> dict[str, Any]:
    import pandas as pd
    from fairlearn import metrics as fl
    from sklearn import metrics as sk

    named = {"selection_rate": fl.selection_rate, "true_positive_rate": fl.true_positive_rate, "false_positive_rate": fl.false_positive_rate,
             "true_negative_rate": fl.true_negative_rate, "false_negative_rate": fl.false_negative_rate, "accuracy": sk.accuracy_score,
             "positive_predictive_value": sk.precision_score, "negative_predictive_value": _negative_predictive_value}  # fmt: skip
    frame = pd.read_parquet(file)
    given = {"metrics": named, "y_true": frame["y"], "y_pred": frame["pred"], "sensitive_features": frame["race"]}
    clock = time.perf_counter()
    fl.MetricFrame(**given)
    plain = time.perf_counter()
    fl.MetricFrame(**given, n_boot=1, ci_quantiles=[0.025, 0.975], random_state=1)
    return {"plain": plain - clock, "each": time.perf_counter() - plain - (plain - clock)}


def _negative_predictive_value(y_true: Any, y_pred: Any) -> float:
    from sklearn.metrics import precision_score

    return float(precision_score(y_true, y_pred, pos_label=0))


WORK = {"ours": ours, "duckdb": duckdb_alone, "rows": row_bootstrap, "fairlearn": fairlearn}


def child(work: str, file: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run one part in a process of its own; its wall and CPU seconds as a whole, and the memory it took at most, come with it."""
    command = [sys.executable, __file__, "--work", work, "--data", file, "--draws", str(options.draws), "--resamples", str(options.resamples)]
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**json.loads(done.stdout.splitlines()[-1]), "process": time.perf_counter() - clock, "process_cpu": cpu}


def median(runs: list[dict[str, Any]], name: str) -> float:
    return statistics.median(r[name] for r in runs)


def middle(runs: list[dict[str, Any]], name: str) -> str:
    values = [r[name] for r in runs]
    return f"{median(runs, name):8.3f} s   (from {min(values):.3f} to {max(values):.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--data")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--resamples", type=int, default=10, help="of the row bootstrap in numpy")
    parser.add_argument("--peers", nargs="*", choices=("rows", "fairlearn"), default=())
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        found = WORK[options.work](options.data, options)
        found["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = options.data or str(Path(folder) / "scored.parquet")
        if not options.data:
            generate(options.rows, Path(file))
        mine, bare = [], []
        for i in range(options.runs + 1):
            pair = child("duckdb", file, options), child("ours", file, options)
            if i or options.runs == 1:  # the first pair warms the file cache
                bare.append(pair[0])
                mine.append(pair[1])
        first = mine[0]
        print(f"{len(SETS)} sets of groups, {len(METRICS)} metrics, {options.draws:,} resamples: {first['bands']} bands; {len(mine)} processes each")
        print(f"ours: counting and all bands   {middle(mine, 'seconds')}   {median(mine, 'cpu'):.3f} s CPU")
        print(f"  of which counting            {middle(mine, 'count')}")
        print(f"  of which resampling          {middle(mine, 'resample')}")
        print(f"ours: imports                  {middle(mine, 'import')}")
        print(f"ours: exact intervals of {first['rates']} rates {middle(mine, 'exact')}")
        print(f"ours: {first['compared']} gaps with intervals and tests {middle(mine, 'gaps')}")
        print(f"DuckDB alone: GROUP BY         {middle(bare, 'seconds')}   {median(bare, 'cpu'):.3f} s CPU, {bare[0]['cells']} cells")
        ratios = [a["count"] / b["seconds"] for a, b in zip(mine, bare, strict=True)]
        print(f"counting over DuckDB alone     {statistics.median(ratios):8.2f}     (from {min(ratios):.2f} to {max(ratios):.2f})")
        print(f"whole process, start included  {middle(mine, 'process')}")
        print(f"memory at most                 {max(r['peak_gb'] for r in mine):8.2f} GB")
        if "rows" in options.peers:
            found = child("rows", file, options)
            total = found["read"] + options.draws * found["each"] + found["summed"]
            how = f"{options.resamples} run, {1000 * found['each']:.0f} ms each, {found['process_cpu']:.0f} s CPU in all"
            print(f"row bootstrap in numpy         {total:8.1f} s   (extrapolated to {options.draws:,}: {how}; {found['peak_gb']:.2f} GB)")
        if "fairlearn" in options.peers:
            found = child("fairlearn", file, options)
            total = found["plain"] + options.draws * found["each"]
            how = f"race alone: {found['plain']:.1f} s without resampling, {found['each']:.1f} s a resample, {found['process_cpu']:.0f} s CPU in all"
            print(f"fairlearn, one set of groups   {total:8.0f} s   (extrapolated to {options.draws:,}: {how}; {found['peak_gb']:.2f} GB)")


if __name__ == "__main__":
    main()
