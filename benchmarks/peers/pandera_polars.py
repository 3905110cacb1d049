"""The gate's rules in pandera on polars, lazily with all failures; null shares are no rule of its kind and are left out."""

import sys
from pathlib import Path

import pandera.polars as pa
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))
from gate_contract import CATEGORIES, COLUMNS, EMAIL, RANGES

frame = pl.read_parquet(sys.argv[1])
checks = {c: [pa.Check.in_range(low, high)] for c, (low, high) in RANGES.items()}
checks |= {c: [pa.Check.isin(values)] for c, values in CATEGORIES.items()}
checks["email"] = [pa.Check.str_matches(EMAIL)]
columns = {c: pa.Column(frame.schema[c], checks=checks.get(c, []), nullable=True, unique=c == "id") for c in COLUMNS}
try:
    pa.DataFrameSchema(columns, unique=COLUMNS).validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    print(f"{len(errors.schema_errors)} rules broken")
