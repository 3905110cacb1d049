"""Fairness from Python is the same, number for number, on every engine."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audit import fairness
from tests.servers import load

GIVEN = {"target": "y", "prediction": "pred", "score": "score", "weight": "w", "sensitive": ["sex", "age", "old"], "bins": {"age": [25, 45]}}


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 500
    frame = pd.DataFrame({"sex": rng.choice(["F", "M"], n), "age": rng.integers(18, 80, n), "old": rng.random(n) < 0.3})
    frame["y"] = pd.Series(rng.random(n) < 0.4, dtype=object).mask(rng.random(n) < 0.05)
    frame["pred"] = rng.integers(0, 2, n).astype(float)
    frame["score"] = np.round(rng.random(n), 4)
    frame["w"] = rng.integers(1, 4, n)
    frame.loc[rng.random(n) < 0.05, "sex"] = None
    return frame


def same(people: pd.DataFrame, url: str) -> None:
    here, there = fairness.of(people, **GIVEN), fairness.of(url, **GIVEN)
    pd.testing.assert_frame_equal(there.by_group, here.by_group)
    assert there.missing.to_dict() == here.missing.to_dict()


def test_postgres(people, postgres):
    load(postgres, "people", pa.Table.from_pandas(people, preserve_index=False))
    same(people, f"{postgres}#people")


@pytest.mark.slow
def test_spark(people, spark, tmp_path):
    people.to_parquet(tmp_path / "people.parquet")
    same(people, f"pyspark://local[1]#{tmp_path / 'people.parquet'}")
