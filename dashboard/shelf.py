"""Stored runs as the pages see them: listed, read once for each version of the file, and one of them chosen."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import streamlit as st

from audit.core.errors import AssayError
from audit.core.run import Run
from audit.core.status import Status
from audit.render import wording
from audit.store import RUN_FILE, RunEntry, Store
from dashboard import looks, view

REPORTS_VARIABLE = "ASSAY_REPORTS"


@dataclass(frozen=True)
class Stored:
    """A run in the store, or why it cannot be read.

    Parameters
    ----------
    entry : RunEntry
        Where it is.
    run : Run or None
        What it says.
    problem : str
        Why it cannot be read; empty where it can.
    """

    entry: RunEntry
    run: Run | None
    problem: str = ""


def reports_folder(arguments: Sequence[str]) -> Path:
    """Return the folder named by ``--reports``, by the environment variable ``ASSAY_REPORTS``, or ``reports`` here."""
    for flag, folder in pairwise(arguments):
        if flag == "--reports":
            return Path(folder)
    return Path(os.environ.get(REPORTS_VARIABLE) or "reports")


def entries(root: Path) -> list[RunEntry]:
    """Return all finished runs below a folder, newest first."""
    return Store(root).runs()


def read(root: Path, entry: RunEntry) -> Stored:
    """Read a run; one that was read before and has not changed since comes from memory."""
    if entry.problem:
        return Stored(entry, None, entry.problem)
    try:
        changed = (entry.path / RUN_FILE).stat().st_mtime_ns
    except OSError as error:
        return Stored(entry, None, f"cannot be read: {error.strerror}")
    run, problem = _read(str(root), str(entry.path), changed)
    return Stored(entry, run, problem)


@st.cache_resource(max_entries=500, show_spinner=False)
def _read(root: str, folder: str, changed: int) -> tuple[Run | None, str]:
    try:
        run = Store(Path(root)).load(Path(folder))
        looks.title(run)
        looks.command(run)
        view.families(run)
        view.provenance_rows(run)
        return run, ""
    except AssayError as error:
        return None, str(error)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # one file with the right names and values of the wrong type must not take the list of all others with it
        return None, f"{folder}/{RUN_FILE} is a damaged Assay run: {error}"


def label(stored: Stored) -> str:
    """Return a stored run in one line, for lists to choose from."""
    return looks.title(stored.run) if stored.run else f"{wording.MARKS[Status.ERROR]} Unreadable · {stored.entry.id}"
