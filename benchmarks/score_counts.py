"""Time and memory of counting scores by group and label from Parquet, and of all that is measured of them.

``python benchmarks/score_counts.py 10000000``
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from audit.checks import discover
from audit.core.contract import Contract
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import open_source
from audit.run import resolve_positive

CODES = ("M001", "M004", "M005", "M006", "F014", "F015")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.parquet"
        # scores of full precision that crowd near 0, three attributes, a hundredth missing
        duckdb.sql(f"""COPY (SELECT (s > random())::INT y, CASE WHEN random() < 0.01 THEN NULL ELSE s END s, (s > 0.3)::INT p,
            CASE WHEN random() < 0.5 THEN 'f' ELSE 'm' END sex, (random() * 5)::INT race, (random() * 8)::INT region
            FROM (SELECT power(random(), 3) s FROM range({options.rows}))) TO '{file}' (FORMAT parquet)""")
        print(f"{options.rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB")
        source = open_source(file.name, Path(folder))
        roles = Roles(target="y", prediction="p", score="s", sensitive=("sex", "race", "region"))
        engine = AskEngine(source.backend)
        subject = resolve_positive(Subject("scores", source.table, roles), engine)
        wall, cpu = time.perf_counter(), time.process_time()
        checks = [check for code in CODES for check in discover()[code].plan(subject, Contract())]
        asked = [check.asks(subject) for check in checks]
        before = len(engine.queries)
        answered = engine.prefetch(ask for asks in asked for ask in asks.values())
        for check, asks in zip(checks, asked, strict=True):
            started = time.process_time()
            found = check.measure(subject, CheckAnswers(asks, answered))
            print(f"{check.code} {check.where.get('attribute', ''):<7} {time.process_time() - started:6.2f} s of CPU  {found.message[:90]}")
        spent = f"{time.perf_counter() - wall:.1f} s, {time.process_time() - cpu:.1f} s of CPU"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"all {len(checks)} checks: {spent}, {len(engine.queries) - before} queries, at most {peak:.2f} GB")


if __name__ == "__main__":
    main()
