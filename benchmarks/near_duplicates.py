"""Near duplicates planted in a table of 30 columns, and how many of them are found, how fast, and in how much memory.

Run: python -m benchmarks.near_duplicates [ROWS] [--runs N] [--kinds KIND …]      (1,000,000 rows take some minutes)

Each kind is planted by itself, in 0.5 % of the rows: another row is copied over them, but for the identifier, and the copy is changed. Every
search runs in a fresh process that reads Parquet as the gate does; medians of its seconds, CPU seconds and peak memory are shown, imports left out
of the time.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.generate import chunk

FLOATS = [f"f{k}" for k in range(12)]
LETTERS = list("abcdefghijklmnopqrstuvwxyz0123456789")
Change = Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]

CHILD = """
import json, resource, sys, time
from audit.checks.near_duplicates.search import search
from audit.core.ask import scalar
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import open_source
source = open_source(sys.argv[1])
table = source.numbered()
engine = AskEngine(source.backend)
asks = {"total": scalar(table.count())}
answers = CheckAnswers(asks, engine.prefetch(asks.values()))
total = answers.scalar("total")
wall, cpu = time.perf_counter(), time.process_time()
found = search(Subject("benchmark", table), answers, total)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"wall": wall, "cpu": cpu, "memory": memory, "pairs": found.rows[found.verdict.near].tolist(), "needed": found.needed,
                  "passed": found.passed, "too_many": found.too_many}))
"""


def moved(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One float is moved by 0.001."""
    return rows.assign(f0=rows["f0"] + 1e-3)


def jittered(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every float is jittered by up to 0.1 %."""
    return rows.assign(**{c: rows[c] * (1 + rng.uniform(-1e-3, 1e-3, len(rows))) for c in FLOATS})


def mistyped(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One letter of the e-mail address is wrong, missing, too many or swapped with the next."""
    return rows.assign(email=[_typo(text, rng) for text in rows["email"]])


def gapped(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Two columns, any but the identifier, are missing."""
    rows = rows.astype(dict.fromkeys(rows.columns, "object"))
    values = rows.to_numpy()
    for i in range(len(rows)):
        values[i, rng.choice(np.arange(1, values.shape[1]), 2, replace=False)] = None
    return pd.DataFrame(values, columns=rows.columns)


def together(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """All floats jittered, a typing error and two missing columns at once."""
    return gapped(mistyped(jittered(rows, rng), rng), rng)


KINDS: dict[str, Change] = {"moved": moved, "jittered": jittered, "mistyped": mistyped, "gapped": gapped, "together": together}


def _typo(text: str, rng: np.random.Generator) -> str:
    at, letter = int(rng.integers(0, len(text) - 1)), str(rng.choice(LETTERS))
    match rng.integers(0, 4):
        case 0:
            return text[:at] + letter + text[at + 1 :]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + letter + text[at:]
        case _:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def plant(table: pa.Table, change: Change, rng: np.random.Generator) -> tuple[pa.Table, set[tuple[int, int]]]:
    """Return the table with near duplicates in it, and the pairs of rows they make."""
    rows, share = table.num_rows, table.num_rows // 200
    # exact copies are at the end and have their originals at the beginning
    free = np.arange(rows // 50, rows - rows // 50)
    picked = rng.permutation(free)[: 2 * share]
    sources, places = picked[:share], picked[share:]
    copies = table.take(pa.array(sources)).to_pandas(date_as_object=False)
    copies["id"] = table["id"].take(pa.array(places)).to_pandas()
    changed = pa.Table.from_pandas(change(copies, rng), schema=table.schema, preserve_index=False)
    order = np.arange(rows)
    order[places] = rows + np.arange(share)
    planted = pa.concat_tables([table, changed]).take(pa.array(order))
    return planted, {(int(min(s, p)), int(max(s, p))) for s, p in zip(sources, places, strict=True)}


def measure(path: Path, truth: set[tuple[int, int]], runs: int) -> dict[str, float]:
    """Search a file in fresh processes and return medians and what was found."""
    outcomes = [json.loads(subprocess.run([sys.executable, "-c", CHILD, str(path)], check=True, capture_output=True).stdout) for _ in range(runs)]
    found = {(int(a), int(b)) for a, b in outcomes[-1]["pairs"]}
    hits = len(found & truth)
    return {
        "recall": hits / len(truth) if truth else float("nan"),
        "precision": hits / len(found) if found else float("nan"),
        "found": len(found),
        **{name: median(o[name] for o in outcomes) for name in ("wall", "cpu", "memory", "needed", "passed", "too_many")},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--kinds", nargs="*", default=[*KINDS, "none"], choices=[*KINDS, "none"])
    arguments = parser.parse_args()
    print(f"{arguments.rows:,} rows × 30 columns, medians of {arguments.runs}")
    print(f"{'planted':>10} {'recall':>7} {'precision':>9} {'pairs':>7} {'wall s':>7} {'CPU s':>7} {'MB':>6}")
    for kind in arguments.kinds:
        rng = np.random.default_rng([arguments.rows, [*KINDS, "none"].index(kind)])
        table, truth = chunk(arguments.rows, 0, rng), set()
        if kind != "none":
            table, truth = plant(table, KINDS[kind], rng)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "planted.parquet"
            pq.write_table(table, path, row_group_size=125_000)
            del table
            m = measure(path, truth, arguments.runs)
        print(
            f"{kind:>10} {m['recall']:>7.4f} {m['precision']:>9.4f} {m['found']:>7,} {m['wall']:>7.2f} {m['cpu']:>7.2f} {m['memory']:>6.0f}"
            f"   needed {m['needed']:.0f} bits, passed {m['passed']:.0f}, left out {m['too_many']:.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
