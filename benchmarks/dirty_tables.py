"""What the gate flags in dirty tables of which a clean twin exists, cell by cell: contract inferred from the dirty table, no labels.

python benchmarks/dirty_tables.py FOLDER … [--clean] [--whole] [-v]

Each folder holds dirty.csv and clean.csv, such as those of the Raha benchmark; with a kinds.csv beside them, as ``planted_errors.py`` writes it,
recall is told by kind of error too. What is said of all rows of a column is said of no single cell, and left out unless ``--whole`` counts it.
``--clean`` examines the clean twins instead, in which every flagged cell is a false alarm. Where there are several folders, all cells together are
scored at the end.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Collection
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


def flagged(table: ir.Table, engine: AskEngine, found: Examined, most: float) -> Cells:
    """Return the cells that a check calls wrong or doubtful, by row number and column; what is said of ``most`` rows or more is left out."""
    check = found.check
    named = [(s.column, s.failing) for s in found.findings.suspects if s.rows < most]
    if not named and isinstance(check, RowCheck) and getattr(check, "column", ""):
        named = [(check.column, check.failing)]
    cells: Cells = set()
    for column, failing in named:
        marked = table.select(table["assay_row"], failing(table).fill_null(False).name("assay_bad"))
        cells |= {(int(row), column) for (row,) in engine.fetch(marked.filter(marked.assay_bad).select("assay_row"))[1]}
    return cells


def main() -> None:
    """Print precision, recall and F1 of the flagged cells: of each table, check by check, and of all together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--whole", action="store_true", help="count what is said of all cells of a column")
    parser.add_argument("-v", action="store_true", help="show cells that were flagged or missed wrongly")
    options = parser.parse_args()
    called: set[tuple[str, int, str]] = set()
    there: dict[tuple[str, int, str], str] = {}
    blamed: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for folder in options.folders:
        by_check, kinds = examined(folder, clean=options.clean, whole=options.whole, verbose=options.v)
        there |= {(folder.name, *cell): kind for cell, kind in kinds.items()}
        for code, cells in by_check.items():
            blamed[code] |= {(folder.name, *cell) for cell in cells}
        called = set().union(*blamed.values())
        if len(options.folders) > 1:
            print(f"so far        all checks {_score(called, set(there))}", flush=True)
    if len(options.folders) > 1:
        print("\nall tables")
        for code, cells in {"all checks": called, **dict(sorted(blamed.items()))}.items():
            print(f"  {code:10s} {_score(cells, set(there))}")
        for kind in sorted({k for k in there.values() if k}):
            mine = {cell for cell, k in there.items() if k == kind}
            checks = ", ".join(f"{c} {len(cells & mine)}" for c, cells in sorted(blamed.items()) if cells & mine)
            print(f"  {kind:15s} {len(mine):6,} cells  recall {len(mine & called) / len(mine):.3f}   {checks}")


def examined(folder: Path, *, clean: bool, whole: bool, verbose: bool) -> tuple[dict[str, Cells], dict[tuple[int, str], str]]:
    """Return the cells that each check flags in a table, and the wrong ones with their kind."""
    file = "clean.csv" if clean else "dirty.csv"
    source = open_source(file, folder)
    looked, right = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in (file, "clean.csv"))
    places = {(i, looked.columns[j]) for i, j in zip(*(looked.to_numpy() != right.to_numpy()).nonzero(), strict=True)}
    kind_of = pd.read_csv(folder / "kinds.csv", dtype=str, keep_default_na=False) if (folder / "kinds.csv").exists() else None
    wrong = {(i, c): str(kind_of.loc[i, c]) if kind_of is not None else "" for i, c in places}
    engine = AskEngine(source.backend)
    with tempfile.TemporaryDirectory() as scratch:
        inferred = Path(scratch) / "inferred.odcs.yaml"
        inferred.write_text(yaml.safe_dump(infer(source.table, engine, name="t"), sort_keys=False), encoding="utf-8")
        contract = read_contract(inferred)
    examination = examine(Subject("t", source.table), verb="gate", families=("quality",), contract=contract)
    by_check: dict[str, Cells] = defaultdict(set)
    numbered = source.numbered()
    for found in examination.examined:
        if found.status.rank <= Status.WARNED.rank:
            by_check[found.check.code] |= flagged(numbered, engine, found, float("inf") if whole else len(looked))
    print(f"\n{folder.name}: {len(wrong):,} wrong cells of {looked.size:,}")
    for code, cells in {"all checks": set().union(*by_check.values()), **by_check}.items():
        if cells or code == "all checks":
            print(f"  {code:10s} {discover()[code].title if code in discover() else '':32s} {_score(cells, set(wrong))}", flush=True)
    if verbose:
        for code, cells in by_check.items():
            for row, column in sorted(cells - set(wrong))[:15]:
                print(f"  not wrong: {code} {column} {looked.loc[row, column]!r}", file=sys.stderr)
        missed = set(wrong) - set().union(*by_check.values())
        for row, column in sorted(missed)[:60]:
            print(f"  missed: {column} {looked.loc[row, column]!r} for {right.loc[row, column]!r}", file=sys.stderr)
    return by_check, wrong


def _score(cells: Collection[object], wrong: Collection[object]) -> str:
    right = len(set(cells) & set(wrong))
    precision, recall = right / len(cells) if cells else 1.0, right / len(wrong) if wrong else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return f"{len(cells):6,} cells  precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}"


if __name__ == "__main__":
    main()
