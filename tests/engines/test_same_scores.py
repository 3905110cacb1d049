"""Scores are counted and summed alike on DuckDB, Postgres and Spark, what is missing, infinite or certain among them too."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.checks import discover
from audit.core.contract import Contract
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.engines.sources import open_source
from audit.run import resolve_positive
from tests.servers import load

pytestmark = pytest.mark.slow

CODES = ("M001", "M004", "M005", "M006", "F014", "F015")


def scores() -> pa.Table:
    rng = np.random.default_rng(8)
    n = 400
    s = rng.random(n).round(3)
    y = (rng.random(n) < s).astype(float)
    score = [
        None if i % 50 == 0 else float("nan") if i % 50 == 1 else 0.0 if i % 50 == 2 else 1.0 if i % 50 == 3 else float(v) for i, v in enumerate(s)
    ]
    label = [None if i % 40 == 5 else int(v) for i, v in enumerate(y)]
    group = [None if i % 30 == 7 else "ab"[int(v)] for i, v in enumerate(rng.random(n) < 0.4)]
    return pa.table({"y": pa.array(label, pa.int64()), "s": pa.array(score, pa.float64()), "p": (s > 0.6).astype(int), "g": group})


def measured(location: str, folder: Path) -> list[tuple[Any, ...]]:
    source = open_source(location, folder)
    engine = AskEngine(source.backend)
    subject = resolve_positive(Subject("scores", source.table, Roles(target="y", prediction="p", score="s", sensitive=("g",))), engine)
    found = []
    for code in CODES:
        (check,) = discover()[code].plan(subject, Contract())
        asks = check.asks(subject)
        findings = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
        found += [(code, findings.message), *((m.name, dict(m.where), m.n, m.value, *(m.interval or ())) for m in findings.measurements)]
    return found


def alike(ours: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]]) -> None:
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        for a, b in zip(mine, other, strict=True):
            assert a == (pytest.approx(b, rel=1e-9, abs=1e-12) if isinstance(b, float) else b), (mine, other)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scores")
    pq.write_table(scores(), folder / "scores.parquet")
    return folder


@pytest.fixture(scope="module")
def on_duckdb(folder: Path) -> list[tuple[Any, ...]]:
    return measured("scores.parquet", folder)


def test_the_table_has_everything(on_duckdb: list[tuple[Any, ...]]) -> None:
    names = {m[0] for m in on_duckdb}
    assert {"missing_scores", "log_loss_clipped", "average_precision", "cost_saving", "lift", "calibration_slope", "roc_auc_difference"} <= names


def test_postgres(on_duckdb: list[tuple[Any, ...]], folder: Path, postgres: str) -> None:
    load(postgres, "scores", scores())
    alike(measured(f"{postgres}#scores", folder), on_duckdb)


def test_spark(on_duckdb: list[tuple[Any, ...]], folder: Path, spark: Any) -> None:
    spark.read.parquet(str(folder / "scores.parquet")).createOrReplaceGlobalTempView("scores")
    alike(measured("pyspark://local[1]#global_temp.scores", folder), on_duckdb)
