"""Where the files of a project lie, as the root of their repository sees them: CI servers look for them there."""

import os
from collections.abc import Iterator
from pathlib import Path

from audit.config import Config
from audit.core.limit import FROM_CONFIG


def repository_paths(config: Config) -> dict[str, str]:
    """Return the contract, the config and the data by the names that a run gives them, with their paths from the repository's root.

    Files outside of the repository, and data that are no single file, are left out.
    """
    base = config.base.absolute()
    root = repository_root(base)
    return {name: path.relative_to(root).as_posix() for name, path in _files(config, base) if path.is_relative_to(root)}


def repository_root(folder: Path) -> Path:
    """Return the root of the repository that a folder lies in.

    Without Git's own folder (a CI server may fetch a plain archive) it is the folder that the server says it checked out to, and else the working
    directory.
    """
    folder = Path(os.path.abspath(folder))
    for parent in (folder, *folder.parents):
        if (parent / ".git").exists():
            return parent
    told = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or os.environ.get("BUILD_SOURCESDIRECTORY")
    return Path(told) if told and folder.is_relative_to(told) else Path.cwd()


def _files(config: Config, base: Path) -> Iterator[tuple[str, Path]]:
    if config.file is not None:
        yield FROM_CONFIG, Path(os.path.abspath(config.file))
    for name in (config.contract, config.data.removeprefix("file://")):
        if name and (base / name).is_file():
            yield name, Path(os.path.abspath(base / name))
