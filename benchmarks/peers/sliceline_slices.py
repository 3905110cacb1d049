"""SliceLine alone: the ten best slices of each table in a folder. Needs sliceline 0.3 and pyarrow, in an environment of its own.

Prints how many tables have a slice that holds at least half of the planted rows and consists of them to at least half, and how many tables
have any slice at all: the package has no test, so what it returns is all it says.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from sliceline.slicefinder import Slicefinder

EIGHTHS = np.arange(1, 8) / 8


def main(folder: Path) -> None:
    hits = first = returned = tables = 0
    cpu = time.process_time()
    for file in sorted(folder.glob("*.parquet")):
        frame = pd.read_parquet(file)
        tables += 1
        errors = (frame["label"] != frame["prediction"]).to_numpy().astype(float)
        x = frame[[c for c in frame if c.startswith("f")]]
        # it knows equality only, so numbers are cut at the same eighths
        cut = x.apply(lambda c: np.searchsorted(np.quantile(c, EIGHTHS), c).astype(str) if c.dtype.kind == "f" else c.astype(str))
        finder = Slicefinder(alpha=0.99, k=10, max_l=3, min_sup=100, verbose=False).fit(cut.to_numpy(), errors)
        weak = frame["weak"].to_numpy()
        found = []
        for part in finder.top_slices_:
            inside = np.logical_and.reduce([cut.iloc[:, i].to_numpy() == v for i, v in enumerate(part) if v is not None])
            both = (inside & weak).sum()
            found.append(bool(weak.any() and 2 * both >= weak.sum() and 2 * both >= inside.sum()))
        hits, first, returned = hits + any(found), first + bool(found and found[0]), returned + bool(len(found))
    cpu = (time.process_time() - cpu) / tables
    print(f"planted among the ten {hits}/{tables}, as the first {first}/{tables}; any slice returned {returned}/{tables}; {cpu:.1f} CPU s a table")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
