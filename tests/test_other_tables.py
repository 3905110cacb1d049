"""Where the tables that foreign keys lead to are looked for, and on which engine they are opened."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from audit.config import make_config
from audit.core.errors import DataError, UsageError
from audit.core.status import Status
from audit.project import open_project
from audit.verbs.gate import gate

CONTRACT = """\
kind: DataContract
version: 1.0.0
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer}
      - {name: customer, logicalType: string, relationships: [{to: customers.id}]}
  - {name: customers, physicalName: PHYSICAL, properties: [{name: id, logicalType: string}]}
"""


def project(folder: Path, *, physical: str = "customers", **config):
    (folder / "o.odcs.yaml").write_text(CONTRACT.replace("PHYSICAL", physical), encoding="utf-8")
    return make_config({"data": "orders.parquet", "contract": "o.odcs.yaml", "table": "orders", **config}, folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pd.DataFrame({"id": [1, 2, 3], "customer": ["007", "x", None]}).to_parquet(tmp_path / "orders.parquet")
    return tmp_path


def customers(file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    frame = pd.DataFrame({"id": ["007", "008"]})
    frame.to_csv(file, index=False) if file.suffix == ".csv" else frame.to_parquet(file)


def keys_found(config) -> tuple[Status, object]:
    run = open_project(config).examine(("quality",), verb="gate").run
    result = run.result("D013")
    return result.status, next(m.value for m in result.measurements if m.name == "failing_rows")


@pytest.mark.parametrize(
    ("file", "physical", "config"),
    [
        ("customers.parquet", "customers", {}),
        # the contract's types keep the zeros of 007, which a guess would take away
        ("customers.csv", "customers", {}),
        ("customers_v2.csv", "customers_v2.csv", {}),
        ("else/where.csv", "customers", {"tables": {"customers": "else/where.csv"}}),
        ("else/where.parquet", "customers_v2", {"tables": {"customers": "else/where.parquet"}}),
        ("else/where.parquet", "customers_v2", {"tables": {"customers_v2": "else/where.parquet"}}),
    ],
)
def test_where_the_other_table_is_found(folder, file, physical, config):
    customers(folder / file)
    assert keys_found(project(folder, physical=physical, **config)) == (Status.FAILED, 1)


def test_where_it_is_not_found_the_promise_stays_undecided(folder):
    assert keys_found(project(folder)) == (Status.UNDECIDED, None)


def test_a_file_that_the_config_names_must_be_there(folder):
    with pytest.raises(DataError, match="there is no file"):
        open_project(project(folder, tables={"customers": "custmers.csv"}))


def test_tables_of_one_database(folder):
    with duckdb.connect(str(folder / "shop.db")) as database:
        database.execute(f"CREATE TABLE orders AS FROM '{folder / 'orders.parquet'}'")
        database.execute("CREATE TABLE customers AS SELECT '007' AS id")
        database.execute("CREATE TABLE people AS SELECT 'x' AS id")
    here = {"data": "duckdb://shop.db#orders"}
    assert keys_found(project(folder, **here)) == (Status.FAILED, 1)
    assert keys_found(project(folder, **here, tables={"customers": "duckdb://shop.db#people"})) == (Status.FAILED, 1)
    # files may lie beside a database, and a database beside files
    customers(folder / "c.parquet")
    assert keys_found(project(folder, **here, tables={"customers": "c.parquet"})) == (Status.FAILED, 1)
    assert keys_found(project(folder, tables={"customers": "duckdb://shop.db#people"})) == (Status.FAILED, 1)
    for location, words in [
        ("duckdb://shop.db#nobody", "has no table 'nobody'|cannot open"),
        ("duckdb://none.db#people", "there is no database"),
        ("duckdb://shop.db", "names no table"),
    ]:
        with pytest.raises((DataError, UsageError), match=words):
            open_project(project(folder, tables={"customers": location}))


def test_another_engine_is_refused(folder):
    with pytest.raises(UsageError, match="on different engines; tables that are compared are on one engine"):
        open_project(project(folder, tables={"customers": "postgres://host/db#customers"}))


def test_rows_that_point_at_nothing_are_set_aside(folder):
    customers(folder / "customers.parquet")
    written = gate(project(folder, report={"formats": ["json"]}))
    rows = pd.read_parquet(written.folder / "quarantine.parquet")
    assert rows["assay_row"].tolist() == [1]
    assert [list(c) for c in rows["assay_codes"]] == [["D013"]]
    assert [list(r) for r in rows["assay_reasons"]] == [["customer is not in customers.id"]]
