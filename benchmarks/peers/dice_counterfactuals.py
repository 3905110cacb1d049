"""DiCE on the rows of a task; runs in an environment of its own that has dice-ml: ``python dice_counterfactuals.py FOLDER METHOD``.

Reads train.parquet, rows.parquet and task.json from the folder; writes METHOD.parquet (one counterfactual a row, row number first) and METHOD.json.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import dice_ml
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from counterfactual_model import fitted

folder, method = Path(sys.argv[1]), sys.argv[2]
task = json.loads((folder / "task.json").read_text())
train, rows = (pd.read_parquet(folder / f"{name}.parquet") for name in ("train", "rows"))
# its genetic search takes columns by position
train, rows = train[[*rows.columns, "outcome"]], rows
train, rows = (d.astype(dict.fromkeys(task["words"], object)) for d in (train, rows))
warnings.filterwarnings("ignore")
model = fitted(task["kind"], train, task["numbers"], task["words"])
data = dice_ml.Data(dataframe=train, continuous_features=task["numbers"], outcome_name="outcome")
explainer = dice_ml.Dice(data, dice_ml.Model(model=model, backend="sklearn"), method=method)
found, failed = [], 0
wall, cpu = time.perf_counter(), time.process_time()
for i in range(len(rows)):
    seeded = {"random_seed": 0} if method == "random" else {}
    try:
        made = explainer.generate_counterfactuals(
            rows.iloc[[i]], total_CFs=1, desired_class="opposite", features_to_vary=task["mutable"], verbose=False, **seeded
        )
    except Exception as error:  # noqa: BLE001 (whatever the peer raises is a row without a counterfactual)
        failed += 1
        print(type(error).__name__, str(error)[:100], file=sys.stderr)
        continue
    frame = made.cf_examples_list[0].final_cfs_df
    if frame is None or not len(frame):
        failed += 1
        continue
    found.append(frame.head(1).assign(row=i))
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
(pd.concat(found) if found else pd.DataFrame({"row": []})).astype(dict.fromkeys(task["words"], str) if found else {}).to_parquet(
    folder / f"{method}.parquet"
)
(folder / f"{method}.json").write_text(json.dumps({"wall": wall, "cpu": cpu, "failed": failed, "version": "dice-ml 0.12"}))
