"""False alarms of the gate: clean tables, a contract inferred from one sample, the whole gate on a fresh sample of the same source.

python benchmarks/gate_false_alarms.py [TABLES]
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
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


def main(tables: int) -> None:
    """Print how often a fresh clean table is failed, or warned about, and by which checks."""
    states: Counter[Status] = Counter()
    guilty: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(tables):
            rng = np.random.default_rng(seed)
            draw, n = source_of_tables(rng), int(rng.choice([500, 2_000, 10_000]))
            seen, fresh = frame_source(draw(rng, n)), frame_source(draw(rng, n))
            file = Path(folder) / "inferred.odcs.yaml"
            file.write_text(yaml.safe_dump(infer(seen.table, AskEngine(seen.backend), name="t"), sort_keys=False), encoding="utf-8")
            contract = read_contract(file)
            roles = merge_roles(contract, {"target": "label"})
            run = examine(Subject("t", fresh.table, roles), verb="gate", families=GATE, contract=contract).run
            for result in run.results:
                if result.status.rank <= Status.WARNED.rank:
                    guilty[f"{result.code} {result.status.value}"] += 1
                    if "-v" in sys.argv:
                        print(seed, n, result.key, result.status.value, result.message[:200], file=sys.stderr)
            states[min((r.status for r in run.results), key=lambda s: s.rank)] += 1
    failed = states[Status.FAILED] + states[Status.ERROR]
    flagged = failed + states[Status.WARNED]
    for name, count in (("failed", failed), ("failed or warned", flagged)):
        low, high = wilson(count, tables) or (0.0, 1.0)
        print(f"{name}: {count} of {tables} clean tables ({count / tables:.1%}, {low:.1%} to {high:.1%})")
    print("by check:", dict(guilty.most_common()))


if __name__ == "__main__":
    main(next((int(a) for a in sys.argv[1:] if a.isdigit()), 200))
