"""A file as an earlier revision in git has it."""

import subprocess
from pathlib import Path

from audit.core.errors import DataError, UsageError


def text_at(revision: str, path: Path) -> str | None:
    """Return the text of a file at a revision; ``None`` where the revision has no such file.

    Parameters
    ----------
    revision : str
        A branch, tag or commit.
    path : Path
        The file, relative to the working directory.

    Raises
    ------
    DataError
        There is no git, or the file is in no repository, or is not UTF-8 there.
    UsageError
        There is no such revision.
    """
    folder = path.parent if path.parent.is_dir() else Path()
    if _git(folder, "rev-parse", "--is-inside-work-tree").returncode:
        raise DataError(f"'{folder.absolute()}' is in no git repository; name two files to compare instead")
    if revision.startswith("-") or _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").returncode:
        raise UsageError(
            f"git knows no revision '{revision}'. In CI, fetch it first, such as with: git fetch origin {revision.removeprefix('origin/')}"
        )
    # a path that begins with ./ is relative to the folder, not to the top of the repository
    spec = f"{revision}:./{path.name}" if folder is path.parent or path.parent.is_dir() else f"{revision}:./{path.as_posix()}"
    shown = _git(folder, "show", spec)
    if shown.returncode:
        return None
    try:
        return shown.stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"'{spec}' is not UTF-8 (byte {error.start})") from error


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise DataError("there is no git on this machine; name two files to compare instead") from error
