"""The verb that serves the dashboard."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from audit.core.errors import UsageError
from dashboard import commands


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.command()(commands.dashboard)
    return made


def test_serves_this_machine_only_and_sends_no_statistics(tmp_path):
    found = commands.arguments(tmp_path, 8600, browser=False)
    assert found[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(found[4]).name == "app.py"
    assert Path(found[4]).is_file()
    flags = dict(zip(found[5:-3:2], found[6:-3:2], strict=True))
    assert flags == {"--server.address": "localhost", "--server.port": "8600", "--server.headless": "true", "--browser.gatherUsageStats": "false"}
    assert found[-3:] == ["--", "--reports", str(tmp_path)]
    assert "--server.port" not in commands.arguments(tmp_path, browser=True)


def test_passes_its_options_on(app, tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: ran.append(command) or subprocess.CompletedProcess(command, 0))
    outcome = CliRunner().invoke(app, ["--reports", str(tmp_path), "--port", "8600", "--no-browser"])
    assert outcome.exit_code == 0
    assert ran == [commands.arguments(tmp_path, 8600, browser=False)]


def test_a_server_that_fails_is_a_tool_error(app, tmp_path, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda command, check: subprocess.CompletedProcess(command, 1))
    assert CliRunner().invoke(app, ["--reports", str(tmp_path)]).exit_code == 3


def test_without_streamlit_says_what_to_install(app, monkeypatch):
    monkeypatch.setattr(commands, "find_spec", lambda name: None if name == "streamlit" else importlib.util.find_spec(name))
    error = CliRunner().invoke(app, []).exception
    assert isinstance(error, UsageError)
    assert 'pip install "assay-audit[dashboard]"' in str(error)


def test_a_file_is_no_folder_of_reports(app, tmp_path):
    file = tmp_path / "run.json"
    file.write_text("{}", encoding="utf-8")
    error = CliRunner().invoke(app, ["--reports", str(file)]).exception
    assert isinstance(error, UsageError)
    assert "is a file" in str(error)


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_an_impossible_port_is_refused(app, port):
    assert CliRunner().invoke(app, ["--port", port]).exit_code == 2


def test_naming_the_verb_imports_no_streamlit():
    code = "import sys, dashboard.commands; sys.exit(any(m in sys.modules for m in ('streamlit', 'altair')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
