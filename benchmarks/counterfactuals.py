"""Nearest counterfactuals beside DiCE: share valid, changed columns, distance and seconds a row.

Run: python -m benchmarks.counterfactuals [PYTHON [DATA …]]

PYTHON is the interpreter of an environment that has dice-ml, pyarrow and scikit-learn; without it only ours is measured. With ASSAY_REAL_DATA naming
the folder of published data sets, Adult is measured too. Both get the same model, the same rows and the same columns that may change; validity is
what the model answers, distances are in the unit of X006 (numbers by their median absolute deviation, another category counts 1).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from audit.core.subject import Model
from audit.engines.asked_model import AskedModel
from audit.engines.classifier import raw_features
from audit.engines.counterfactual_space import Promises, Space, differs, space_of
from audit.engines.counterfactuals import search
from benchmarks.counterfactual_model import fitted

ROOT = Path(__file__).parents[1]
ROWS, PEER_ROWS = 200, 30
ADULT = (
    "age", "workclass", "fnlwgt", "education", "education_years", "marital", "occupation", "relation", "race", "sex", "gain", "loss", "hours",
    "country", "income",
)  # fmt: skip


@dataclass(frozen=True)
class Task:
    """Rows with an outcome, the answer that is wanted, and the columns that stay."""

    name: str
    frame: pd.DataFrame
    wanted: str
    fixed: tuple[str, ...]


def tasks() -> list[Task]:
    arrests = pd.read_parquet(ROOT / "data/arrests/arrests.parquet").rename(columns={"released": "outcome"})
    loans = pd.read_parquet(ROOT / "data/loans/loans.parquet")
    kept = ["appinc", "loanamt", "price", "cons", "obrat", "hrat", "unver", "pubrec", "self", "term", "netw", "dep", "married", "male", "black"]
    loans = loans[kept].dropna().assign(outcome=np.where(loans.loc[loans[kept].dropna().index, "reject"] == 1, "denied", "approved"))
    found = [
        Task("arrests", arrests, "Yes", ("age", "colour", "sex", "year")),
        Task("loans", loans, "approved", ("married", "male", "black")),
    ]
    if folder := os.environ.get("ASSAY_REAL_DATA"):
        adult = pd.read_csv(Path(folder) / "adult/adult-train.csv", names=list(ADULT), skipinitialspace=True, na_values="?").dropna()
        adult = adult.rename(columns={"income": "outcome"}).drop(columns=["fnlwgt", "education"])
        found.append(Task("adult", adult, ">50K", ("age", "race", "sex", "country", "marital", "relation")))
    return found


def main(peer: str = "", *only: str) -> None:
    print(f"{'data':<9}{'model':<7}{'tool':<22}{'rows':>5}{'valid':>8}{'changed':>9}{'distance':>10}{'CPU s/row':>11}{'wall s/row':>11}")
    for task in (t for t in tasks() if not only or t.name in only):
        drawn = task.frame.sample(frac=1, random_state=0).reset_index(drop=True)
        columns = [c for c in drawn.columns if c != "outcome"]
        numbers = [c for c in columns if pd.api.types.is_numeric_dtype(drawn[c])]
        words = [c for c in columns if c not in numbers]
        drawn = drawn.astype(dict.fromkeys([*words, "outcome"], object))
        train, held = drawn.iloc[: int(0.7 * len(drawn))], drawn.iloc[int(0.7 * len(drawn)) :]
        for kind in ("line", "trees"):
            model = fitted(kind, train, numbers, words)
            asked = AskedModel(Model(kind, "p", "", model, (*numbers, *words)), task.wanted)
            refused = held[model.predict(held[[*numbers, *words]]) != task.wanted].head(ROWS)
            rows, _ = asked.settle(refused)
            space = space_of(raw_features(train, asked.columns), asked.columns, Promises(dict.fromkeys(task.fixed, "declared")))
            for size in (len(rows), PEER_ROWS):
                some = rows.head(size)
                wall, cpu = time.perf_counter(), time.process_time()
                found = search(asked, some, space, wanted=True)
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                valid = model.predict(found.counterfactuals[found.found]) == task.wanted
                shown = (float(valid.sum()) / len(some), found.changed[found.found].sum(axis=1), found.distance[found.found])
                say(task.name, kind, f"assay, {len(some)} at once", len(some), *shown, cpu, wall)
            if peer:
                beside(peer, task, kind, train, rows.head(PEER_ROWS), numbers, words, space, model)


def say(name: str, kind: str, tool: str, rows: int, valid: float, changed: np.ndarray, distance: np.ndarray, cpu: float, wall: float) -> None:
    middle = (f"{np.mean(changed):.2f}", f"{np.mean(distance):.2f}") if len(changed) else ("-", "-")
    print(f"{name:<9}{kind:<7}{tool:<22}{rows:>5}{valid:>8.1%}{middle[0]:>9}{middle[1]:>10}{cpu / rows:>11.4f}{wall / rows:>11.4f}", flush=True)


def beside(
    peer: str, task: Task, kind: str, train: pd.DataFrame, rows: pd.DataFrame, numbers: list[str], words: list[str], space: Space, model: object
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train.to_parquet(folder / "train.parquet", index=False)
        rows.to_parquet(folder / "rows.parquet", index=False)
        mutable = [m.name for m in space.mutable]
        (folder / "task.json").write_text(json.dumps({"kind": kind, "numbers": numbers, "words": words, "mutable": mutable}))
        for method in ("random", "genetic"):
            script = ROOT / "benchmarks/peers/dice_counterfactuals.py"
            done = subprocess.run([peer, str(script), name, method], capture_output=True, text=True, timeout=1_800, check=False)
            if done.returncode:
                print(
                    f"{task.name:<9}{kind:<7}dice-ml {method}: ended with {done.returncode}: {done.stderr.strip().splitlines()[-1][:120]}", flush=True
                )
                continue
            told = json.loads((folder / f"{method}.json").read_text())
            made = pd.read_parquet(folder / f"{method}.parquet")
            place = made["row"].astype(int).to_numpy()
            after = made.reset_index(drop=True)
            before = rows.iloc[place].reset_index(drop=True)
            after = after.astype(dict.fromkeys(numbers, float)) if len(after) else after
            valid = np.array([]) if not len(after) else np.asarray(model.predict(after[[*numbers, *words]])) == task.wanted
            origin = space.coded(before)
            state = space.coded(after[[*numbers, *words]]) if len(after) else origin
            state = np.where(np.abs(state - origin) < 1e-6, origin, state)
            changed, distance = differs(origin, state).sum(axis=1), space.distance(origin, state).sum(axis=1)
            shown = (float(valid.sum()) / len(rows), changed[valid.astype(bool)], distance[valid.astype(bool)])
            say(task.name, kind, f"dice-ml {method}", len(rows), *shown, told["cpu"], told["wall"])


if __name__ == "__main__":
    main(*sys.argv[1:])
