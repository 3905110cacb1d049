"""Where files lie as the root of their repository sees them."""

from pathlib import Path

import pytest

from audit.config import make_config, read_config
from audit.repository import repository_paths, repository_root


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project in it, and the working directory somewhere else."""
    (tmp_path / "repo" / "a" / "b").mkdir(parents=True)
    (tmp_path / "repo" / "a" / "x.odcs.yaml").touch()
    (tmp_path / "repo" / "a" / "b" / "d.csv").touch()
    (tmp_path / "outside.csv").touch()
    (tmp_path / "repo" / "a" / "b" / "my.yaml").write_text("data: d.csv\ncontract: ../x.odcs.yaml\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "repo"


def test_paths_are_seen_from_the_root_wherever_the_command_runs(tree: Path) -> None:
    (tree / ".git").mkdir()
    config = read_config(tree / "a" / "b" / "my.yaml")
    assert repository_paths(config) == {"assay.yaml": "a/b/my.yaml", "../x.odcs.yaml": "a/x.odcs.yaml", "d.csv": "a/b/d.csv"}


def test_the_nearest_repository_counts(tree: Path) -> None:
    (tree / ".git").mkdir()
    (tree / "a" / ".git").write_text("gitdir: elsewhere")  # a worktree, or a submodule
    assert repository_root(tree / "a" / "b") == tree / "a"


def test_options_without_a_config(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".git").mkdir()
    monkeypatch.chdir(tree / "a")
    config = make_config({"data": str(tree / "a" / "b" / "d.csv"), "contract": str(tree / "a" / "x.odcs.yaml")}, Path())
    assert set(repository_paths(config).values()) == {"a/x.odcs.yaml", "a/b/d.csv"}


def test_data_that_are_no_file_of_the_repository_are_left_out(tree: Path) -> None:
    (tree / ".git").mkdir()
    for data in ("*.csv", "duckdb://x.db#t", "../../../outside.csv", "missing.csv"):
        assert repository_paths(make_config({"data": data}, tree / "a" / "b")) == {}


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY"])
def test_without_git_it_is_the_folder_that_the_server_names(tree: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, str(tree))
    assert repository_root(tree / "a") == tree
    assert repository_root(tree.parent) == tree.parent / "elsewhere"


def test_without_either_it_is_the_working_directory(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert repository_paths(read_config(Path("a/b/my.yaml")))["assay.yaml"] == "a/b/my.yaml"
