"""The action, run step by step as the runner would."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.ci.runner import Ran, annotations, run_action
from tests.cli.test_ci_servers import BAD, CONFIG, CONTRACT, GOOD, UNDECIDED

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
STEPS = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    for part in (".git", "conf", "data"):
        (folder / part).mkdir(parents=True)
    (folder / "data" / "people.csv").write_text(GOOD)
    (folder / "conf" / "people.odcs.yaml").write_text(CONTRACT)
    (folder / "conf" / "assay.yaml").write_text(CONFIG)
    return folder


def ran(repository: Path, path: str | None = None, **inputs: str) -> Ran:
    """Run the action with the Assay of this source tree."""
    environment = {"PATH": path or f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(repository)}
    given = {"version": "installed", "config": "conf/assay.yaml", "declared": "true"} | {k.replace("_", "-"): v for k, v in inputs.items()}
    return run_action(ACTION, repository, given, environment)


def test_passing_data(repository: Path) -> None:
    done = ran(repository)
    assert done.code == 0, done.log
    assert (done.outputs["result"], done.outputs["exit-code"], done.outputs["quarantined-rows"]) == ("passed", "0", "0")
    for name in ("report-path", "sarif-path", "junit-path"):
        assert Path(done.outputs[name]).is_file()
    assert done.summary.startswith("## ✅ Passed: people")
    assert done.used == {}


def test_failing_data_stop_the_job_only_after_outputs_and_findings_are_out(repository: Path) -> None:
    (repository / "data" / "people.csv").write_text(BAD)
    done = ran(repository, upload_sarif="true", category="people")
    assert done.code == 1
    assert (done.outputs["result"], done.outputs["failed"], done.outputs["exit-code"], done.outputs["quarantined-rows"]) == ("failed", "1", "1", "1")
    upload = {"sarif_file": done.outputs["sarif-path"], "category": "people"}
    assert done.used == {"github/codeql-action/upload-sarif@v4": upload}
    assert [(a.command, a.properties["file"], a.properties["line"]) for a in annotations(done.log)] == [("error", "conf/people.odcs.yaml", "12")]


@pytest.mark.parametrize(("fail_on", "code"), [("", 0), ("undecided", 1)])
def test_undecided_data(repository: Path, fail_on: str, code: int) -> None:
    (repository / "conf" / "people.odcs.yaml").write_text(UNDECIDED)
    (repository / "data" / "people.csv").write_text("id,age,town,seen\n1,34,Bree,2026-01-01 00:00:00\n")
    done = ran(repository, fail_on=fail_on)
    assert (done.code, done.outputs["result"], done.outputs["undecided"]) == (code, "undecided", "1"), done.log


def test_broken_data(repository: Path) -> None:
    (repository / "data" / "people.csv").write_text(GOOD + "4,5\n5,6,Bree,x,y\n")
    done = ran(repository, upload_sarif="true")
    assert (done.code, done.outputs["result"], done.outputs["errors"], done.outputs["exit-code"]) == (3, "error", "1", "3")
    assert done.summary.startswith("## ❌ No verdict: `assay gate` ended with exit code 3")
    assert done.used == {}


def test_broken_config(repository: Path) -> None:
    (repository / "conf" / "assay.yaml").write_text(CONFIG + "auditt: {}\n")
    done = ran(repository)
    assert (done.code, done.outputs["result"], done.outputs["exit-code"]) == (2, "error", "2")
    assert "Did you mean" in done.summary


def test_options_instead_of_a_config_in_another_folder(repository: Path) -> None:
    options = {"data": "people.csv", "contract": "../conf/people.odcs.yaml", "working_directory": "data", "formats": " gitlab  intoto ", "out": "o"}
    done = ran(repository, config="", **options)
    assert done.code == 0, done.log
    names = {f.name for f in (repository / "data" / "o").rglob("*.*")}
    assert {"codequality.json", "test-result.intoto.json", "results.sarif", "junit.xml"} <= names
    uris = [a["location"]["uri"] for a in json.loads(Path(done.outputs["sarif-path"]).read_text())["runs"][0]["artifacts"]]
    assert uris == ["conf/people.odcs.yaml", "data/people.csv"]


@pytest.mark.parametrize("command", ["dashboard", "", "gate; touch pwned", "report"])
def test_only_commands_that_end_in_a_run(repository: Path, command: str) -> None:
    done = ran(repository, command=command)
    assert (done.code, done.outputs["result"], done.outputs["exit-code"]) == (2, "error", "2")
    assert not list(repository.rglob("pwned"))


def bare_path(folder: Path) -> str:
    """A PATH without Assay."""
    folder.mkdir()
    for tool in ("bash", "printf"):
        found = subprocess.run(["bash", "-c", f"type -P {tool}"], capture_output=True, text=True, check=True).stdout.strip()
        (folder / tool).symlink_to(found)
    return str(folder)


def test_without_assay_there_is_no_green(repository: Path, tmp_path: Path) -> None:
    done = ran(repository, path=bare_path(tmp_path / "bin"))
    assert (done.code, done.outputs["result"], done.outputs["errors"], done.outputs["exit-code"]) == (127, "error", "1", "127")
    assert done.summary == "## ❌ No verdict: `assay gate` ended with exit code 127\n\nNothing is known about the data.\n"
    assert [a.command for a in annotations(done.log)] == ["error"]


def test_an_assay_that_is_killed_is_no_green(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    path = bare_path(folder)
    (folder / "assay").write_text("#!/bin/sh\nkill -9 $$\n")
    (folder / "assay").chmod(0o755)
    done = ran(repository, path=path)
    assert (done.code, done.outputs["result"], done.outputs["exit-code"]) == (137, "error", "137")


#: What a careless script would run: unquoted, in double quotes, in single quotes, on a line of its own, as an option.
NASTY = ("$(touch pwned)", '"; touch pwned; "', "'; touch pwned; '", "--out=pwned\ntouch pwned")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("name", ["config", "data", "contract", "fail_on", "out", "formats"])
def test_no_input_becomes_code(repository: Path, name: str, text: str) -> None:
    done = ran(repository, **{name: text})
    # a folder for runs may have any name
    assert (done.code, done.outputs["result"]) == ((0, "passed") if name == "out" else (done.code or -1, "error")), done.log
    assert not (repository / "pwned").exists()


def test_every_output_of_the_step_is_one_of_the_action_and_no_input_stands_in_a_script(repository: Path) -> None:
    from audit.ci import github

    source = Path(github.__file__).read_text(encoding="utf-8")
    document = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    assert all(f'"{name}"' in source for name in document["outputs"])
    assert all(spec["value"] == f"${{{{ steps.run.outputs.{name} }}}}" for name, spec in document["outputs"].items())
    assert all("${{" not in step.get("run", "") for step in STEPS)
    assert all(step["shell"] == "bash" for step in STEPS if "run" in step)


@pytest.mark.parametrize(("file", "form"), [("action.yml", "github-actions"), (".github/workflows/ci.yml", "github-workflows")])
def test_keeps_to_the_schema(file: str, form: str) -> None:
    schema = json.loads(files("check_jsonschema").joinpath(f"builtin_schemas/vendor/{form}.json").read_text())
    document = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    # YAML 1.1 reads the key 'on' as a truth value
    jsonschema.validators.validator_for(schema)(schema).validate({"on" if key is True else key: value for key, value in document.items()})


def test_zizmor_finds_nothing() -> None:
    command = [
        Path(sys.executable).parent / "zizmor",
        "--offline",
        "--no-progress",
        "--min-severity=medium",
        "action.yml",
        ".github/workflows/ci.yml",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_installs_itself(repository: Path) -> None:
    """As on a runner: an environment of its own, the packages from the index, the source that the action comes with."""
    variables = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CACHE_DIR")}
    done = run_action(ACTION, repository, {"config": "conf/assay.yaml"}, variables)
    assert done.used == {"actions/setup-python@v6": {"python-version": "3.12"}}
    assert done.code == 0, done.log
    assert done.outputs["result"] in ("passed", "warned")
    installed = repository.parent / "work-runner" / "assay" / "bin" / "python"
    code = "import audit; print(audit.__file__)"
    done_by = subprocess.run([installed, "-I", "-c", code], capture_output=True, text=True, env=variables, check=True)
    where = done_by.stdout
    assert where.startswith(str(installed.parents[1]))
