"""A small project that passes, and the command line inside this process."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.cli import main
from audit.store import Store
from tests.people import CONTRACT, GOOD

CONFIG = "project: people\ndata: people.csv\ncontract: people.odcs.yaml\naudit: {declared_only: true}\n"


@dataclass
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Project:
    """A folder with config, contract and data."""

    folder: Path

    def runs(self) -> list[Path]:
        """Return what a reader of the reports is shown."""
        return [entry.path for entry in Store(self.folder / "reports").runs()]

    def left_over(self) -> list[Path]:
        """Return what was begun and not finished."""
        return list(self.folder.rglob(".unfinished-*"))

    def write(self, name: str, content: str | bytes) -> None:
        """Write one of its files."""
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    made.write("people.csv", GOOD)
    made.write("people.odcs.yaml", CONTRACT)
    made.write("assay.yaml", CONFIG)
    return made


Assay = Callable[..., Done]


@pytest.fixture
def assay(project: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Assay]:
    """The command line inside this process: the same entry point, without starting Python again."""
    before = os.getcwd()
    os.chdir(project.folder)

    def run(*arguments: str) -> Done:
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["assay", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return Done(int(stop.value.code or 0), *capfd.readouterr())

    yield run
    os.chdir(before)


def refused(done: Done, project: Project, code: int, says: str) -> None:
    """Say that a command ended as it must where it could do nothing: its code, one message, nothing written."""
    assert done.code == code, done.err
    assert says in done.err
    assert "Traceback" not in done.err
    assert "internal error" not in done.err
    assert all(line.startswith("assay: ") for line in done.err.splitlines()), done.err
    assert done.out == ""
    assert project.runs() == []
    assert project.left_over() == []
