"""``assay contract export`` and ``assay contract import``, from the shell's side."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ARRESTS = ROOT / "data" / "arrests" / "arrests.odcs.yaml"


def assay(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "assay"
    return subprocess.run([command, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


@pytest.mark.parametrize(
    ("target", "says"),
    [("pandera", "class Arrests(pa.DataFrameModel):"), ("gx", '"expect_column_values_to_not_be_null"'),
     ("jsonschema", "https://json-schema.org/draft/2020-12/schema"), ("markdown", "| `age` 🔒 | integer | yes | 12 to 99 |")],
)  # fmt: skip
def test_export_writes_to_stdout_or_to_a_file(target: str, says: str, tmp_path: Path) -> None:
    done = assay("contract", "export", ARRESTS, "--to", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert says in done.stdout
    file = tmp_path / "out"
    assert assay("contract", "export", ARRESTS, "--to", target, "--out", file).returncode == 0
    assert file.read_text(encoding="utf-8") == done.stdout
    again = assay("contract", "export", ARRESTS, "--to", target, "--out", file)
    assert again.returncode == 2
    assert "exists" in again.stderr


def test_a_suite_goes_out_and_comes_back(tmp_path: Path) -> None:
    assay("contract", "export", ARRESTS, "--to", "gx", "--out", tmp_path / "suite.json")
    done = assay("contract", "import", tmp_path / "suite.json", "--from", "gx", "--out", tmp_path / "back.odcs.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert assay("contract", "lint", tmp_path / "back.odcs.yaml").returncode == 0
    gate = assay(
        "gate", "--declared", "--data", ROOT / "data/arrests/arrests.parquet", "--contract", tmp_path / "back.odcs.yaml", "--quiet", cwd=tmp_path
    )
    assert gate.returncode == 0, gate.stderr


def test_a_model_goes_out_and_comes_back_by_its_name_alone(tmp_path: Path) -> None:
    assay("contract", "export", ARRESTS, "--to", "pandera", "--out", tmp_path / "arrests_model.py")
    refused = assay("contract", "import", "arrests_model.py", "--from", "pandera", cwd=tmp_path)
    assert refused.returncode == 2
    assert "arrests_model.py' is a program" in refused.stderr
    done = assay("contract", "import", "arrests_model:Arrests", "--from", "pandera", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    columns = yaml.safe_load(done.stdout)["schema"][0]["properties"]
    assert [c["name"] for c in columns] == ["released", "colour", "year", "age", "sex", "employed", "citizen", "checks"]


def test_notices_go_to_stderr_and_into_the_file(tmp_path: Path) -> None:
    suite = {"name": "s", "expectations": [{"type": "expect_column_values_to_match_regex", "kwargs": {"column": "a", "regex": "x"}}]}
    (tmp_path / "s.json").write_text(json.dumps(suite))
    done = assay("contract", "import", "s.json", "--from", "gx", cwd=tmp_path)
    assert "notice: a: its type is taken to be string" in done.stderr
    assert "# - a: its type is taken to be string" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("export", ARRESTS, "--to", "pandas"), 2, "Did you mean 'pandera'?"),
        (("export", "nowhere.odcs.yaml", "--to", "gx"), 3, "there is no contract"),
        (("export", ARRESTS, "--to", "gx", "--table", "arrest"), 2, "Did you mean 'arrests'?"),
        (("import", "x.json", "--from", "soda"), 2, "no format 'soda'"),
        (("import", "x.json", "--from", "gx"), 3, "cannot read 'x.json'"),
        (("import", "nowhere_at_all:Schema", "--from", "pandera"), 2, "no module 'nowhere_at_all'"),
        (("import", ARRESTS, "--from", "gx"), 2, "is no JSON"),
        (("import", ARRESTS, "--from", "pandera"), 2, "is no schema that pandera wrote"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(arguments: tuple[object, ...], code: int, said: str) -> None:
    done = assay("contract", *arguments)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_help_says_that_a_module_is_run() -> None:
    help_ = assay("contract", "import", "--help").stdout
    assert "a .py file is never run" in " ".join(help_.split())
