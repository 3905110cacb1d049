"""Quantities and several classes, with gaps, NaN and infinite numbers, come out the same on DuckDB, Postgres and Spark."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.config import make_config
from audit.core.result import Result
from audit.core.status import Status
from audit.project import open_project
from tests.servers import load, same

pytestmark = pytest.mark.slow

#: What is predicted, by the columns of label and prediction, and the checks of it.
PREDICTED = {"rent": ("guess", {"M007", "F016"}), "kind": ("said", {"M001", "M008", "F017"})}


def predicted(rows: int = 900) -> pa.Table:
    rng = np.random.default_rng(8)
    rent = rng.lognormal(6, 0.8, rows)
    guess = rent * rng.lognormal(0, 0.2, rows)
    guess[:3] = [np.nan, np.inf, -np.inf]
    kind = rng.integers(0, 4, rows)
    said = np.where(rng.random(rows) < 0.7, kind, rng.integers(0, 5, rows)).astype(float)
    town = rng.choice(["Ashford", "Bree", "Combe"], rows)
    return pa.table(
        {
            "rent": pa.array(rent, mask=rng.random(rows) < 0.02),
            "guess": pa.array(guess, mask=rng.random(rows) < 0.02),
            "kind": pa.array(kind, mask=rng.random(rows) < 0.02),
            "said": pa.array(said, mask=rng.random(rows) < 0.02),
            "town": pa.array(town.tolist(), pa.string(), mask=rng.random(rows) < 0.02),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("predicted")
    pq.write_table(predicted(), folder / "predicted.parquet")
    return folder


def results(folder: Path, data: str, target: str) -> dict[str, Result]:
    prediction, codes = PREDICTED[target]
    roles = {"target": target, "prediction": prediction, "sensitive": ["town"]}
    run = open_project(make_config({"data": data, "roles": roles}, folder)).examine(("performance", "fairness"), verb="audit").run
    return {r.key: r for r in run.results if r.code in codes}


def agree(ours: dict[str, Result], theirs: dict[str, Result], codes: set[str]) -> None:
    assert set(ours) == set(theirs)
    assert {r.code for r in ours.values()} == codes
    assert {r.status for r in ours.values()} <= {Status.PASSED, Status.WARNED, Status.UNDECIDED}
    for key, result in ours.items():
        other = theirs[key]
        assert (result.status, result.message) == (other.status, other.message), key
        numbers: list[list[tuple[Any, ...]]] = [[(m.name, dict(m.where), m.value, m.n, m.interval) for m in r.measurements] for r in (result, other)]
        assert same(*numbers), key


@pytest.mark.parametrize("target", PREDICTED)
def test_postgres(folder: Path, postgres: str, target: str) -> None:
    load(postgres, "shop.predicted", predicted())
    agree(results(folder, "predicted.parquet", target), results(folder, f"{postgres}#shop.predicted", target), PREDICTED[target][1])


@pytest.mark.parametrize("target", PREDICTED)
def test_spark(folder: Path, spark: Any, target: str) -> None:
    spark.read.parquet(str(folder / "predicted.parquet")).createOrReplaceGlobalTempView("predicted")
    theirs = results(folder, "pyspark://local[1]#global_temp.predicted", target)
    agree(results(folder, "predicted.parquet", target), theirs, PREDICTED[target][1])
