"""Files that fsspec reads, in its file system in memory."""

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.config import make_config
from audit.core.errors import DataError, UsageError
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import fingerprint, open_source
from audit.verbs.gate import gate


@pytest.fixture
def store():
    system = fsspec.filesystem("memory")
    for name, values in (("a", [1, 2]), ("b", [3])):
        with system.open(f"/shop/{name}.parquet", "wb") as file:
            pq.write_table(pa.table({"n": values}), file)
    with system.open("/shop/year=2024/c.parquet", "wb") as file:
        pq.write_table(pa.table({"n": [9]}), file)
    with system.open("/shop/people.csv", "wb") as file:
        file.write("code;name\n007;Åsa\n".encode())
    yield system
    system.rm("/shop", recursive=True)


def rows(source):
    return AskEngine(source.backend).fetch(source.table)[1]


def test_a_pattern_of_parquet_files(store):
    source = open_source("memory://shop/*.parquet")
    assert sorted(rows(source)) == [(1,), (2,), (3,)]
    assert source.location == "memory://shop/*.parquet"


def test_csv_keeps_what_the_contract_promises(store):
    assert rows(open_source("memory://shop/people.csv", promised={"code": "string"})) == [("007", "Åsa")]


def test_partitions(store):
    assert rows(open_source("memory://shop/year=*/*.parquet")) == [(9, 2024)]


def test_the_fingerprint_is_that_of_the_rows(store):
    one = fingerprint(open_source("memory://shop/a.parquet"))
    assert one == fingerprint(open_source("memory://shop/a.parquet"))
    assert one != fingerprint(open_source("memory://shop/b.parquet"))


def test_the_gate_runs_and_sets_rows_aside(store, tmp_path):
    (tmp_path / "c.odcs.yaml").write_text(
        "apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\nschema:\n  - name: a\n    properties:\n"
        "      - {name: n, logicalType: integer, logicalTypeOptions: {maximum: 1}}\n"
    )
    config = make_config({"data": "memory://shop/a.parquet", "contract": "c.odcs.yaml", "report": {"formats": []}}, tmp_path)
    done = gate(config)
    assert pq.read_table(done.folder / "quarantine.parquet")["n"].to_pylist() == [2]
    assert done.run.subject.name == "a"


@pytest.mark.parametrize(
    ("location", "kind", "message"),
    [
        ("memory://shop/nothing.parquet", DataError, "there is no file 'memory://shop/nothing.parquet'"),
        ("memory://shop/nothing*.parquet", DataError, "there is no file"),
        ("s4://shop/a.parquet", UsageError, r"begins with 's4://', which is no place that data can be read from. Known: abfs"),
        ("memory://shop/a.xlsx", DataError, "there is no file"),
    ],
)
def test_what_is_not_there_is_said(store, location, kind, message):
    with pytest.raises(kind, match=message):
        open_source(location)
