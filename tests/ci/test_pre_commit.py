"""The hooks, run by pre-commit itself on a repository of somebody else's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
import yaml

from audit.cli import app
from tests.cli.test_ci_servers import BAD, CONTRACT, GOOD

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
HOOKS = {hook["id"]: hook for hook in yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))}
WRONG = CONTRACT.replace("required:", "requird:")
#: Verbs of ``assay contract`` that a hook may call before they are there.
VERBS = set(typer.main.get_command(app).get_command(None, "contract").list_commands(None))


def environment(home: Path) -> dict[str, str]:
    people = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    plain = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**plain, **people, "PATH": path, "PRE_COMMIT_HOME": str(home / "hooks"), "HOME": str(home), "PYTHONPATH": str(ROOT)}


def run(folder: Path, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    env = {**environment(folder.parent), **more}
    return subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A repository with a contract, its data and a config, and our hooks without the environment that pre-commit makes for them."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    run(folder, "git", "init", "-q")
    (folder / "people.csv").write_text(GOOD)
    (folder / "people.odcs.yaml").write_text(CONTRACT)
    (folder / "assay.yaml").write_text("project: people\ndata: people.csv\ncontract: people.odcs.yaml\n")
    (folder / ".gitignore").write_text("reports/\n")
    hooks = [{**hook, "language": "system"} for hook in HOOKS.values()]
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
    return folder


def hooked(folder: Path, hook: str) -> "subprocess.CompletedProcess[str]":
    run(folder, "git", "add", "-A")
    return run(folder, "pre-commit", "run", hook, "--all-files", "--color=never")


def test_the_manifest_is_one() -> None:
    done = run(ROOT, "pre-commit", "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout
    assert set(HOOKS) == {"assay-contract-lint", "assay-contract-diff", "assay-gate"}
    assert all(hook["language"] == "python" for hook in HOOKS.values())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("people.odcs.yaml", True),
        ("a/b/people.odcs.yml", True),
        ("people.yaml", False),
        ("people.odcs.yaml.bak", False),
        ("peopleXodcs.yaml", False),
    ],
)
def test_contracts_are_known_by_their_names(name: str, expected: bool) -> None:
    for hook in HOOKS.values():
        assert bool(re.search(hook["files"], name)) is expected


def test_the_gate_runs_when_config_contract_or_data_change() -> None:
    for name in ("assay.yaml", "conf/assay.yml", "x.odcs.yaml", "d.parquet", "d.csv", "d.csv.gz", "d.ndjson"):
        assert re.search(HOOKS["assay-gate"]["files"], name)
    for name in ("myassay.yaml", "README.md", "train.py", "package.json"):
        assert not re.search(HOOKS["assay-gate"]["files"], name)


def test_lint(theirs: Path) -> None:
    done = hooked(theirs, "assay-contract-lint")
    assert done.returncode == 0, done.stdout
    assert "Passed" in done.stdout
    (theirs / "people.odcs.yaml").write_text(WRONG)
    done = hooked(theirs, "assay-contract-lint")
    assert done.returncode == 1
    assert re.search(r"people\.odcs\.yaml:9:.* ODCS knows no key 'requird'", done.stdout)


def test_gate(theirs: Path) -> None:
    done = hooked(theirs, "assay-gate")
    assert done.returncode == 0, done.stdout
    (theirs / "people.csv").write_text(BAD)
    done = hooked(theirs, "assay-gate")
    assert done.returncode == 1
    assert "- exit code: 1" in done.stdout
    assert "Value range" in done.stdout or "D003" in done.stdout
    (theirs / "people.csv").unlink()
    done = hooked(theirs, "assay-gate")
    assert "- exit code: 3" in done.stdout


def test_diff(theirs: Path) -> None:
    run(theirs, "git", "add", "-A")
    assert run(theirs, "git", "commit", "-qm", "one").returncode == 0
    done = hooked(theirs, "assay-contract-diff")
    assert done.returncode == 0, done.stdout
    (theirs / "people.odcs.yaml").write_text(CONTRACT.replace("maximum: 120", "maximum: 12"))
    assert hooked(theirs, "assay-contract-diff").returncode == 1


def test_each_hook_calls_a_verb_that_is_there() -> None:
    verbs = {hook["entry"].split()[2] for hook in HOOKS.values() if hook["entry"].startswith("assay contract ")}
    assert verbs <= VERBS


@pytest.mark.slow
def test_pre_commit_installs_and_runs_them(theirs: Path, tmp_path: Path) -> None:
    """As for a user: cloned from the repository, installed into an environment of its own, without any of ours on the path."""
    (theirs / ".pre-commit-config.yaml").unlink()
    ours = tmp_path / "ours"
    assert run(theirs, "git", "clone", "-q", str(ROOT), str(ours)).returncode == 0
    run(theirs, "git", "add", "-A")
    bare = {"PYTHONPATH": ""}
    command = ("pre-commit", "try-repo", str(ours), "assay-contract-lint", "--files", "people.odcs.yaml", "--color=never")
    done = run(theirs, *command, **bare)
    assert done.returncode == 0, done.stdout
    assert "data contracts are right" in done.stdout
    assert "Passed" in done.stdout
