"""Data that change while they are read: no result holds for them, so the run is an error and is not written."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import audit.project
import audit.verbs.gate
from audit.core.errors import DataError
from audit.core.fingerprint import FileState, refuse_changed
from tests.faults.conftest import CONFIG, CONTRACT, GOOD, Assay, Project, refused

AGED = 60  # seconds: older than any tick of a file system's clock


def replaced(file: Path) -> None:
    other = file.with_name("other")
    other.write_text(GOOD.replace("34", "35"))
    os.utime(other, ns=(file.stat().st_atime_ns, file.stat().st_mtime_ns))
    other.replace(file)


def appended(file: Path) -> None:
    with file.open("a") as stream:
        stream.write("4,20,Bree\n")


def overwritten_within_a_tick(file: Path) -> None:
    """Change the content, and put size and time back as they were."""
    before = file.stat()
    file.write_text(GOOD.replace("34", "35"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "replaced": (replaced, "changed while it was read"),
    "appended": (appended, "changed while it was read"),
    "cut off": (lambda file: os.truncate(file, 20), "changed while it was read"),
    "emptied": (lambda file: os.truncate(file, 0), "changed while it was read"),
    "overwritten, size and time put back": (overwritten_within_a_tick, "changed while it was read"),
    "removed": (lambda file: file.unlink(), "was removed while it was read"),
    "made a folder": (lambda file: (file.unlink(), file.mkdir()), "changed while it was read"),
}
#: Where the change happens: what is called just before it, and just after.
MOMENTS = {
    "between opening and scan": (audit.project, "examine", True),
    "after the scan": (audit.project, "examine", False),
    "while bad rows are set aside": (audit.verbs.gate, "set_aside", False),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("aged", [True, False])
def test_a_run_whose_data_changed_is_an_error(
    change: str, moment: str, aged: bool, project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project.folder / "people.csv"
    if aged:
        os.utime(file, (time.time() - AGED, time.time() - AGED))
    act, says = CHANGES[change]
    module, name, before = MOMENTS[moment]
    original = getattr(module, name)

    def meanwhile(*arguments: object, **options: object) -> object:
        if before:
            act(file)
        result = original(*arguments, **options)
        if not before:
            act(file)
        return result

    monkeypatch.setattr(module, name, meanwhile)
    refused(assay("gate", "--fail-on", "never"), project, 3, says)


def test_the_other_tables_may_not_change_either(project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("towns.csv", "name\nAshford\nBree\n")
    project.write("assay.yaml", CONFIG + "tables: {towns: towns.csv}\n")
    key = "{name: town, logicalType: string, relationships: [{to: towns.name}]}"
    contract = CONTRACT.replace("{name: town, logicalType: string, enum: [{value: Ashford}, {value: Bree}]}", key)
    project.write("people.odcs.yaml", contract + "  - {name: towns, properties: [{name: name, logicalType: string}]}\n")
    project.write("assay.yaml", CONFIG + "tables: {towns: towns.csv}\ntable: people\n")
    assert assay("gate").code == 0
    original = audit.project.examine

    def meanwhile(*arguments: object, **options: object) -> object:
        appended(project.folder / "towns.csv")
        return original(*arguments, **options)

    monkeypatch.setattr(audit.project, "examine", meanwhile)
    done = assay("gate")
    assert (done.code, len(project.runs())) == (3, 1)
    assert "towns.csv' changed while it was read" in done.err


def test_one_of_many_files_may_not_change(project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in range(3):
        pd.DataFrame({"id": [part], "age": [30], "town": ["Bree"]}).to_parquet(project.folder / f"part-{part}.parquet")
    project.write("assay.yaml", CONFIG.replace("people.csv", "part-*.parquet"))
    original = audit.project.examine

    def meanwhile(*arguments: object, **options: object) -> object:
        result = original(*arguments, **options)
        os.utime(project.folder / "part-1.parquet")
        return result

    monkeypatch.setattr(audit.project, "examine", meanwhile)
    refused(assay("gate"), project, 3, "part-1.parquet' changed")


def test_a_database_may_not_change(project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    file = project.folder / "people.db"
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE TABLE people AS SELECT 1 id, 30 age, 'Bree' town")
    project.write("assay.yaml", CONFIG.replace("people.csv", "duckdb://people.db#people"))
    original = audit.project.examine

    def meanwhile(*arguments: object, **options: object) -> object:
        result = original(*arguments, **options)
        os.utime(file)
        return result

    assert assay("gate").code == 0
    monkeypatch.setattr(audit.project, "examine", meanwhile)
    done = assay("gate")
    assert (done.code, len(project.runs())) == (3, 1)
    assert "people.db' changed while it was read" in done.err


def test_a_contract_that_changes_is_recorded_as_it_was_read(project: Project, assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is what was enforced and fingerprinted: training, which reads the file again, refuses the run."""
    import hashlib
    import json

    original = audit.project.examine

    def meanwhile(*arguments: object, **options: object) -> object:
        project.write("people.odcs.yaml", CONTRACT.replace("maximum: 120", "maximum: 1"))
        return original(*arguments, **options)

    monkeypatch.setattr(audit.project, "examine", meanwhile)
    done = assay("gate", "--json")
    assert done.code == 0
    assert json.loads(done.out)["contract"]["sha256"] == hashlib.sha256(CONTRACT.encode()).hexdigest()


def test_a_file_just_written_is_told_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks of file systems tick: a change within a tick leaves every time as it was."""
    file = tmp_path / "t"
    file.write_text("one")
    monkeypatch.setattr(time, "time_ns", lambda: file.stat().st_ctime_ns + 1)
    fresh = FileState.of(file)
    assert len(fresh.sha256) == 64
    file.write_text("two")
    now = FileState.of(file)
    within_a_tick = FileState(file, now.seen, fresh.sha256)
    with pytest.raises(DataError, match="changed while it was read"):
        refuse_changed([within_a_tick])
    refuse_changed([now])
    monkeypatch.setattr(time, "time_ns", lambda: file.stat().st_ctime_ns + 150_000_000)
    assert FileState.of(file).sha256 == ""  # its times tell
