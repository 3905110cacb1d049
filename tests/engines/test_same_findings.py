"""One contract over one table gives the same findings, number for number, on DuckDB, Postgres and Spark."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from audit.config import make_config
from audit.core.result import Result
from audit.project import open_project
from audit.verbs.gate import gate
from tests.nasty import CONTRACT, nasty_table, parents
from tests.servers import load, same

pytestmark = pytest.mark.slow

#: Checks of near duplicates ask DuckDB for pairs of rows; they say so elsewhere.
DUCKDB_ONLY = {"D021", "L003"}
FAMILIES = ("quality", "balance", "privacy", "leakage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nasty")
    pq.write_table(nasty_table(), folder / "nasty.parquet")
    pq.write_table(parents(), folder / "parents.parquet")
    (folder / "nasty.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def in_postgres(postgres: str) -> str:
    load(postgres, "shop.nasty", nasty_table())
    load(postgres, "shop.parents", parents())
    return postgres


@pytest.fixture(scope="module")
def in_spark(folder: Path, spark: Any) -> str:
    for name in ("nasty", "parents"):
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceGlobalTempView(name)
    return "pyspark://local[1]"


def config(folder: Path, address: str = "", schema: str = "", *, declared: bool = True) -> Any:
    places = {name: f"{address}#{schema}{name}" if address else f"{name}.parquet" for name in ("nasty", "parents")}
    audit = {"declared_only": declared, "skip": ["L008"]}  # learns from all columns, and the largest double is in one of them
    return make_config({"data": places["nasty"], "contract": "nasty.odcs.yaml", "tables": {"parents": places["parents"]}, "audit": audit}, folder)


def examined(config: Any) -> tuple[dict[str, Result], list[str]]:
    done = open_project(config).examine(FAMILIES, verb="gate")
    return {r.key: r for r in done.run.results}, done.engine.queries


@pytest.fixture(scope="module")
def on_duckdb(folder: Path) -> dict[str, Result]:
    return examined(config(folder, declared=False))[0]


def differing(ours: dict[str, Result], theirs: dict[str, Result]) -> list[tuple[str, str, str]]:
    """Return key and messages of the results that are not the same in status and in every measurement."""

    def numbers(result: Result) -> list[tuple[Any, ...]]:
        return [(m.name, dict(m.where), m.value, m.n, m.interval) for m in result.measurements]

    assert set(ours) == set(theirs)
    return [
        (key, ours[key].message, theirs[key].message)
        for key in ours
        if ours[key].code not in DUCKDB_ONLY
        and (
            ours[key].status is not theirs[key].status
            or ours[key].message != theirs[key].message
            or not same(numbers(ours[key]), numbers(theirs[key]))
        )
    ]


def test_the_contract_uses_every_declared_check_and_most_of_them_fail(on_duckdb):
    codes = {r.code for r in on_duckdb.values() if r.clauses}
    rules = {"D001", "D002", "D003", "D004", "D005", "D006", "D007", "D008", "D012", "D013", "D014", "D015", "D016"}
    assert rules | {"B001", "B002", "B003", "P002", "P003", "P004", "P005", "P006", "P007", "P010"} <= codes | {"D001"}
    states = Counter(r.status.value for r in on_duckdb.values())
    assert states["failed"] > 40
    assert not states["error"]


def test_postgres_finds_the_same(folder, in_postgres, on_duckdb):
    found, queries = examined(config(folder, in_postgres, "shop.", declared=False))
    assert differing(on_duckdb, found) == []
    assert len(queries) < 60, "a question that the engine refuses makes all others travel alone"


def test_spark_finds_the_same(folder, in_spark):
    declared, _ = examined(config(folder))
    found, queries = examined(config(folder, in_spark, "global_temp."))
    assert differing(declared, found) == []
    assert len(queries) < 60


def test_bad_rows_of_postgres_are_set_aside_by_their_key(folder, in_postgres, tmp_path):
    assert_set_aside_alike(folder, config(folder, in_postgres, "shop."), tmp_path)


def test_bad_rows_of_spark_are_set_aside_by_their_key(folder, in_spark, tmp_path):
    assert_set_aside_alike(folder, config(folder, in_spark, "global_temp."), tmp_path)


def assert_set_aside_alike(folder: Path, there: Any, tmp_path: Path) -> None:
    written = {}
    for place, one in (("here", config(folder)), ("there", there)):
        one = one.model_copy(update={"base": folder, "report": one.report.model_copy(update={"folder": str(tmp_path / place), "formats": []})})
        done = gate(one)
        written[place] = pq.read_table(done.folder / "quarantine.parquet")
        losses = [r for r in done.run.results if r.code == "B007"]
        written[f"{place} losses"] = [(r.status, r.message) for r in losses]
        if place == "there":
            assert any("with key (id), codes and reasons" in notice for notice in done.run.notices), done.run.notices
    ours, theirs = (
        Counter((tuple(r["assay_key"]), tuple(r["assay_codes"]), tuple(r["assay_columns"]), tuple(r["assay_reasons"])) for r in t.to_pylist())
        for t in (written["here"], written["there"])
    )
    assert ours == theirs
    assert written["here losses"] == written["there losses"]
    assert written["there"]["assay_row"].null_count == len(written["there"])
    plain = [c for c in nasty_table().column_names if c != "amount"]
    rows = [sorted(map(repr, t.select(plain).cast(nasty_table().select(plain).schema).to_pylist())) for t in (written["here"], written["there"])]
    assert rows[0] == rows[1]
