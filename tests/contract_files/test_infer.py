"""Contracts inferred from data: what is claimed, what is left open, and that the data keep it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from audit.contract.infer import infer
from audit.contract.read import read_contract
from audit.contract.slack import bounds
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from audit.run import examine

N = 400


def inferred(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    source = frame_source(frame)
    document = infer(source.table, AskEngine(source.backend), name="t")
    return {p["name"]: p for p in document["schema"][0]["properties"]}


def one(values: Any) -> dict[str, Any]:
    (found,) = inferred(pd.DataFrame({"x": values})).values()
    return {k: v for k, v in found.items() if k != "name"}


def test_categories_that_all_occur_often() -> None:
    assert one(["a"] * 300 + ["b"] * 90 + ["c"] * 10) == {
        "logicalType": "string",
        "required": True,
        "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["a", "b", "c"]}, "mustBe": 0}],
    }
    # a rare one may have rarer brothers
    assert "quality" not in one(["a"] * 300 + ["b"] * 91 + ["c"] * 9)
    assert one([0, 1] * 200)["quality"][0]["arguments"] == {"validValues": [0, 1]}
    assert one([0.0, 1.0] * 200)["quality"][0]["arguments"] == {"validValues": [0, 1]}


def test_few_rows_tell_names_and_types_only() -> None:
    assert one(["a", "b"] * 49) == {"logicalType": "string"}
    assert one([None] * 200 + [1.5] * 50) == {"logicalType": "number"}


def test_missing_values_are_admitted_with_slack() -> None:
    (rule,) = one([None] * 40 + list(np.linspace(0, 1, 360)))["quality"]
    # 10 % of 400; two samples of 400 that differ at the level .9998 differ by about eight points
    assert (rule["metric"], rule["unit"]) == ("nullValues", "percent")
    assert 17 <= rule["mustBeLessOrEqualTo"] <= 21


@pytest.mark.parametrize(
    ("name", "values", "unique"),
    [
        ("x", range(1, N + 1), True),
        ("order_id", [f"o{i * 7}" for i in range(N)], True),
        ("x", [f"o{i * 7}" for i in range(N)], False),
        ("order_id", [i // 2 for i in range(N)], False),
        ("grid", np.arange(N) * 3, False),
        ("order_id", np.arange(N) * 0.5, False),
    ],
)
def test_keys_by_sequence_or_by_name(name: str, values: Any, unique: bool) -> None:
    assert inferred(pd.DataFrame({name: list(values)}))[name].get("unique", False) is unique


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ([f"AB-{i:04d}" for i in range(N)], {"pattern": "^[A-Z]{2}-[0-9]{4}$"}),
        ([f"a.{i:03d}" for i in range(N)], {"pattern": r"^[a-z]\.[0-9]{3}$"}),
        ([f"p{i}@example.org" for i in range(N)], {"format": "email"}),
        ([f"10.0.{i // 200}.{i % 200}" for i in range(N)], {"format": "ipv4"}),
        ([f"AB-{i}" for i in range(N)], None),
        ([f"AB-{i:04d}" for i in range(19)] * 20, None),
        (["some words of text, as people write", "others"] * 200, None),
    ],
)
def test_forms_that_all_texts_share(values: list[str], options: dict[str, str] | None) -> None:
    assert one(values).get("logicalTypeOptions") == options


def test_ranges_with_slack() -> None:
    options = one(np.random.default_rng(0).normal(50, 10, 2_000))["logicalTypeOptions"]
    assert -60 <= options["minimum"] <= 10
    assert 90 <= options["maximum"] <= 160
    amounts = one(np.random.default_rng(0).exponential(10, 2_000))["logicalTypeOptions"]
    assert amounts["minimum"] == 0


def test_a_tail_too_heavy_to_bound_is_left_open() -> None:
    assert "maximum" not in one(np.random.default_rng(0).pareto(1, 2_000)).get("logicalTypeOptions", {})


FAMILIES = {
    "normal": lambda rng, n: rng.normal(size=n),
    "lognormal": lambda rng, n: rng.lognormal(0, 1, n),
    "exponential": lambda rng, n: rng.exponential(size=n),
    "uniform": lambda rng, n: rng.random(n),
    "t with three degrees": lambda rng, n: rng.standard_t(3, n),
    "poisson": lambda rng, n: rng.poisson(3, n).astype(float),
    "two peaks": lambda rng, n: np.where(rng.random(n) < 0.5, rng.normal(-5, 1, n), rng.normal(5, 1, n)),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("n", [2_000, 20_000])
def test_fresh_data_stay_inside(family: str, n: int) -> None:
    rng, draw, p = np.random.default_rng(1), FAMILIES[family], (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
    broken = 0
    for _ in range(100):
        seen, fresh = draw(rng, n), draw(rng, n)
        low, high = bounds(seen.min(), seen.max(), dict(zip(p, np.quantile(seen, p), strict=True)), n)
        assert low <= seen.min() < seen.max() < high
        broken += fresh.min() < low or fresh.max() > high
    assert broken <= 3


def test_bounds_turn_with_the_data() -> None:
    rng, p = np.random.default_rng(2), (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
    x = rng.lognormal(size=1_000)
    low, high = bounds(x.min(), x.max(), dict(zip(p, np.quantile(x, p), strict=True)), 1_000)
    turned = bounds(-x.max(), -x.min(), dict(zip(p, np.quantile(-x, p), strict=True)), 1_000)
    assert turned == pytest.approx((-high, -low))


@pytest.mark.parametrize("name", ["arrests", "loans"])
def test_the_data_keep_what_is_inferred_from_them(name: str, tmp_path: Path) -> None:
    frame = pd.read_parquet(Path(__file__).parents[2] / "data" / name / f"{name}.parquet")
    source = frame_source(frame)
    document = infer(source.table, AskEngine(source.backend), name=name)
    file = tmp_path / "inferred.odcs.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    contract = read_contract(file)
    run = examine(Subject(name, source.table), verb="gate", families=("quality",), contract=contract).run
    promised = [r for r in run.results if r.clauses]
    assert len(promised) > len(frame.columns)
    assert {r.status for r in promised} == {Status.PASSED}


def test_columns_that_have_no_logical_type_or_no_value() -> None:
    found = inferred(pd.DataFrame({"self": [[1, 2]] * 200, "d": [pd.Timedelta(1, "D")] * 200, "n": [None] * 200}))
    assert found["self"] == {"name": "self", "logicalType": "array", "required": True}
    assert "logicalType" not in found["d"]
    assert set(found["n"]) <= {"name", "logicalType"}
