"""Disks, folders, clocks, other runs: what is around a run may fail at any moment, and leaves nothing that looks finished."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

import audit.verbs.gate
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.engines.sources import connect
from audit.store import UNFINISHED, Store
from tests.faults.conftest import GOOD, Assay, Project, refused

BAD = GOOD + "".join(f"{n},612,Bree\n" for n in range(10, 3_000))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount disks of a given size."""
    mounted: list[Path] = []

    def mount(size: str, options: str = "") -> Path:
        at = tmp_path / f"disk-{len(mounted)}"
        at.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}{options}", "tmpfs", str(at)]
        done = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("mount") else None
        if done is None or done.returncode:
            pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip() if done else 'there is no mount'}")
        mounted.append(at)
        return at

    yield mount
    for at in mounted:
        subprocess.run(["umount", "--lazy", str(at)], check=False)


@pytest.mark.parametrize("size", ["4k", "16k", "40k"])
@pytest.mark.parametrize("rows", ["good", "bad"])
def test_a_full_disk_under_the_reports(size: str, rows: str, small_disk: Callable[[str], Path], project: Project, assay: Assay) -> None:
    disk = small_disk(size)
    project.write("people.csv", GOOD if rows == "good" else BAD)
    done = assay("gate", "--out", str(disk))
    refused(done, project, 3, "cannot write")
    assert Store(disk).runs() == []
    assert not list(disk.rglob("*.json"))


def test_a_disk_that_takes_no_folder(small_disk: Callable[..., Path], project: Project, assay: Assay) -> None:
    disk = small_disk("1m", ",nr_inodes=1")
    refused(assay("gate", "--out", str(disk)), project, 3, "cannot write the run")


def test_a_full_disk_where_rows_are_moved_that_memory_cannot_hold(small_disk: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    import duckdb

    monkeypatch.setattr(tempfile, "tempdir", str(small_disk("2m")))
    backend = connect()
    backend.con.execute("SET memory_limit = '50MB'; SET threads = 1")
    with pytest.raises(duckdb.Error):
        backend.con.execute("CREATE TABLE t AS SELECT range a, hash(range) b, hash(range + 1) c FROM range(5000000)")


def test_rows_that_memory_cannot_hold_go_where_nobody_else_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (used,) = connect().con.execute("SELECT current_setting('temp_directory')").fetchone()
    assert Path(used).parent == tmp_path
    assert Path(used).stat().st_mode & 0o777 == 0o700
    Path(used).chmod(0o755)  # a folder that others may read is not used
    (other,) = connect().con.execute("SELECT current_setting('temp_directory')").fetchone()
    assert Path(other).parent != tmp_path


FOLDERS: dict[str, Callable[[Path], object]] = {
    "is a file": lambda at: at.write_text("here"),
    "is under a file": lambda at: at.parent.joinpath("reports").write_text("here"),
    "links to itself": lambda at: at.symlink_to(at.name),
    "links to nothing": lambda at: at.symlink_to("/proc/nowhere"),
    "is a pipe": lambda at: os.mkfifo(at),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_an_output_folder_that_is_none(case: str, project: Project, assay: Assay) -> None:
    FOLDERS[case](project.folder / "reports")
    done = assay("gate")
    assert done.code == 3
    assert "cannot write the run" in done.err
    assert "Traceback" not in done.err


def test_an_output_folder_of_the_kernel(project: Project, assay: Assay) -> None:
    refused(assay("gate", "--out", "/proc/assay"), project, 3, "cannot write the run")


@pytest.mark.parametrize("moment", ["quarantine", "documents", "placing"])
def test_an_output_folder_that_vanishes(moment: str, project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("people.csv", BAD)
    module, name = {
        "quarantine": (audit.verbs.gate, "set_aside"),
        "documents": (audit.verbs.gate, "write_outputs"),
        "placing": (Store, "write_run"),
    }[moment]
    original = getattr(module, name)

    def vanishing(*arguments: object, **options: object) -> object:
        if moment == "placing":
            result = original(*arguments, **options)
            shutil.rmtree(project.folder / "reports")
            return result
        shutil.rmtree(project.folder / "reports")
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, staticmethod(vanishing) if moment == "placing" else vanishing)
    refused(assay("gate"), project, 3, "cannot write")


def test_two_runs_at_once_do_not_remove_each_other(tmp_path: Path) -> None:
    store, first, second = Store(tmp_path), "20260101T000000Z-000001", "20260101T000000Z-000002"
    with store.writing("p", first) as one:
        (one / "a").write_text("a")
        with store.writing("p", second) as two:
            (two / "b").write_text("b")
        assert (one / "a").exists()
    assert sorted(f.name for f in (tmp_path / "p").iterdir()) == [first, second]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "p" / f"{UNFINISHED}20260101T000000Z-000001"
    (left / "model").mkdir(parents=True)
    (left / "run.json").write_text("{}")
    store = Store(tmp_path)
    assert store.runs() == []
    with store.writing("p", "20260101T000000Z-000002"):
        assert not left.exists()


def test_where_folders_cannot_be_locked_nothing_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    def unable(*arguments: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "flock", unable)
    left = tmp_path / "p" / f"{UNFINISHED}20260101T000000Z-000001"
    left.mkdir(parents=True)
    with Store(tmp_path).writing("p", "20260101T000000Z-000002") as folder:
        (folder / "a").write_text("a")
    assert left.exists()
    assert Store(tmp_path).folder("p", "20260101T000000Z-000002").is_dir()


# clocks


def gated(store: Store, when: datetime, status: Status, salt: int) -> Run:
    run_id = f"{when:%Y%m%dT%H%M%SZ}-{salt:06x}"
    result = Result("D001", "Schema", "quality", status, "said")
    run = Run(run_id, "p", "gate", when.isoformat(), 1.0, Document("d", "d.csv", "data"), Document("c", "c.yaml", "contract"), results=(result,))
    with store.writing("p", run_id) as folder:
        store.write_run(folder, run)
    return run


NOW = datetime.now(UTC)
LATER, EARLIER, BEFORE = NOW + timedelta(days=1), NOW - timedelta(hours=1), NOW - timedelta(hours=2)
PASS, FAIL = Status.PASSED, Status.FAILED
#: Runs by time and state, and whether training may go on.
ORDERS: dict[str, tuple[list[tuple[datetime, Status]], bool]] = {
    "a refusal after a pass": ([(BEFORE, PASS), (EARLIER, FAIL)], False),
    "a pass after a refusal": ([(BEFORE, FAIL), (EARLIER, PASS)], True),
    "a pass and a refusal in one second": ([(EARLIER, PASS), (EARLIER, FAIL)], False),
    "a refusal and a pass in one second": ([(EARLIER, FAIL), (EARLIER, PASS)], False),
    "a pass that is dated later than now, alone": ([(LATER, PASS)], False),
    "a pass that is dated later than now, before a refusal": ([(LATER, PASS), (EARLIER, FAIL)], False),
    "a refusal that is dated later than now": ([(EARLIER, PASS), (LATER, FAIL)], False),
    "a pass that is dated later than now, after a pass": ([(EARLIER, PASS), (LATER, PASS)], True),
}


@pytest.mark.parametrize("case", ORDERS)
def test_where_clocks_leave_the_order_open_a_refusal_counts(case: str, tmp_path: Path) -> None:
    runs, vouched = ORDERS[case]
    store = Store(tmp_path)
    for salt, (when, status) in enumerate(runs):
        gated(store, when, status, salt)
    assert (store.passing_gate("p", "data", "contract") is not None) is vouched


def test_a_clock_that_goes_backwards_while_a_run_lasts(project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        hours = 0

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            cls.hours += 1
            return datetime.now(UTC) - timedelta(hours=cls.hours)

    monkeypatch.setattr("audit.run.datetime", Clock)
    monkeypatch.setattr("audit.store.datetime", Clock)
    done = assay("gate", "--json")
    assert done.code == 0
    assert json.loads(done.out)["seconds"] >= 0


# names that are no text


def test_a_file_whose_name_is_no_text(project: Project, assay: Assay) -> None:
    name = os.fsdecode(b"people-\xff.csv")
    project.write(name, GOOD)
    refused(assay("gate", "--data", name, "--contract", "people.odcs.yaml"), project, 2, "unicode")


def test_a_stored_run_that_was_cut_off_is_no_run(project: Project, assay: Assay) -> None:
    assert assay("gate").code == 0
    (folder,) = project.runs()
    file = folder / "run.json"
    os.truncate(file, file.stat().st_size // 2)
    done = assay("report", str(folder))
    assert (done.code, done.out) == (3, "")
    assert "is not an Assay run" in done.err


def test_a_repaired_file_that_changes_is_kept_as_it_was_examined(project: Project, assay: Assay) -> None:
    project.write("people.csv", BAD)
    assert assay("gate").code == 1
    (before,) = project.runs()
    bad = pd.read_parquet(before / "quarantine.parquet")
    bad.assign(age=30).to_parquet(project.folder / "repaired.parquet")
    os.truncate(project.folder / "repaired.parquet", 500)
    done = assay("gate", "--release", "repaired.parquet", "--run", before.name)
    assert done.code == 3
    assert "cannot read" in done.err
    assert project.runs() == [before]
