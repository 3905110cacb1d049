"""WeakSegmentsPerformance of deepchecks on each table in a folder. Needs deepchecks with numpy 1.26, scikit-learn 1.4.2, pandas 2.2 and pyarrow.

Prints how many tables have a weak segment that holds at least half of the planted rows and consists of them to at least half, how many have any weak
segment listed, and how many fail its condition as documented (a segment below 80 % of the average score).
"""

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from deepchecks.tabular import Dataset
from deepchecks.tabular.checks import WeakSegmentsPerformance


def inside(frame: pd.DataFrame, row: pd.Series) -> np.ndarray:
    met = np.ones(len(frame), dtype=bool)
    for number in (1, 2):
        feature, wanted = row[f"Feature{number}"], row[f"Feature{number} Range"]
        if not isinstance(feature, str) or not feature:
            continue
        column = frame[feature]
        if column.dtype.kind in "fi" and not isinstance(wanted, list):
            low, high = wanted
            met &= ((column > low) & (column <= high)).to_numpy()
        else:
            met &= column.astype(str).isin([str(v) for v in wanted]).to_numpy()
    return met


def main(folder: Path) -> None:
    warnings.simplefilter("ignore")
    hits = listed = failed = tables = 0
    cpu = time.process_time()
    for file in sorted(folder.glob("*.parquet")):
        frame = pd.read_parquet(file)
        tables += 1
        features = [c for c in frame if c.startswith("f")]
        right = (frame["label"] == frame["prediction"]).to_numpy().astype(float)
        data = Dataset(frame[[*features, "label"]], label="label", cat_features=[c for c in features if frame[c].dtype.kind == "O"])
        score = pd.Series(right, index=frame.index)
        check = WeakSegmentsPerformance(score_per_sample=score, segment_minimum_size_ratio=0.02, n_samples=len(frame), n_to_show=10)
        result = check.add_condition_segments_relative_performance_greater_than().run(data, y_pred=frame["prediction"].to_numpy())
        segments = result.value["weak_segments_list"] if isinstance(result.value, dict) and "weak_segments_list" in result.value else pd.DataFrame()
        weak = frame["weak"].to_numpy()
        found = False
        for _, row in segments.iterrows():
            met = inside(frame, row)
            both = (met & weak).sum()
            found |= bool(weak.any() and 2 * both >= weak.sum() and 2 * both >= met.sum())
        hits, listed = hits + found, listed + bool(len(segments))
        failed += not all(c.is_pass for c in result.conditions_results)
    cpu = (time.process_time() - cpu) / tables
    print(f"planted among those listed {hits}/{tables}; any listed {listed}/{tables}; condition fails {failed}/{tables}; {cpu:.1f} CPU s a table")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
