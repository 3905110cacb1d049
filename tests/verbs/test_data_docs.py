"""The context of Great Expectations that a config names holds the result of the gate, once, and its Data Docs show it."""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.cli import main
from audit.config import make_config
from audit.core.errors import UsageError
from audit.engines.great_expectations import great_expectations, quietly
from audit.verbs.gate import gate
from tests.servers import load, postgres_server

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
- name: people
  properties:
  - name: age
    logicalType: integer
    quality:
    - {type: custom, engine: greatExpectations, implementation: {type: expect_column_values_to_be_between, kwargs: {max_value: 80}}}
  - {name: town, logicalType: string}
  quality:
  - {type: custom, engine: greatExpectations, severity: warning, implementation: {type: expect_table_column_count_to_equal, kwargs: {value: 2}}}
  - {type: custom, engine: greatExpectations, implementation: {type: expect_no_such_thing, kwargs: {}}}
"""
PEOPLE = pa.table({"age": [20, 30, 81234567], "town": ["Ulm", "Bonn", "Trier"]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pq.write_table(PEOPLE, tmp_path / "people.parquet")
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT, encoding="utf-8")
    return tmp_path


def examined(folder: Path, data: str = "people.parquet", **rest):
    return gate(make_config({"project": "towns", "data": data, "contract": "people.odcs.yaml", "audit": {"declared_only": True}, **rest}, folder))


def gated(folder: Path, monkeypatch, capsys) -> tuple[int | str | None, str]:
    """Return how the command ends, and what it says."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["assay", "gate", "assay.yaml"])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, " ".join(capsys.readouterr().err.split())


def contents(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if "reports" not in p.parts}


def make_context(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    gx = great_expectations()
    with quietly():
        gx.get_context(mode="file", project_root_dir=folder)


def stored(folder: Path, kind: str) -> list[str]:
    return sorted(p.name for p in (folder / "gx" / kind).rglob("*.json"))


def pages(folder: Path) -> list[Path]:
    return sorted((folder / "gx" / "uncommitted" / "data_docs" / "local_site" / "validations").rglob("*.html"))


@pytest.mark.slow
@pytest.mark.parametrize("named", ["docs", "docs/gx"])
def test_data_docs_show_the_result_and_a_second_run_updates(folder: Path, named: str) -> None:
    make_context(folder / "docs")
    runs = [examined(folder, gx={"context": named}).run for _ in range(2)]
    assert f"The result of 2 rules of Great Expectations is in the Data Docs of '{named}'." in runs[0].notices
    for kind in ("expectations", "validation_definitions", "checkpoints"):
        assert stored(folder / "docs", kind) == ["assay_towns_people.json"]
    results = [json.loads(p.read_text()) for p in (folder / "docs" / "gx" / "uncommitted" / "validations").rglob("*.json")]
    assert sorted(r["meta"]["run_id"]["run_name"] for r in results) == sorted(r.id for r in runs)
    for result in results:
        counts = {r["expectation_config"]["type"]: (r["success"], r["result"].get("unexpected_count")) for r in result["results"]}
        assert counts == {"expect_column_values_to_be_between": (False, 1), "expect_table_column_count_to_equal": (True, None)}
        severities = {r["expectation_config"]["type"]: r["expectation_config"]["severity"] for r in result["results"]}
        assert severities == {"expect_column_values_to_be_between": "critical", "expect_table_column_count_to_equal": "warning"}
    shown = pages(folder / "docs")
    assert len(shown) == 2
    for run in runs:
        (page,) = [p for p in shown if run.id in str(p)]
        text = page.read_text(encoding="utf-8")
        assert "assay_towns_people" in text
        assert "33.33" in text, "one of three values"
        assert "81234567" not in text, "no value of a row"
    assert "local_site" in str(shown[0])


@pytest.mark.slow
def test_a_run_whose_name_could_be_read_as_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_context(folder / "docs")
    monkeypatch.setattr("audit.run.new_run_id", lambda: "20261127T122133Z-7201ad")
    before = datetime.now(UTC)
    examined(folder, gx={"context": "docs"})
    [file] = (folder / "docs" / "gx" / "uncommitted" / "validations").rglob("*.json")
    run_id = json.loads(file.read_text())["meta"]["run_id"]
    assert run_id["run_name"] == "20261127T122133Z-7201ad"
    assert before <= datetime.fromisoformat(run_id["run_time"]) <= datetime.now(UTC)


@pytest.mark.slow
def test_of_postgres_no_address_is_written_down(folder: Path) -> None:
    make_context(folder / "docs")
    with postgres_server() as url:
        load(url, "Town Hall.people", PEOPLE)
        for _ in range(2):
            examined(folder, f"{url.replace('assay@', 'assay:s3same@')}#Town Hall.people", gx={"context": "docs"})
    config = (folder / "docs" / "gx" / "great_expectations.yml").read_text()
    assert "${ASSAY_GX_POSTGRES}" in config
    assert not [p for p in (folder / "docs").rglob("*") if p.is_file() and "s3same" in p.read_text(errors="replace")]
    assert len(pages(folder / "docs")) == 2
    assert "33.33" in pages(folder / "docs")[0].read_text(encoding="utf-8")
    assert "ASSAY_GX_POSTGRES" not in os.environ


def test_a_folder_without_a_context_is_refused_and_stays_as_it_was(folder: Path, monkeypatch, capsys) -> None:
    (folder / "docs").mkdir()
    before = contents(folder)
    for named in ("docs", "nowhere"):
        with pytest.raises(UsageError, match=rf"no context of Great Expectations in '.*{named}'.*Name the folder that holds one, or make it"):
            examined(folder, gx={"context": named})
    assert contents(folder) == before
    (folder / "assay.yaml").write_text("data: people.parquet\ncontract: people.odcs.yaml\ngx: {context: docs}\n")
    code, told = gated(folder, monkeypatch, capsys)
    assert code == 2
    assert "no context of Great Expectations in" in told


@pytest.mark.slow
def test_nothing_is_created_where_no_context_is_named(folder: Path) -> None:
    before = contents(folder)
    examined(folder)
    assert contents(folder) == before


@pytest.mark.slow
def test_a_context_that_cannot_be_read_is_a_fault(folder: Path, monkeypatch, capsys) -> None:
    (folder / "docs" / "gx").mkdir(parents=True)
    (folder / "docs" / "gx" / "great_expectations.yml").write_text("config_version: [")
    (folder / "assay.yaml").write_text("data: people.parquet\ncontract: people.odcs.yaml\ngx: {context: docs}\n")
    code, told = gated(folder, monkeypatch, capsys)
    assert code == 3
    assert "Great Expectations could not store the result in" in told
    assert "Traceback" not in told
