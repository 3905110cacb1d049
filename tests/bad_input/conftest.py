"""The gate as a fixture: `assay gate` inside this process."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.cli import main
from tests.bad_input.whole_gate import Ended, ended, project

Gate = Callable[..., Ended]


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Gate:
    """Run the gate on a file in the test's folder, with a contract of some columns or without one."""

    def run(data: str, properties: Any = None, *arguments: str, quality: Any = (), **config: Any) -> Ended:
        project(tmp_path, data, properties, quality, config)
        return command("gate", *arguments)

    def command(*arguments: str) -> Ended:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["assay", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return ended(tmp_path, int(stop.value.code or 0), capfd.readouterr().err)

    return run
