"""Regression metrics and gaps of many rows, from Parquet: ``python benchmarks/regression_speed.py 10000000``.

M007, and F016 over two attributes, in one examination; beside them numpy's mean absolute error, root mean squared error and R² with 100 bootstrap
resamples of the rows, data read and held in memory.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.sources import open_source
from audit.run import Settings, examine

#: Checks of quantities; all others of the two families are switched off.
OURS = ("M007", "F016")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--peer", type=int, default=100, metavar="RESAMPLES", help="0 leaves numpy out")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predicted.parquet"
        write(options.rows, path)
        wall, cpu = time.perf_counter(), time.process_time()
        source = open_source(str(path), Path(folder))
        subject = Subject("predicted", source.table, Roles(target="y", prediction="p", sensitive=("a", "b")), location=source.location)
        run = examine(subject, verb="audit", families=("performance", "fairness"), settings=Settings(skip=_others())).run
        for result in run.results:
            if result.code in OURS:
                print(f"{result.code} {result.status.value}: {result.message[:150]}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"ours: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of CPU, at most {memory:.2f} GiB")
        if options.peer:
            peer(path, options.peer)


def _others() -> list[str]:
    from audit.checks import discover

    return [code for code, check in discover().items() if check.family in ("performance", "fairness") and code not in OURS]


def write(rows: int, path: Path) -> None:
    """Write skewed labels, predictions that are off by some tenths, and two attributes."""
    duckdb.sql(
        f"""copy (
            select y, y * exp(0.3 * sin(i * 0.7)) + 2 * (a = 3)::int as p, a, b
            from (select i, exp(3 + sqrt(-2 * ln((hash(i) % 1000000 + 1) / 1000001.0)) * cos(hash(i + 7) % 6283 / 1000.0)) as y,
                  (hash(i + 1) % 5)::int as a, (hash(i + 2) % 12)::int as b from range({rows}) t(i))
        ) to '{path}' (format parquet)"""
    )


def peer(path: Path, resamples: int) -> None:
    """Bootstrap the rows with numpy."""
    wall, cpu = time.perf_counter(), time.process_time()
    table = pq.read_table(path, columns=["y", "p"])
    y, p = (table[name].to_numpy() for name in ("y", "p"))
    error, rng = p - y, np.random.default_rng(1)
    drawn = []
    for _ in range(resamples):
        weight = rng.multinomial(len(y), np.full(len(y), 1 / len(y))) if len(y) <= 100_000 else rng.poisson(1.0, len(y))
        total = weight.sum()
        squared, mean = weight @ error**2 / total, weight @ y / total
        drawn.append((weight @ np.abs(error) / total, squared**0.5, 1 - squared / (weight @ y**2 / total - mean**2)))
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    print(f"numpy: MAE {low[0]:.4f} to {high[0]:.4f}, RMSE {low[1]:.4f} to {high[1]:.4f}, R² {low[2]:.4f} to {high[2]:.4f}")
    print(f"numpy: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} s of CPU for {resamples} resamples, no groups")


if __name__ == "__main__":
    main()
