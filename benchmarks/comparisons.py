"""Seconds for comparing predictions with baselines, an earlier model and other mixtures of rows: ``python benchmarks/comparisons.py``."""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from audit.checks import discover
from audit.config import make_config
from audit.project import open_project

CODES = ("M002", "M010", "M012", "M013")
MADE = """
COPY (
  SELECT i AS id, (random() < 0.4)::INT AS y, (random() < 0.45)::INT AS p, round(random(), 4) AS s, (random() < 0.45)::INT AS q,
    round(random(), 4) AS s2, round(random() * 100, 3) AS x1, round(random() * 100, 2) AS x2, (random() * 80)::INT AS age,
    ['a', 'b', 'c', 'd'][1 + (random() * 3)::INT] AS town, ['m', 'f'][1 + random()::INT] AS sex, round(random() * 10, 1) AS x3,
    (random() * 9)::INT AS k
  FROM range({rows}) t(i)
) TO '{file}'
"""
ROLES = {
    "target": "y", "prediction": "p", "score": "s", "champion": "q", "champion_score": "s2", "sensitive": ["sex"], "key": ["id"],
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1e6)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        duckdb.sql(MADE.format(rows=int(options.rows), file=Path(folder) / "predictions.parquet"))
        skip = [code for code, check in discover().items() if check.family == "performance" and code not in CODES]
        project = open_project(make_config({"data": "predictions.parquet", "roles": ROLES, "audit": {"skip": skip}}, Path(folder)))
        started, cpu = time.perf_counter(), time.process_time()
        run = project.examine(("performance",), verb="audit").run
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{int(options.rows):,} rows: {time.perf_counter() - started:.1f} s, {time.process_time() - cpu:.1f} s of CPU, {peak:.2f} GiB at most")
        print(*(f"{r.code} {r.status.value}: {r.message}" for r in run.results if r.code in CODES), sep="\n")


if __name__ == "__main__":
    main()
