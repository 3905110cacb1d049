"""What the gate flags in dirty tables of which a clean twin exists, cell by cell: contract inferred from the dirty table, no labels.

python benchmarks/dirty_tables.py FOLDER …      each with dirty.csv and clean.csv, such as those of the Raha benchmark
"""

import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd
import yaml

from audit.checks import discover
from audit.contract.infer import infer
from audit.contract.read import read_contract
from audit.core.check import RowCheck
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import open_source
from audit.run import Examined, examine

Cells = set[tuple[int, str]]


def flagged(table: ir.Table, engine: AskEngine, found: Examined, rows: int) -> Cells:
    """Return the cells that a check calls wrong or doubtful, by row number and column; what is said of a whole column is said of no cell."""
    check = found.check
    named = [(s.column, s.failing) for s in found.findings.suspects if s.rows < rows]
    if not named and isinstance(check, RowCheck) and getattr(check, "column", ""):
        named = [(check.column, check.failing)]
    cells: Cells = set()
    for column, failing in named:
        marked = table.select(table["assay_row"], failing(table).fill_null(False).name("assay_bad"))
        cells |= {(int(row), column) for (row,) in engine.fetch(marked.filter(marked.assay_bad).select("assay_row"))[1]}
    return cells


def main(folder: Path) -> None:
    """Print precision, recall and F1 of the flagged cells, together and check by check."""
    source = open_source("dirty.csv", folder)
    dirty, clean = (pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in ("dirty", "clean"))
    wrong = {(i, dirty.columns[j]) for i, j in zip(*(dirty.to_numpy() != clean.to_numpy()).nonzero(), strict=True)}
    engine = AskEngine(source.backend)
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "inferred.odcs.yaml"
        file.write_text(yaml.safe_dump(infer(source.table, engine, name="t"), sort_keys=False), encoding="utf-8")
        contract = read_contract(file)
    examination = examine(Subject("t", source.table), verb="gate", families=("quality",), contract=contract)
    by_check: dict[str, Cells] = defaultdict(set)
    numbered = source.numbered()
    for found in examination.examined:
        if found.status.rank <= Status.WARNED.rank:
            by_check[found.check.code] |= flagged(numbered, engine, found, len(dirty))
    print(f"\n{folder.name}: {len(wrong):,} wrong cells of {dirty.size:,}")
    for code, cells in {"all checks": set().union(*by_check.values()), **by_check}.items():
        if cells or code == "all checks":
            print(f"  {code:10s} {discover()[code].title if code in discover() else '':32s} {_score(cells, wrong)}")
    if "-v" in sys.argv:
        for code, cells in by_check.items():
            for row, column in sorted(cells - wrong)[:15]:
                print(f"  not wrong: {code} {column} {dirty.loc[row, column]!r}", file=sys.stderr)
        missed = wrong - set().union(*by_check.values())
        for row, column in sorted(missed)[:60]:
            print(f"  missed: {column} {dirty.loc[row, column]!r} for {clean.loc[row, column]!r}", file=sys.stderr)


def _score(cells: Cells, wrong: Cells) -> str:
    right = len(cells & wrong)
    precision, recall = right / len(cells) if cells else 1.0, right / len(wrong) if wrong else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"{len(cells):6,} cells  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if name != "-v":
            main(Path(name))
