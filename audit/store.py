"""Written runs: a folder each, put in place in one step, so that a killed run leaves nothing that looks finished."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from audit.core.errors import AssayError, DataError, did_you_mean
from audit.core.run import Run
from audit.core.serial import dumps, loads

RUN_FILE = "run.json"
UNFINISHED = ".unfinished-"

#: Folders that this process is writing into.
_unfinished: set[Path] = set()


def new_run_id() -> str:
    """Return an id that sorts by time of start: ``20261121T093015Z-4f9a1c``."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class RunEntry:
    """A run in the store.

    Parameters
    ----------
    path : Path
        Its folder.
    project, id : str
        Names of the two folders.
    problem : str
        Why it cannot be read; empty where it can.
    """

    path: Path
    project: str
    id: str
    problem: str = ""


@dataclass(frozen=True)
class Store:
    """The folder ``reports/``: one folder a project, one folder a run in it.

    Parameters
    ----------
    root : Path
        The folder.
    """

    root: Path

    def projects(self) -> list[str]:
        """Return the projects that have runs, by name."""
        if not self.root.is_dir():
            return []
        return sorted(p.name for p in self.root.iterdir() if p.is_dir() and any(self._folders(p)))

    def runs(self, project: str | None = None) -> list[RunEntry]:
        """Return all finished runs, newest first. A folder without a readable ``run.json`` is listed with its problem."""
        entries = []
        for name in self.projects() if project is None else [project]:
            for folder in self._folders(self.root / name):
                problem = "" if (folder / RUN_FILE).is_file() else f"has no {RUN_FILE}"
                entries.append(RunEntry(folder, name, folder.name, problem))
        return sorted(entries, key=lambda e: e.id, reverse=True)

    def load(self, which: str | Path) -> Run:
        """Read a run by its folder, its ``run.json`` or its id.

        Raises
        ------
        DataError
            There is no such run, or it cannot be read.
        """
        path = Path(which)
        if not path.exists():
            ids = {e.id: e.path for e in self.runs()}
            if str(which) not in ids:
                raise DataError(f"there is no run '{which}' in {self.root}. {did_you_mean(str(which), ids)}")
            path = ids[str(which)]
        file = path / RUN_FILE if path.is_dir() else path
        try:
            return loads(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"cannot read the run '{file}': {error}") from error

    def passing_gate(self, project: str, data_sha256: str, contract_sha256: str) -> Run | None:
        """Return the newest gate run that let exactly these data through under exactly this contract, or ``None``.

        Where clocks leave the order open, a refusal counts: one of the same second, or one that is dated later than now.
        """
        newest: tuple[str, Run] | None = None
        now = _second(new_run_id())
        for entry in self.runs(project):
            second = _second(entry.id)
            if newest is not None and second != newest[0]:
                break
            try:
                run = self.load(entry.path)
            except AssayError:
                continue
            same = run.subject.sha256 == data_sha256 and run.contract.sha256 == contract_sha256
            if not (same and data_sha256 and run.verb == "gate"):
                continue
            if not run.passes:
                return None
            if second <= now:
                newest = newest or (second, run)
        return newest[1] if newest is not None else None

    def folder(self, project: str, run_id: str) -> Path:
        """Return where a run is, or will be."""
        return self.root / project / run_id

    @contextmanager
    def writing(self, project: str, run_id: str) -> Iterator[Path]:
        """Give a folder to write a run into; it appears under its final name only when the block ends without an error.

        Raises
        ------
        DataError
            The folder cannot be written: no permission, disk full.
        """
        final = self.folder(project, run_id)
        unfinished = final.with_name(UNFINISHED + run_id)
        _unfinished.add(unfinished)
        lock = -1
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(final.parent)
            lock = _claimed(unfinished)
            yield unfinished
            for file in unfinished.rglob("*"):
                if file.is_file():
                    with file.open("rb") as stream:
                        os.fsync(stream.fileno())
            unfinished.rename(final)
        except OSError as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise DataError(
                f"cannot write the run to '{final}': {error.strerror or error}. Free some space, or choose another folder with --out"
            ) from error
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        finally:
            _unfinished.discard(unfinished)
            if lock >= 0:
                os.close(lock)

    @staticmethod
    def write_run(folder: Path, run: Run) -> None:
        """Write ``run.json``."""
        (folder / RUN_FILE).write_text(dumps(run) + "\n", encoding="utf-8")

    @staticmethod
    def _folders(project: Path) -> Iterator[Path]:
        if project.is_dir():
            yield from (f for f in project.iterdir() if f.is_dir() and not f.name.startswith("."))


def remove_unfinished() -> None:
    """Remove what this process has not finished writing, because it is about to end."""
    for folder in list(_unfinished):
        shutil.rmtree(folder, ignore_errors=True)


def _second(run_id: str) -> str:
    return run_id.partition("-")[0]


def _claimed(folder: Path) -> int:
    """Make a folder and lock it until it is closed or this process dies; return the open folder, or -1 where folders cannot be locked."""
    while True:
        folder.mkdir()
        lock = _locked(folder, wait=True)
        # another run may have taken the folder for abandoned before it was locked
        if lock < 0 or folder.exists():
            return lock
        os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int:
    """Lock a folder, waiting for whoever has it locked or not; return the open folder, or -1 where it cannot be locked."""
    if sys.platform == "win32":
        return -1
    import fcntl

    lock = -1
    try:
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if lock >= 0:
            os.close(lock)
        return -1
    return lock


def _remove_abandoned(project: Path) -> None:
    """Remove what runs have left that were killed: unfinished folders on which no living process has a lock."""
    for folder in project.glob(f"{UNFINISHED}*"):
        lock = _locked(folder, wait=False)
        if lock >= 0:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
