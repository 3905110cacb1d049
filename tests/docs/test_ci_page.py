"""The page about CI: its scripts run, its files keep to the schemas of those who read them, its commands are commands."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from audit.cli import app
from audit.render import FORMATS
from tests.cli.test_ci_servers import BAD, CONTRACT, GOOD

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def block(heading: str, kind: str) -> str:
    """Return the first block of a kind under a heading."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert section is not None
    found = re.search(rf"^```{kind}\n(.*?)^```", section[1], flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def schema(name: str) -> Any:
    return json.loads(files("check_jsonschema").joinpath(f"builtin_schemas/vendor/{name}.json").read_text(encoding="utf-8"))


def validate(document: Any, name: str) -> None:
    form = schema(name)
    # YAML 1.1 reads the key 'on' as a truth value
    jsonschema.validators.validator_for(form)(form).validate({"on" if key is True else key: value for key, value in document.items()})


def bash(folder: Path, script: str, *options: str, command: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    file = folder / "script.sh"
    file.write_text(script, encoding="utf-8")
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(folder)}
    arguments = command or ("bash", "--noprofile", "--norc", *options, str(file))
    return subprocess.run(
        arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder, config in (("conf", "../people.csv"), (".", "people.csv")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "people.odcs.yaml").write_text(CONTRACT)
        (tmp_path / folder / "assay.yaml").write_text(
            f"project: people\ndata: {config}\ncontract: people.odcs.yaml\naudit: {{declared_only: true}}\n"
        )
    (tmp_path / "people.csv").write_text(GOOD)
    return tmp_path


def test_the_workflow_is_one_and_uses_the_action_as_it_is() -> None:
    workflow = yaml.safe_load(block("GitHub Actions", "yaml"))
    validate(workflow, "github-workflows")
    steps = workflow["jobs"]["gate"]["steps"]
    (step,) = [s for s in steps if s.get("uses", "").startswith("OWNER/assay")]
    assert step["with"].keys() <= ACTION["inputs"].keys()
    read = re.findall(r"steps\.gate\.outputs\.([\w-]+)", json.dumps(steps))
    assert set(read) <= ACTION["outputs"].keys()


def test_every_input_and_output_of_the_action_is_named() -> None:
    section = TEXT[TEXT.index("Inputs, all optional") : TEXT.index("They are written on every end")]
    named = set(re.findall(r"`([\w-]+)`", section))
    assert ACTION["inputs"].keys() | ACTION["outputs"].keys() <= named


@pytest.mark.parametrize(("data", "code"), [(GOOD, 0), (BAD, 1), (None, 3)])
def test_the_gitlab_job(project: Path, data: str | None, code: int) -> None:
    pipeline = yaml.safe_load(block("GitLab", "yaml"))
    validate(pipeline, "gitlab-ci")
    job = pipeline["gate"]
    if data is None:
        (project / "people.csv").unlink()
    else:
        (project / "people.csv").write_text(data)
    # GitLab runs the lines as one script that stops at the first failure
    done = bash(project, "\n".join(job["script"]), "-eo", "pipefail")
    assert done.returncode == code, done.stdout
    reports = [*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()]
    assert {name for name in reports if (project / name).exists()} == (set(reports) if data else set())
    if data:
        assert len(json.loads((project / "codequality.json").read_text())) == code


def test_the_azure_steps_are_steps() -> None:
    validate(yaml.safe_load(block("Azure Pipelines", "yaml")), "azure-pipelines")


def test_the_pre_commit_hooks_are_those_there_are() -> None:
    (repository,) = yaml.safe_load(block("pre-commit", "yaml"))["repos"]
    ours = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert {hook["id"] for hook in repository["hooks"]} == ours


def cron_job(project: Path) -> str:
    return block("cron", "bash").replace("/srv/people", str(project)).replace("/run/lock/", f"{project}/")


def cron(project: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    jobs = project / "cron.daily"
    jobs.mkdir(exist_ok=True)
    (jobs / "assay-people").write_text(cron_job(project), encoding="utf-8")
    (jobs / "assay-people").chmod(0o755)
    return bash(project, "", command=command or ("run-parts", "--exit-on-error", str(jobs)))


needs_cron = pytest.mark.skipif(not (shutil.which("run-parts") and shutil.which("flock")), reason="run-parts and flock come with Linux alone")


@needs_cron
def test_the_cron_job_prints_nothing_while_the_data_pass(project: Path) -> None:
    done = cron(project)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(list((project / "reports" / "people").iterdir())) == 1


@needs_cron
@pytest.mark.parametrize(("data", "code", "said"), [(BAD, 1, "Value range"), (None, 3, "there is no file")])
def test_the_cron_job_prints_what_is_to_be_mailed(project: Path, data: str | None, code: int, said: str) -> None:
    if data is None:
        (project / "people.csv").unlink()
    else:
        (project / "people.csv").write_text(data)
    done = cron(project)
    assert f"assay gate ended with exit code {code}" in done.stdout
    assert said in done.stdout or "D003" in done.stdout
    assert f"exited with return code {code}" in done.stdout


@needs_cron
def test_the_cron_job_does_not_run_twice_at_a_time(project: Path) -> None:
    cron(project)
    job = str(project / "cron.daily" / "assay-people")
    done = cron(project, "flock", str(project / "assay-people"), job)
    assert (done.returncode, done.stdout) == (75, "the gate of the night before is still running\n")


def test_the_dag_is_python_and_its_commands_are_commands() -> None:
    source = block("Airflow", "python")
    compile(source, "people.py", "exec")
    commands = re.findall(r'bash_command="(.*?)"', source)
    assert len(commands) == 2


@pytest.mark.skipif("ASSAY_AIRFLOW" not in os.environ, reason="ASSAY_AIRFLOW names no Python with Airflow, which is too large to bring along")
def test_airflow_reads_the_dag(tmp_path: Path) -> None:
    (tmp_path / "people.py").write_text(block("Airflow", "python"), encoding="utf-8")
    code = "import people; [dag] = [v for v in vars(people).values() if type(v).__name__ == 'DAG'] or [people.gate.dag]; print(sorted(dag.task_ids))"
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = [os.environ["ASSAY_AIRFLOW"], "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout.splitlines()[-1] == "['gate', 'train']", done.stderr


def test_the_predicate_is_what_jq_takes_out(project: Path) -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not on this machine")
    assert bash(project, "assay gate assay.yaml --quiet --format intoto").returncode == 0
    done = bash(project, block("A statement to sign", "bash"), "-eo", "pipefail")
    assert done.returncode == 0, done.stdout
    assert json.loads((project / "predicate.json").read_text())["result"] == "PASSED"


def commands() -> list[str]:
    joined = TEXT.replace("\\\n", " ")
    return re.findall(r"\bassay (?:gate|train|audit|run|report)\b(?: (?!ended)[^`\n|\")]*)?", joined)


def test_every_command_uses_options_that_there_are() -> None:
    group: Any = typer.main.get_command(app)
    assert len(commands()) > 5
    for command in commands():
        words = shlex.split(command.split(" ||")[0].split(" 2>")[0].replace('"', ""))
        known = {option for parameter in group.get_command(None, words[1]).params for option in parameter.opts}
        assert {w for w in words if w.startswith("--")} <= known, command


def test_every_format_is_in_the_table() -> None:
    assert all(f"`{form.file_name}`" in TEXT for form in FORMATS.values())
