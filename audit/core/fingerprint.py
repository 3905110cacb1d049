"""What a file is known by, and how it is told that it changed."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from audit.core.errors import DataError

#: Two changes within one tick of a file system's clock look alike; the coarsest in use, FAT, ticks every 2 seconds.
TICK = 2_000_000_000


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class FileState:
    """What a file looked like at a moment: enough to tell later whether it is the same.

    Parameters
    ----------
    path : Path
        The file.
    seen : tuple of int
        Device, inode, size, and times of the last change to content and to the entry itself, in nanoseconds.
    sha256 : str
        Of its content, where the times alone would not tell: the file had changed just before. Empty elsewhere.
    """

    path: Path
    seen: tuple[int, ...]
    sha256: str = field(default="", compare=False)

    @classmethod
    def of(cls, path: Path) -> "FileState":
        """Return what a file looks like now.

        Raises
        ------
        OSError
            It cannot be looked at.
        """
        now = time.time_ns()
        seen = _seen(path)
        return cls(path, seen, file_sha256(path) if max(seen[-2:]) > now - TICK else "")

    @property
    def size(self) -> int:
        """How many bytes it had."""
        return self.seen[2]

    @property
    def changed(self) -> bool:
        """Whether the file is another by now, or is gone."""
        try:
            return _seen(self.path) != self.seen or (self.sha256 != "" and file_sha256(self.path) != self.sha256)
        except OSError:
            return True


def _seen(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def refuse_changed(states: Iterable[FileState]) -> None:
    """Refuse to go on with files that are no longer what they were.

    Raises
    ------
    DataError
        One of them changed, or is gone.
    """
    for state in states:
        if state.changed:
            what = "changed" if state.path.exists() else "was removed"
            raise DataError(f"'{state.path}' {what} while it was read, so no result holds for it. Run again when nothing writes to it")
