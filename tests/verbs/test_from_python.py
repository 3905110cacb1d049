"""The gate as a function: what it takes, what it says, and that it leaves nothing behind."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import audit
from audit import GateFailed, GateResult, gate, read_contract
from audit.core.errors import AssayError, DataError, UsageError
from audit.core.serial import dumps
from audit.core.status import Status
from audit.store import Store

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.2.0
status: active
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true, primaryKey: true}
      - {name: age, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 120}}
      - {name: town, logicalType: string, enum: [{value: Ashford}, {value: Bree}]}
"""
GOOD = pd.DataFrame({"id": [1, 2, 3, 4], "age": [34, 61, 45, 20], "town": ["Bree", "Ashford", "Bree", "Bree"]})
BAD = GOOD.assign(age=[34, 612, 45, -1], town=["Bree", "Ashford", "Combe", "Bree"])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)


def arrow_stream(frame: pd.DataFrame) -> object:
    """Return what knows nothing but Arrow's C stream."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return type("Stream", (), {"__arrow_c_stream__": lambda self, schema=None: table.__arrow_c_stream__(schema)})()


def in_duckdb(frame: pd.DataFrame) -> ibis.Table:
    backend = ibis.duckdb.connect()
    backend.con.register("people", pa.Table.from_pandas(frame, preserve_index=False))
    return backend.table("people")


def in_a_file(frame: pd.DataFrame) -> str:
    frame.to_parquet("people.parquet")
    return "people.parquet"


KINDS = {
    "pandas": lambda f: f,
    "pandas with an index": lambda f: f.set_index(pd.Index([9, 9, 7, 7], name="x")),
    "polars": lambda f: pl.from_pandas(f),
    "polars, lazy": lambda f: pl.from_pandas(f).lazy(),
    "Arrow table": lambda f: pa.Table.from_pandas(f, preserve_index=False),
    "Arrow stream": arrow_stream,
    "ibis table": in_duckdb,
    "ibis expression": lambda f: in_duckdb(f).filter(lambda t: t.id > 0),
    "ibis memtable": lambda f: ibis.memtable(pa.Table.from_pandas(f, preserve_index=False)),
    "path": lambda f: Path(in_a_file(f)),
    "text": in_a_file,
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_holds_the_rows_is_judged_alike(kind: str) -> None:
    good, bad = (gate(KINDS[kind](frame), contract="people.odcs.yaml", declared=True) for frame in (GOOD, BAD))
    assert good.passes
    assert good.quarantine().empty
    assert not bad.passes
    assert bad.status is Status.FAILED
    assert {r.key: r.measurements[0].value for r in bad.results if r.status is Status.FAILED} == {"D003:age": 2, "D004:town": 1}
    rows = bad.quarantine()
    assert rows["assay_row"].tolist() == [1, 2, 3]
    assert [list(c) for c in rows["assay_codes"]] == [["D003"], ["D004"], ["D003"]]
    assert rows["age"].tolist() == [612, 45, -1]
    assert bad.run.subject.rows == 4


def test_nothing_is_written_unless_asked_for(tmp_path: Path) -> None:
    before = set(tmp_path.rglob("*"))
    assert gate(BAD, contract="people.odcs.yaml").folder is None
    assert set(tmp_path.rglob("*")) == before


def test_with_a_folder_the_run_is_stored_as_the_command_stores_it(tmp_path: Path) -> None:
    result = gate(BAD, contract="people.odcs.yaml", out="reports", name="people", declared=True)
    assert result.folder == tmp_path / "reports" / "people" / result.run.id
    assert dumps(Store(tmp_path / "reports").load(result.run.id)) == dumps(result.run)
    written = {"run.json", "report.html", "junit.xml", "summary.md", "results.sarif", "quarantine.parquet"}
    assert {f.name for f in result.folder.iterdir()} == written
    assert result.quarantine()["age"].tolist() == [612, 45, -1]


def test_the_rows_set_aside_are_those_that_were_examined() -> None:
    frame = BAD.copy()
    result = gate(frame, contract="people.odcs.yaml", declared=True)
    frame.loc[:, "age"] = 0
    frame["age"].to_numpy()
    assert result.quarantine()["age"].tolist() == [612, 45, -1]


def test_the_function_and_the_command_come_to_the_same(tmp_path: Path) -> None:
    from audit.config import make_config
    from audit.verbs.gate import gate as command

    BAD.to_parquet("people.parquet")
    config = make_config({"project": "people", "data": "people.parquet", "contract": "people.odcs.yaml"}, tmp_path)
    there, here = command(config).run, gate("people.parquet", contract="people.odcs.yaml").run
    assert [(r.key, r.status, r.message, r.measurements) for r in here.results] == [
        (r.key, r.status, r.message, r.measurements) for r in there.results
    ]
    assert (here.subject.sha256, here.contract, here.exit_code) == (there.subject.sha256, there.contract, there.exit_code)


def test_a_failure_is_raised_with_its_findings_and_its_run() -> None:
    assert gate(GOOD, contract="people.odcs.yaml", declared=True).raise_if_failed().passes
    with pytest.raises(GateFailed) as failed:
        gate(BAD, contract="people.odcs.yaml", declared=True).raise_if_failed()
    said = str(failed.value)
    assert said.startswith("Not passed. frame, 4 rows: ")
    assert "D003 age: 2 of 4 values of age are outside 0 to 120" in said
    assert "D004 town: 1 of 4" in said
    assert failed.value.run.exit_code == failed.value.exit_code == 1
    assert isinstance(failed.value, AssayError)
    again = pickle.loads(pickle.dumps(failed.value))
    assert (str(again), again.run) == (said, failed.value.run)


def test_its_truth_is_its_verdict() -> None:
    assert gate(GOOD, contract="people.odcs.yaml", declared=True)
    assert not gate(BAD, contract="people.odcs.yaml", declared=True)
    # what was told to stop for nothing vouches for nothing
    assert not gate(GOOD, contract="people.odcs.yaml", declared=True, fail_on="never")


def test_a_parsed_contract_serves_as_its_file_does() -> None:
    parsed = read_contract(Path("people.odcs.yaml"))
    assert gate(BAD, contract=parsed, declared=True).run.contract.sha256 == gate(BAD, contract="people.odcs.yaml", declared=True).run.contract.sha256


def test_arguments_are_those_of_the_config() -> None:
    frame = pd.concat([GOOD.assign(id=range(i * 4, i * 4 + 4)) for i in range(30)])
    run = gate(frame, roles={"target": "town", "positive": "Bree", "sensitive": ["age"]}, skip=["D021"], limits={"B001": {"low": 0.9}}).run
    assert run.roles["target"] == "town"
    assert run.result("D021").status is Status.SKIPPED
    assert run.result("B001").limit.low == 0.9
    for wrong, says in (({"roles": {"tarket": "town"}}, "roles.tarket"), ({"fail_on": "maybe"}, "fail_on"), ({"skip": ["D999"]}, "D999")):
        with pytest.raises(UsageError, match=says):
            gate(frame, **wrong)


def test_a_config_serves_where_arguments_are_silent(tmp_path: Path) -> None:
    BAD.to_parquet("people.parquet")
    Path("sub").mkdir()
    Path("sub/assay.yaml").write_text("project: staff\ndata: ../people.parquet\ncontract: ../people.odcs.yaml\naudit: {fail_on: error}\n")
    assert gate("sub/assay.yaml").passes
    assert gate("sub/assay.yaml").run.project == "staff"
    assert not gate("sub/assay.yaml", fail_on="failed").passes
    assert not (tmp_path / "sub" / "reports").exists()


def test_other_tables_may_be_frames() -> None:
    key = "{name: town, logicalType: string, relationships: [{to: towns.name}]}"
    contract = CONTRACT.replace("{name: town, logicalType: string, enum: [{value: Ashford}, {value: Bree}]}", key)
    Path("people.odcs.yaml").write_text(contract + "  - {name: towns, properties: [{name: name, logicalType: string}]}\n")
    towns = pd.DataFrame({"name": ["Bree"]})
    result = gate(GOOD, contract="people.odcs.yaml", table="people", tables={"towns": towns}, declared=True)
    assert result.run.result("D013").measurements[0].value == 1


@pytest.mark.parametrize(("data", "says"), [(42, "cannot gate a int"), ([1, 2], "cannot gate a list"), (None, "cannot gate a NoneType")])
def test_what_is_no_table_is_refused(data: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        gate(data, contract="people.odcs.yaml")


def test_a_notebook_shows_verdict_and_findings_and_nothing_unescaped() -> None:
    frame = BAD.rename(columns={"town": "<script>alert(1)</script>"})
    result = gate(frame, contract="people.odcs.yaml")
    shown = result._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "Not passed" in shown
    assert "D003" in shown
    assert "http" not in shown
    assert "612" in shown  # the largest value is part of the message, no row is
    assert len(shown) < 60_000


def test_importing_audit_is_light() -> None:
    code = (
        "import sys, audit, audit.pytest_plugin\n"
        "print([m for m in ('ibis', 'pandas', 'duckdb', 'pydantic', 'typer', 'yaml') if m in sys.modules], dir(audit).count('gate'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip() == "[] 1", done.stderr
    with pytest.raises(AttributeError, match="no attribute 'gaet'"):
        audit.gaet  # noqa: B018 (asked for to see that it is not there)


def test_what_it_says_is_what_the_document_says() -> None:
    result = gate(BAD, contract="people.odcs.yaml", declared=True)
    document = json.loads(dumps(result.run))
    assert document["status"] == str(result.status)
    assert isinstance(result, GateResult)
    assert repr(result) == str(result)
    assert "3 rows broke a blocking rule and are in .quarantine()" in str(result)
