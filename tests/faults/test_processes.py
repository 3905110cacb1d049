"""What only a process of its own can show: signals at several moments, streams that are closed or full, a poor environment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import GOOD, Assay, Project

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MAIN = "from audit.cli import main\nmain()\n"

#: The gate, held up inside a query of DuckDB, where no Python runs.
IN_A_QUERY = """
from audit.engines.ask_engine import AskEngine
fetch = AskEngine.fetch
def slowly(self, table):
    print("here", flush=True)
    self.backend.con.execute("SELECT count(*) FROM range(10000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11")
    return fetch(self, table)
AskEngine.fetch = slowly
"""
#: The gate, held up between writing its files and putting the folder in place.
WRITING = """
import time
import audit.verbs.gate as verb
write = verb.write_outputs
def slowly(folder, run, formats):
    run = write(folder, run, formats)
    print("here", flush=True)
    time.sleep(300)
    return run
verb.write_outputs = slowly
"""


def start(folder: Path, code: str, *arguments: str, env: dict[str, str] | None = None, **options: Any) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=folder, text=True, encoding="utf-8", env=environment, **streams)


def finished(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out or "", err or ""


@pytest.mark.parametrize("moment", ["in a query", "while writing"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_ends_a_run_at_once_and_leaves_nothing_that_looks_finished(
    number: signal.Signals, moment: str, project: Project, assay: Assay
) -> None:
    with start(project.folder, (IN_A_QUERY if moment == "in a query" else WRITING) + MAIN, "gate") as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline().strip() == "here"
        time.sleep(0.5)  # into the query
        killed.send_signal(number)
        code, _, err = finished(killed)
    assert project.runs() == []
    assert "Traceback" not in err
    if number == signal.SIGKILL:
        assert code == -signal.SIGKILL
    else:
        assert code == 128 + number
        assert err == f"assay: {'interrupted' if number == signal.SIGINT else 'terminated'}; no unfinished run is left\n"
        assert project.left_over() == []
    if moment == "while writing":
        assert assay("gate").code == 0
        assert len(project.runs()) == 1
        assert project.left_over() == []


def test_two_runs_at_once_into_one_folder(project: Project) -> None:
    both = [start(project.folder, MAIN, "gate", "-q") for _ in range(2)]
    assert [finished(process) for process in both] == [(0, "", ""), (0, "", "")]
    assert len(project.runs()) == 2
    assert project.left_over() == []


@pytest.mark.parametrize(("reader", "age", "expected"), [("of stdout", "340", 1), ("of both", "340", 1), ("of both", "34", 0)])
def test_a_reader_that_goes_away_changes_no_verdict(reader: str, age: str, expected: int, project: Project) -> None:
    project.write("people.csv", GOOD.replace("34", age))
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": writing, **({"stderr": writing} if reader == "of both" else {})}
    code, _, err = finished(start(project.folder, MAIN, "gate", **streams))
    os.close(writing)
    assert code == expected
    assert "Traceback" not in err
    assert "BrokenPipe" not in err
    assert len(project.runs()) == 1


def test_a_document_that_its_reader_did_not_take_is_no_success(project: Project, assay: Assay) -> None:
    folder = assay("gate").out.strip()
    reading, writing = os.pipe()
    os.close(reading)
    code, _, err = finished(start(project.folder, MAIN, "report", folder, stdout=writing))
    os.close(writing)
    assert (code, err) == (141, "")


def test_a_full_disk_under_stdout(project: Project) -> None:
    with open("/dev/full", "w") as full:
        code, _, err = finished(start(project.folder, MAIN, "gate", "--json", stdout=full))
    assert code == 3
    assert err.startswith("assay: cannot write to stdout: No space left on device")
    assert len(err.splitlines()) == 1


def test_closed_streams_take_no_file_of_ours(project: Project) -> None:
    def close_all() -> None:
        for number in range(3):
            os.close(number)

    project.write("people.csv", GOOD.replace("34", "340"))
    code, _, _ = finished(start(project.folder, MAIN, "gate", stdin=None, stdout=None, stderr=None, preexec_fn=close_all))
    assert code == 1
    (folder,) = project.runs()
    assert json.loads((folder / "run.json").read_text())["status"] == "failed"


def test_a_terminal_that_speaks_ascii_and_no_home(project: Project) -> None:
    poor = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": str(ROOT)}
    project.write("people.csv", GOOD.replace("Ashford", "Örk"))
    command = [sys.executable, "-c", MAIN, "gate", "--json"]
    done = subprocess.run(command, cwd=project.folder, env=poor, capture_output=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout.decode("utf-8"))["status"] == "failed"
    shown = subprocess.run(command[:-1], cwd=project.folder, env=poor, capture_output=True, check=False, timeout=300)
    assert shown.returncode == 1
    assert b"Not passed" in shown.stderr
    assert b"Traceback" not in shown.stderr
