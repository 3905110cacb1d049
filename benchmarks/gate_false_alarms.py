"""False alarms of the gate: clean tables, a contract inferred from one sample, the whole gate on a fresh sample of the same source.

python benchmarks/gate_false_alarms.py [TABLES] [--kept FILE]
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from audit.contract.infer import infer
from audit.contract.read import read_contract
from audit.contract.roles import merge_roles
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from audit.run import GATE, examine
from audit.stats.intervals import wilson

Draw = Callable[[np.random.Generator, int], object]

TOWNS = [
    "Amsterdam",
    "Berlin",
    "Copenhagen",
    "Dublin",
    "Edinburgh",
    "Florence",
    "Geneva",
    "Hamburg",
    "Innsbruck",
    "Lisbon",
    "Madrid",
    "Naples",
    "Oslo",
]


def _numbers(rng: np.random.Generator) -> Draw:
    at, scale = rng.uniform(-50, 100), 10 ** rng.uniform(-1, 3)
    families: list[Draw] = [
        lambda r, n: r.normal(at, scale, n),
        lambda r, n: r.lognormal(np.log(scale), 0.7, n),
        lambda r, n: r.exponential(scale, n),
        lambda r, n: at + scale * r.random(n),
        lambda r, n: at + scale * r.standard_t(4, n),
        lambda r, n: np.where(r.random(n) < 0.4, r.normal(at, scale / 5, n), r.normal(at + 3 * scale, scale, n)),
        lambda r, n: np.where(r.random(n) < 0.3, 0.0, r.gamma(2, scale, n)),
        lambda r, n: np.round(r.normal(at, scale, n), 1),
    ]
    return families[rng.integers(len(families))]


def _whole(rng: np.random.Generator) -> Draw:
    rate, most = rng.uniform(1, 30), int(10 ** rng.uniform(1, 6))
    families: list[Draw] = [
        lambda r, n: r.poisson(rate, n),
        lambda r, n: r.integers(0, most, n),
        lambda r, n: r.geometric(1 / rate, n),
        lambda r, n: r.integers(18, 95, n),
        lambda r, n: r.binomial(1, 0.3, n),
    ]
    return families[rng.integers(len(families))]


def _words(rng: np.random.Generator) -> Draw:
    levels = list(rng.permutation(TOWNS))[: rng.integers(2, len(TOWNS))]
    weights = rng.dirichlet(np.full(len(levels), 2.0))
    many = [f"item {i}" for i in range(int(10 ** rng.uniform(1.5, 3)))]
    families: list[Draw] = [
        lambda r, n: r.choice(levels, n, p=weights),
        lambda r, n: r.choice(many, n),
        lambda r, n: [f"{a}-{b:05d}" for a, b in zip(r.choice(["AB", "CD", "EF"], n), r.integers(0, 99_999, n), strict=True)],
        lambda r, n: [" ".join(r.choice(["the", "quick", "delivery", "was", "late", "and", "fine", "box", "open"], k)) for k in r.integers(2, 9, n)],
        lambda r, n: pd.Timestamp("2023-01-01") + pd.to_timedelta(r.integers(0, 700 * 86_400, n), unit="s"),
    ]
    return families[rng.integers(len(families))]


def source_of_tables(rng: np.random.Generator) -> Callable[[np.random.Generator, int], pd.DataFrame]:
    """Return a source of clean tables: six to fourteen columns of fixed distributions, some with missing values, some depending on each other."""
    makers = [_numbers, _whole, _words]
    columns = [makers[rng.integers(3)](rng) for _ in range(rng.integers(5, 13))]
    gaps = [float(rng.choice([0, 0, 0, 0.02, 0.2])) for _ in columns]

    def draw(r: np.random.Generator, n: int) -> pd.DataFrame:
        table = pd.DataFrame({"row_id": np.arange(1, n + 1)})
        for i, (column, gap) in enumerate(zip(columns, gaps, strict=True)):
            values = pd.Series(column(r, n))
            table[f"x{i}"] = values.mask(r.random(n) < gap) if gap else values
        number = next((c for c in table if c != "row_id" and pd.api.types.is_numeric_dtype(table[c])), None)
        chance = 0.4 if number is None else 0.25 + 0.4 * (table[number].rank(pct=True).fillna(0.5))
        table["label"] = np.where(r.random(n) < chance, "yes", "no")
        return table

    return draw


def judged(seed: int, file: Path) -> dict[str, object]:
    """Return what the gate says of a fresh table, with the checks that alarm."""
    rng = np.random.default_rng(seed)
    draw, n = source_of_tables(rng), int(rng.choice([500, 2_000, 10_000]))
    seen, fresh = frame_source(draw(rng, n)), frame_source(draw(rng, n))
    file.write_text(yaml.safe_dump(infer(seen.table, AskEngine(seen.backend), name="t"), sort_keys=False), encoding="utf-8")
    contract = read_contract(file)
    roles = merge_roles(contract, {"target": "label"})
    results = examine(Subject("t", fresh.table, roles), verb="gate", families=GATE, contract=contract).run.results
    alarms = [[r.key, r.status.value, r.message] for r in results if r.status.rank <= Status.WARNED.rank]
    return {"seed": seed, "rows": n, "state": min((r.status for r in results), key=lambda s: s.rank).value, "alarms": alarms}


def main() -> None:
    """Print how often a fresh clean table is failed, or warned about, and by which checks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=int, nargs="?", default=200)
    parser.add_argument("--kept", type=Path, help="JSON lines, one for each table, written as they come; what is there already is not run again")
    parser.add_argument("-v", action="store_true", help="show every alarm")
    options = parser.parse_args()
    there = [json.loads(line) for line in options.kept.read_text().splitlines()] if options.kept and options.kept.exists() else []
    found = {line["seed"]: line for line in there if line["seed"] < options.tables}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        kept = stack.enter_context(options.kept.open("a", encoding="utf-8")) if options.kept else None
        for seed in range(options.tables):
            if seed not in found:
                found[seed] = judged(seed, Path(folder) / "inferred.odcs.yaml")
                if kept:
                    print(json.dumps(found[seed]), file=kept, flush=True)
            for key, state, message in found[seed]["alarms"] if options.v else []:
                print(seed, found[seed]["rows"], key, state, message[:200], file=sys.stderr)
    states = Counter(line["state"] for line in found.values())
    failed = states[Status.FAILED.value] + states[Status.ERROR.value]
    for name, count in (("failed", failed), ("failed or warned", failed + states[Status.WARNED.value])):
        low, high = wilson(count, options.tables) or (0.0, 1.0)
        print(f"{name}: {count} of {options.tables} clean tables ({count / options.tables:.1%}, {low:.1%} to {high:.1%})")
    guilty = Counter(f"{key.split(':')[0]} {state}" for line in found.values() for key, state, _ in line["alarms"])
    print("alarms by check:", dict(guilty.most_common()))


if __name__ == "__main__":
    main()
