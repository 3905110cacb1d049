"""Our contracts are contracts to others: the standard's own JSON Schema, and datacontract-cli."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import open_data_contract_standard
import pandas as pd
import pytest
import yaml

from audit.contract.exchange.gx_import import from_gx
from audit.contract.exchange.gx_suite import gx_suite
from audit.contract.exchange.pandera_import import from_pandera
from audit.contract.exchange.pandera_source import data_frame_model
from audit.contract.infer import infer
from audit.contract.read import read_contract
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from tests.clauses import EVERYTHING, contract

ROOT = Path(__file__).parents[2]
FILES = sorted(p for folder in ("data", "benchmarks", "docs", "tests") for p in (ROOT / folder).rglob("*.odcs.yaml"))
UNTYPED = "schema.0.properties.{}: 'map' is a required property"


@cache
def official() -> Any:
    """Return a validator of the schema that the standard publishes."""
    schema = json.loads((Path(open_data_contract_standard.__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def faults(document: Any) -> list[str]:
    plain = json.loads(json.dumps(document, default=str))
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in official().iter_errors(plain)]


def inferred(name: str) -> dict[str, Any]:
    source = frame_source(pd.read_parquet(ROOT / "data" / name / f"{name}.parquet"))
    return infer(source.table, AskEngine(source.backend), name=name)


def test_it_bites() -> None:
    assert faults({"kind": "DataContract"})
    assert faults({**EVERYTHING, "schema": [{"name": "t", "properties": [{"name": "a", "logicalType": "int"}]}]})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_contracts_of_the_repository(file: Path) -> None:
    assert faults(yaml.safe_load(file.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["arrests", "loans"])
def test_inferred_contracts(name: str) -> None:
    assert faults(inferred(name)) == []


def test_imported_contracts(tmp_path: Path) -> None:
    given = contract(tmp_path, EVERYTHING, "orders")
    for imported in (from_gx(gx_suite(given)), from_pandera(data_frame_model(given))):
        # a suite has no word for vectors, whose column comes back without a type: see below
        assert [f for f in faults(yaml.safe_load(imported.text)) if f != UNTYPED.format(9)] == []
    for name in ("arrests", "loans"):
        sample = read_contract(ROOT / "data" / name / f"{name}.odcs.yaml")
        assert faults(yaml.safe_load(from_gx(gx_suite(sample)).text)) == []


def test_a_column_without_a_type_is_a_contract_to_the_standard_and_none_to_its_schema() -> None:
    """The schema of 3.2.0 asks a column of no type for the 'map' of maps, since its condition holds where the key is absent."""
    bare = {**EVERYTHING, "schema": [{"name": "t", "properties": [{"name": "a"}]}]}
    assert faults(bare) == [UNTYPED.format(0)]


@pytest.fixture
def datacontract() -> str:
    """The command of datacontract-cli, which lives in an environment of its own."""
    if "ASSAY_DATACONTRACT" not in os.environ:
        pytest.skip("ASSAY_DATACONTRACT names no command 'datacontract' (pip install datacontract-cli, in an environment of its own)")
    return os.environ["ASSAY_DATACONTRACT"]


def lint(command: str, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([command, "lint", str(file)], capture_output=True, text=True, check=False, timeout=120)


def test_datacontract_lint_passes_them_all(datacontract: str, tmp_path: Path) -> None:
    made = {f"{name}.odcs.yaml": yaml.safe_dump(inferred(name), sort_keys=False) for name in ("arrests", "loans")}
    given = contract(tmp_path, EVERYTHING, "orders")
    made |= {"gx.odcs.yaml": from_gx(gx_suite(given)).text, "pandera.odcs.yaml": from_pandera(data_frame_model(given)).text}
    for name, text in made.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for file in [*FILES, *(tmp_path / name for name in made)]:
        done = lint(datacontract, file)
        assert done.returncode == 0, f"{file}: {done.stdout[-2000:]}"


def test_datacontract_lint_bites(datacontract: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.odcs.yaml"
    file.write_text(yaml.safe_dump({**EVERYTHING, "schema": [{"name": "t", "properties": [{"name": "a", "logicalType": "int"}]}]}))
    assert lint(datacontract, file).returncode != 0
