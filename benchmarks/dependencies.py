"""D016 on a table full of dependencies, some broken by single cells: what it costs, and which of the broken cells it finds.

python benchmarks/dependencies.py ROWS [--columns 30] [--errors 0.002] [--profile]

Products determine names, brands, categories and suppliers, postcodes towns, counties and countries, customers their names and homes; the others are
free. In nine columns that follow from others a share of the cells takes another row's value.
"""

import argparse
import cProfile
import json
import pstats
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

#: What follows from what, and how many values it has.
FOLLOWS = {
    "product_name": ("product", 19_000), "brand": ("product", 400), "category": ("product", 60), "department": ("category", 8),
    "unit": ("product", 5), "supplier": ("brand", 150), "supplier_town": ("supplier", 90), "supplier_country": ("supplier_town", 12),
    "tax_class": ("category", 3), "town": ("postcode", 1_500), "county": ("town", 80), "country": ("county", 9), "currency": ("country", 5),
    "area_code": ("town", 1_200), "customer_name": ("customer", 39_000), "customer_sex": ("customer", 2), "customer_town": ("customer", 1_500),
    "warehouse": ("county", 20), "carrier": ("warehouse", 6),
}  # fmt: skip
SOURCES = {"product": 20_000, "postcode": 4_000, "customer": 40_000}
BROKEN = ("product_name", "brand", "category", "supplier_town", "town", "county", "customer_name", "customer_town", "carrier")


def write(rows: int, columns: int, errors: float, path: Path) -> dict[str, np.ndarray]:
    """Write the table and return which rows are wrong in which column."""
    rng = np.random.default_rng(7)
    codes = {name: rng.integers(0, n, rows) for name, n in SOURCES.items()}
    for name, (of, n) in FOLLOWS.items():
        most = SOURCES.get(of) or FOLLOWS[of][1]
        codes[name] = rng.integers(0, n, most)[codes[of]]
    wrong = {}
    for name in BROKEN:
        swapped = np.where(rng.random(rows) < errors, rng.permutation(codes[name]), codes[name])
        wrong[name] = swapped != codes[name]
        codes[name] = swapped
    table = {name: pa.DictionaryArray.from_arrays(v, [f"{name} {i:05d}" for i in range(v.max() + 1)]).cast(pa.string()) for name, v in codes.items()}
    for i in range(columns - len(table)):
        free = (rng.normal(size=rows).round(3), rng.integers(0, 50, rows), rng.poisson(4, rows))[i % 3]
        table[f"free{i}"] = pa.array(free)
    pq.write_table(pa.table(table), path, row_group_size=125_000)
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", type=int)
    parser.add_argument("--columns", type=int, default=30)
    parser.add_argument("--errors", type=float, default=0.002)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    options = parser.parse_args()
    from audit.checks.quality.d016_functional_dependencies import FunctionalDependencies
    from audit.core.subject import Subject
    from audit.engines.ask_engine import AskEngine, CheckAnswers
    from audit.engines.sources import open_source

    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(1) as apart:  # so that its memory is not counted
            wrong = apart.submit(write, options.rows, options.columns, options.errors, Path(folder) / "table.parquet").result()
        source = open_source("table.parquet", Path(folder))
        subject, engine, check = Subject("t", source.table), AskEngine(source.backend), FunctionalDependencies()
        before, cpu, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), time.perf_counter()
        profile = cProfile.Profile(time.process_time)
        if options.profile:
            profile.enable()
        asks = check.asks(subject)
        found = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
        profile.disable()
        cpu, wall, mib = time.process_time() - cpu, time.perf_counter() - clock, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        if options.profile:
            pstats.Stats(profile, stream=sys.stderr).sort_stats("cumtime").print_stats(40)
        print(f"{options.rows:,} rows x {options.columns} columns: {cpu:.2f} s CPU, {wall:.2f} s wall, {mib:.0f} MiB, {len(engine.queries)} queries")
        print(found.message)
        numbered = source.numbered()
        marked = {name: np.zeros(options.rows, dtype=bool) for name in subject.table.columns}
        for suspect in found.suspects:
            bad = numbered.select(numbered.assay_row, suspect.failing(numbered).fill_null(False).name("bad"))
            places = [row for (row,) in engine.fetch(bad.filter(bad.bad).select("assay_row"))[1]]
            marked[suspect.column][places] = True
        hits = sum(int((marked[c] & wrong[c]).sum()) for c in wrong)
        called, there = sum(int(m.sum()) for m in marked.values()), sum(int(w.sum()) for w in wrong.values())
        print(f"{there:,} wrong cells, {called:,} called so: precision {hits / max(called, 1):.3f}, recall {hits / there:.3f}")
        print(json.dumps({c: [int(marked[c].sum()), int((marked[c] & wrong[c]).sum()), int(w.sum())] for c, w in wrong.items()}))


if __name__ == "__main__":
    main()
