"""Predictions compared with baselines, with an earlier model and with themselves give the same numbers on DuckDB, Postgres and Spark."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.config import make_config
from audit.core.result import Result
from audit.project import open_project
from tests.servers import load

pytestmark = pytest.mark.slow

CODES = {"M002", "M009", "M010", "M012", "M013"}


def predictions(rows: int = 1_200) -> pa.Table:
    """A table with dates, truth values, gaps and categories, and two models that are right now and then."""
    rng = np.random.default_rng(7)
    x, town = rng.normal(size=rows), rng.choice(["Ashford", "Bree", "Combe"], rows, p=[0.6, 0.3, 0.1])
    y = (x + rng.normal(size=rows) > 0) ^ (town == "Combe")
    score = np.round(1 / (1 + np.exp(-x)), 4)
    columns: dict[str, Any] = {
        "id": np.arange(rows),
        "y": pa.array(np.where(y, "yes", "no")),
        "p": pa.array(np.where(score > 0.5, "yes", "no")),
        "s": pa.array([None if i % 40 == 3 else s for i, s in enumerate(score)], pa.float64()),
        "old": pa.array([None if i % 50 == 1 else v for i, v in enumerate(np.where(x > 0.4, "yes", "no"))], pa.string()),
        "old_score": np.round(score + 0.1 * rng.random(rows), 4),
        "x": pa.array([None if i % 30 == 7 else v for i, v in enumerate(np.round(x, 5))], pa.float64()),
        "age": rng.integers(18, 80, rows),
        "town": pa.array([None if i % 20 == 5 else t for i, t in enumerate(town)], pa.string()),
        "member": rng.random(rows) < 0.3,
        "day": pa.array(np.datetime64("2024-01-01") + rng.integers(0, 700, rows)).cast(pa.date32()),
        "part": np.where(np.arange(rows) % 3 == 0, "test", "train"),
    }
    return pa.table(columns)


def examined(folder: Path, data: str, *, split: bool) -> dict[str, Result]:
    roles = {"target": "y", "positive": "yes", "prediction": "p", "score": "s", "champion": "old", "champion_score": "old_score", "time": "day"}
    roles |= {"key": ["id"], **({"split": "part"} if split else {})}
    done = open_project(make_config({"data": data, "roles": roles}, folder)).examine(("performance",), verb="audit")
    return {r.code: r for r in done.run.results if r.code in CODES}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparisons")
    pq.write_table(predictions(), folder / "predictions.parquet")
    return folder


def assert_alike(folder: Path, data: str) -> None:
    for split in (True, False):
        ours, theirs = examined(folder, "predictions.parquet", split=split), examined(folder, data, split=split)
        assert set(ours) == set(theirs) == CODES
        for code in CODES:
            assert ours[code].message == theirs[code].message
            assert ours[code].status is theirs[code].status
            assert len(ours[code].measurements) == len(theirs[code].measurements)
            for one, other in zip(ours[code].measurements, theirs[code].measurements, strict=True):
                assert (one.name, one.where, one.n) == (other.name, other.where, other.n)
                # differences of sums over all rows lose a few digits more than counts do
                ours_now, theirs_now = ([m.value, *(m.interval or ())] for m in (one, other))
                assert (None in theirs_now) == (None in ours_now)
                assert [v for v in theirs_now if v is not None] == pytest.approx([v for v in ours_now if v is not None], rel=1e-9, abs=1e-12)
    assert not [r for r in ours.values() if r.status.value == "error"]


def test_postgres_finds_the_same(folder: Path, postgres: str) -> None:
    load(postgres, "models.predictions", predictions())
    assert_alike(folder, f"{postgres}#models.predictions")


def test_spark_finds_the_same(folder: Path, spark: Any) -> None:
    spark.read.parquet(str(folder / "predictions.parquet")).createOrReplaceGlobalTempView("predictions")
    assert_alike(folder, "pyspark://local[1]#global_temp.predictions")
