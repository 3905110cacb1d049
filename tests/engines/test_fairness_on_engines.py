"""Fairness of decisions, with bins, weights and gaps in every column, comes out the same on DuckDB, Postgres and Spark."""

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

CODES = {"F001", "F002", "F003", "F005", "F006", "F007", "F008", "F009", "F010", "F011", "F012", "F013"}


def decided(rows: int = 3_000) -> pa.Table:
    """Decisions with null and NaN groups, a continuous attribute, a truth value as attribute, weights, and a column in which a gap turns round."""
    rng = np.random.default_rng(8)

    def some(values: np.ndarray, kind: pa.DataType) -> pa.Array:
        return pa.array(values.tolist(), kind, mask=rng.random(rows) < 0.03)

    unit = rng.choice(["easy", "hard"], rows)
    race = np.where(rng.random(rows) < np.where(unit == "easy", 0.8, 0.2), "A", "B")
    label = (rng.random(rows) < np.where(unit == "easy", 0.85, 0.25) - 0.15 * (race == "A")).astype(int)
    answer = np.where(rng.random(rows) < 0.9, label, 1 - label)
    age = np.round(rng.normal(40, 12, rows), 1)
    age[::50] = np.nan
    return pa.table(
        {
            "race": some(race, pa.string()),
            "disabled": some(rng.random(rows) < 0.3, pa.bool_()),
            "age": some(age, pa.float64()),
            "unit": some(unit, pa.string()),
            "label": some(label, pa.int64()),
            "answer": some(answer.astype(float), pa.float64()),
            "weight": some(rng.choice([0.5, 1.0, 2.0], rows), pa.float64()),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decided")
    pq.write_table(decided(), folder / "decided.parquet")
    return folder


def results(folder: Path, data: str, *, weight: str | None) -> dict[str, Result]:
    roles = {
        "target": "label",
        "positive": "1",
        "prediction": "answer",
        "sensitive": ["race", "disabled", "age"],
        "bins": {"age": [25, 45]},
        "weight": weight,
    }
    run = open_project(make_config({"data": data, "roles": roles}, folder)).examine(("fairness",), verb="audit").run
    return {r.key: r for r in run.results if r.code in CODES}


def agree(ours: dict[str, Result], theirs: dict[str, Result]) -> None:
    assert set(ours) == set(theirs)
    assert {r.code for r in ours.values()} == CODES
    assert {r.status for r in ours.values()} <= {Status.PASSED, Status.WARNED, Status.UNDECIDED}
    for key, result in ours.items():
        other = theirs[key]
        assert (result.status, result.message) == (other.status, other.message), key
        numbers: list[list[tuple[Any, ...]]] = [[(m.name, dict(m.where), m.value, m.n, m.interval) for m in r.measurements] for r in (result, other)]
        assert same(*numbers), key


@pytest.mark.parametrize("weight", [None, "weight"])
def test_postgres(folder: Path, postgres: str, weight: str | None) -> None:
    load(postgres, "shop.decided", decided())
    agree(results(folder, "decided.parquet", weight=weight), results(folder, f"{postgres}#shop.decided", weight=weight))


@pytest.mark.parametrize("weight", [None, "weight"])
def test_spark(folder: Path, spark: Any, weight: str | None) -> None:
    spark.read.parquet(str(folder / "decided.parquet")).createOrReplaceGlobalTempView("decided")
    agree(results(folder, "decided.parquet", weight=weight), results(folder, "pyspark://local[1]#global_temp.decided", weight=weight))


def test_the_paradox_is_found(folder: Path) -> None:
    found = results(folder, "decided.parquet", weight=None)["F013:race"]
    assert "Simpson's paradox in 'unit'" in found.message
