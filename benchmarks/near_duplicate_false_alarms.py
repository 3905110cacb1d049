"""How often near duplicates are alleged in tables that have none.

Run: python -m benchmarks.near_duplicate_false_alarms [TABLES]      (200 tables take a few minutes)

Each table is drawn afresh: 5 to 5,000 rows, 2 to 20 columns of numbers, counts, categories, codes, names, dates and gaps, some of them driven by one
hidden number, some of them copies of each other by a rule.
"""

import sys
from collections import Counter

import numpy as np
import pandas as pd

from audit.checks.near_duplicates.search import search
from audit.core.ask import scalar
from audit.core.errors import NotApplicable
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import frame_source

LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))


def column(rng: np.random.Generator, rows: int, hidden: np.ndarray) -> pd.Series:
    """One column of one of nine kinds."""
    mixed = rng.uniform(0, 0.9) * hidden + rng.normal(size=rows)
    size = int(rng.integers(2, 200))
    weights = 1 / np.arange(1, size + 1) ** rng.uniform(0, 1.5)
    category = rng.choice(size, rows, p=weights / weights.sum())
    match rng.integers(0, 9):
        case 0:
            return pd.Series(mixed)
        case 1:
            return pd.Series(np.exp(mixed).round(2))
        case 2:
            return pd.Series(np.round(mixed * 3).astype(int))
        case 3:
            return pd.Series(category)
        case 4:
            return pd.Series([f"kind {c:03d}" for c in category])
        case 5:
            return pd.Series(["".join(rng.choice(LETTERS, 5)) + " " + "".join(rng.choice(LETTERS, 7)) for _ in range(rows)])
        case 6:
            return pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1_500, rows), unit="D"))
        case 7:
            return pd.Series(np.where(rng.random(rows) < 0.9, 0.0, np.exp(mixed)))
        case _:
            return pd.Series(np.where(rng.random(rows) < 0.3, np.nan, mixed))


def table(seed: int) -> pd.DataFrame:
    """A table without copies."""
    rng = np.random.default_rng(seed)
    rows, width = int(np.exp(rng.uniform(np.log(5), np.log(5_000)))), int(rng.integers(2, 21))
    hidden = rng.normal(size=rows)
    columns = [column(rng, rows, hidden) for _ in range(width)]
    for i in range(1, width):
        if rng.random() < 0.1:
            columns[i] = columns[i - 1].map({v: f"of {j}" for j, v in enumerate(columns[i - 1].unique())})
    frame = pd.concat(columns, axis=1)
    frame.columns = [f"c{i}" for i in range(width)]
    return frame


def alleged(frame: pd.DataFrame) -> int | None:
    """Return how many pairs are called near duplicates, or nothing where there is too little to compare."""
    source = frame_source(frame)
    asks = {"total": scalar(source.table.count())}
    answers = CheckAnswers(asks, AskEngine(source.backend).prefetch(asks.values()))
    try:
        return int(search(Subject("table", source.table), answers, len(frame)).verdict.near.sum())
    except NotApplicable:
        return None


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    counts: Counter[str] = Counter()
    for seed in range(tables):
        frame = table(seed)
        pairs = alleged(frame)
        counts["not applicable" if pairs is None else "false alarm" if pairs else "silent"] += 1
        if pairs:
            print(f"seed {seed}: {pairs} pairs in {len(frame)} rows × {frame.shape[1]} columns", flush=True)
    print(f"{tables} tables without copies: {dict(counts)}")


if __name__ == "__main__":
    main()
