"""Data against their contract, before anything is trained on them."""

from dataclasses import dataclass, replace
from pathlib import Path

from audit.config import Config
from audit.core.run import Run
from audit.core.wording import counted
from audit.project import Project, open_project
from audit.run import GATE, Examination, Progress
from audit.store import Store
from audit.verbs.outputs import write_outputs
from audit.verbs.quarantine import QUARANTINE_FILE, write_quarantine


@dataclass(frozen=True)
class Written:
    """A run and the folder it was written to."""

    run: Run
    folder: Path


def gate(config: Config, *, progress: Progress | None = None) -> Written:
    """Examine a project's data, set bad rows aside, and write the run.

    Raises
    ------
    DataError
        The data, the contract or the output folder cannot be read or written.
    UsageError
        The config or the contract is wrong.
    """
    project = open_project(config)
    examination = project.examine(GATE, verb="gate", progress=progress)
    store = Store(config.reports)
    run = examination.run
    with store.writing(config.project, run.id) as folder:
        run = set_aside(project, examination, folder)
        run = write_outputs(folder, run, config.report.formats)
    return Written(run, store.folder(config.project, run.id))


def set_aside(project: Project, examination: Examination, folder: Path) -> Run:
    """Write the quarantine into a run's folder and say so in the run."""
    run = examination.run
    count = write_quarantine(folder / QUARANTINE_FILE, project.source, examination.failed, project.contract)
    if not count:
        return run
    rows = f"{counted(count, 'row')} broke a blocking rule and {'is' if count == 1 else 'are'}"
    note = f"{rows} in {QUARANTINE_FILE}, with row number, codes and reasons."
    return replace(run, notices=(*run.notices, note))
