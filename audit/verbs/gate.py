"""Data against their contract, before anything is trained on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from audit.config import Config
from audit.core.check import AT_FAULT
from audit.core.run import Run
from audit.core.status import Status
from audit.core.wording import counted, listed
from audit.engines.source import Source
from audit.project import Project, open_project
from audit.run import GATE, Examination, Progress
from audit.store import Store
from audit.verbs.clean import CLEAN_FILE, write_clean
from audit.verbs.data_docs import require_context, with_data_docs
from audit.verbs.faults import beyond_rows, faults_of
from audit.verbs.losses import with_losses
from audit.verbs.outputs import write_outputs
from audit.verbs.quarantine import QUARANTINE_FILE, quarantined, write_table


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
    require_context(config)
    project = open_project(config)
    examination = project.examine(GATE, verb="gate", progress=progress)
    store = Store(config.reports)
    run = examination.run
    with store.writing(config.project, run.id) as folder:
        run = set_aside(project, examination, folder)
        run = with_data_docs(project, examination, run)
        project.refuse_changed()
        run = write_outputs(folder, run, config.report.formats)
    return Written(run, store.folder(config.project, run.id))


def set_aside(project: Project, examination: Examination, folder: Path) -> Run:
    """Write the bad rows into a run's folder, and the rest where the config asks for it; say so in the run, and which groups lost rows.

    Raises
    ------
    DataError
        The files cannot be written.
    """
    run, subject, source = examination.run, examination.subject, project.source
    faults = faults_of(examination.failed)
    if not faults:
        none = subject.table.limit(0).mutate(**{AT_FAULT: ibis.literal([], type="array<string>")})
        return with_losses(project, run, replace(subject, set_aside=none))
    with quarantined(source, faults, project.contract, subject.roles.key) as bad:
        notices = _written(source, bad, folder / QUARANTINE_FILE, subject.roles.key)
        if notices and project.config.gate.clean:
            unmended = _unmended(examination)
            if not unmended:
                write_clean(folder / CLEAN_FILE, source, bad, faults, subject.roles.key)
            notices.append(_said_of_clean(unmended, source.has_positions))
        run = with_losses(project, run, replace(subject, set_aside=bad))
    return replace(run, notices=(*run.notices, *notices))


def _written(source: Source, bad: ir.Table, file: Path, key: Sequence[str]) -> list[str]:
    """Write the quarantine and say how many rows it holds; a rule that asks for *more* failing rows is broken by none."""
    import pyarrow.parquet as pq

    write_table(source.backend, bad, file, "the quarantine")
    count = int(pq.ParquetFile(file).metadata.num_rows)
    if not count:
        file.unlink()
        return []
    place = "row number" if source.has_positions else f"key ({listed(key)})" if key else "values (no key is declared, so nothing else names them)"
    return [f"{counted(count, 'row')} broke a blocking rule and {'is' if count == 1 else 'are'} in {file.name}, with {place}, codes and reasons."]


def _unmended(examination: Examination) -> list[str]:
    """Return the codes of what stands in the way however many rows are set aside: blocking limits about no row, and checks that failed to run."""
    crashed = [r.code for r in examination.run.results if r.status is Status.ERROR]
    return list(dict.fromkeys([*beyond_rows(examination.failed), *crashed]))


def _said_of_clean(unmended: Sequence[str], in_order: bool) -> str:
    if unmended:
        verb = "is" if len(unmended) == 1 else "are"
        return f"{CLEAN_FILE} was not written: {listed(unmended)} {verb} about no single row, so that the other rows would not be clean either."
    order = ", in the order of the source" if in_order else ""
    return f"The other rows are in {CLEAN_FILE}{order}. They were not examined again as a whole; run the gate on that file."
