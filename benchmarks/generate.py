"""Make the gate benchmark's data: N rows × 30 columns with known faults, as Parquet.

python benchmarks/generate.py 1000000 /tmp/ref.parquet

Faults: 1 % exact duplicates, 0.5 % e-mails without an @, 0.1 % outliers in each float column, nulls in six float columns. Written in chunks, so
that memory stays flat.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CARDINALITY = (3, 5, 10, 20, 50, 100, 300, 1000)
NULLS = (0, 0, 0.01, 0.02, 0.05, 0, 0, 0.1, 0, 0.005, 0, 0.3)
CHUNK = 500_000


def chunk(size: int, start: int, rng: np.random.Generator) -> pa.Table:
    """Return rows ``start`` to ``start + size``, the last 1 % of them copies of the first."""
    ids = (np.arange(start, start + size) * 2654435761) % 2**32
    copies = max(size // 100, 1)
    source = np.r_[np.arange(size - copies), np.arange(copies)]
    columns: dict[str, pa.Array] = {
        "id": pa.array([f"ID{i:010d}" for i in ids]),
        "email": pa.array(
            [
                f"user{u}{'@example.com' if ok else '_at_example'}"
                for u, ok in zip(rng.integers(0, 10**7, size), rng.random(size) >= 0.005, strict=True)
            ]
        ),
        "ts": pa.array(np.datetime64("2025-01-01", "us") + rng.integers(0, 365 * 86400, size).astype("timedelta64[s]")),
    }
    for k, share in enumerate(NULLS):
        values = rng.standard_normal(size)
        values = (np.exp(values), np.round(values * 10, 1), rng.gamma(2, 2, size), values)[k % 4]
        values = np.where(rng.random(size) < 0.001, values * 50 + 100, values)
        columns[f"f{k}"] = pa.array(values, mask=rng.random(size) < share)
    integers = (
        rng.integers(18, 95, size), rng.poisson(3, size), rng.integers(0, 2, size), rng.geometric(0.1, size), rng.integers(0, 10**6, size),
        rng.binomial(20, 0.3, size),
    )  # fmt: skip
    columns |= {f"i{k}": pa.array(v) for k, v in enumerate(integers)}
    for k, cardinality in enumerate(CARDINALITY):
        weights = 1 / np.arange(1, cardinality + 1) ** 0.7
        codes = rng.choice(cardinality, size, p=weights / weights.sum()).astype(np.int32)
        columns[f"c{k}"] = pa.DictionaryArray.from_arrays(codes, [f"c{k}_v{j:04d}" for j in range(cardinality)]).cast(pa.string())
    columns["y"] = pa.array(rng.integers(0, 2, size))
    return pa.table(columns).take(pa.array(source))


def write(rows: int, path: Path, first: int = 0) -> None:
    """Write rows ``first`` to ``first + rows`` of the table; both are multiples of the chunk wherever the table has several files."""
    writer = None
    for start in range(first, first + rows, CHUNK):
        table = chunk(min(CHUNK, first + rows - start), start, np.random.default_rng([1, start // CHUNK]))
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=125_000)
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
