"""Files that one may not read or write, as a user who is not root."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from audit.store import Store
from tests.faults.conftest import CONFIG, CONTRACT, GOOD, Assay

NOBODY = 65534


@contextmanager
def another_user() -> Iterator[None]:
    """Let this process act as a user whom nothing belongs to, where it may."""
    before = os.geteuid(), os.getegid()
    if before[0] == 0:
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before[0])
        os.setegid(before[1])


@pytest.fixture
def folder(assay: Assay) -> Iterator[Path]:
    """A folder with a project, which others may enter and not write to."""
    assert assay("gate").code == 0  # whatever is imported late is imported now
    with tempfile.TemporaryDirectory() as name:
        made = Path(name)
        for file, text in (("people.csv", GOOD), ("people.odcs.yaml", CONTRACT), ("assay.yaml", CONFIG)):
            (made / file).write_text(text)
        os.chdir(made)
        made.chmod(0o755 if os.geteuid() == 0 else 0o555)
        yield made
        made.chmod(0o755)


#: What is hidden, by name and mode, and what is said.
CASES: dict[str, tuple[str, int, str]] = {
    "the data": ("people.csv", 0o000, "cannot read '"),
    "the contract": ("people.odcs.yaml", 0o000, "cannot read the contract '"),
    "the config": ("assay.yaml", 0o000, "cannot read the config '"),
    "the folder": (".", 0o000, "cannot read the config '"),
    "nothing, but one may not write": ("people.csv", 0o644, "cannot write the run to '"),
}


@pytest.mark.parametrize("case", CASES)
def test_files_that_one_may_not_read_or_write(case: str, folder: Path, assay: Assay) -> None:
    hidden, mode, says = CASES[case]
    (folder / hidden).chmod(mode)
    with another_user():
        done = assay("gate", str(folder / "assay.yaml"))
    assert (done.code, done.out) == (3, ""), done.err
    assert done.err.startswith(f"assay: {says}")
    assert "ermission denied" in done.err
    assert len(done.err.splitlines()) == 1
    folder.chmod(0o755)
    assert not (folder / "reports").exists()


def test_a_folder_that_one_may_only_read(folder: Path, assay: Assay) -> None:
    with tempfile.TemporaryDirectory() as reports:
        Path(reports).chmod(0o777)
        with another_user():
            done = assay("gate", str(folder / "assay.yaml"), "--out", reports)
        assert done.code == 0, done.err
        assert len(Store(Path(reports)).runs()) == 1
