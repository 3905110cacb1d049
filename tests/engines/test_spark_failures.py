"""Spark that fails while the gate runs on it: a damaged file among several, and a Java that is killed. Never green, one message, no run."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.people import CONTRACT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(shutil.which("java") is None, reason="no java: apt-get install default-jre-headless")]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for i in range(3):
        ids = list(range(i * 1_000, (i + 1) * 1_000))
        pq.write_table(pa.table({"id": ids, "age": [30] * 1_000, "town": ["Bree"] * 1_000}), tmp_path / f"part-{i}.parquet")
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    return tmp_path


def started(folder: Path) -> subprocess.Popen[str]:
    command = [Path(sys.executable).parent / "assay", "gate", "--declared", "--contract", "people.odcs.yaml"]
    data = ["--data", f"pyspark://local[1]#{folder}/part-*.parquet"]
    return subprocess.Popen([*command, *data], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def refused(process: subprocess.Popen[str], folder: Path, says: str) -> None:
    out, err = process.communicate(timeout=240)
    said = [line for line in err.splitlines() if line.startswith("assay: ")]
    assert (process.returncode, out, len(said)) == (3, "", 1), err
    assert says in said[0]
    assert "Traceback" not in err
    assert not (folder / "reports").exists()


def test_a_file_that_is_damaged_inside(files: Path) -> None:
    damaged = files / "part-1.parquet"
    content = damaged.read_bytes()
    damaged.write_bytes(content[:200] + bytes(300) + content[500:])
    refused(started(files), files, "the data cannot be read")


def test_java_that_is_killed(files: Path) -> None:
    process = started(files)
    java = _java_below(process.pid)
    time.sleep(4)  # somewhere between the start of the session and the last query
    os.kill(java, signal.SIGKILL)
    refused(process, files, "Spark")


def _java_below(parent: int) -> int:
    """Return the process that runs Java for another one, once it is there."""
    for _ in range(600):
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _is_java_below(entry, parent):
                return int(entry.name)
        time.sleep(0.1)
    raise AssertionError("no Java was started")


def _is_java_below(entry: Path, parent: int) -> bool:
    try:
        above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        return above == parent and Path(os.readlink(entry / "exe")).name == "java"
    except OSError:
        return False
