"""Repaired rows put back among the clean ones, and the whole examined again."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from audit.config import Config
from audit.core.check import AT_FAULT, ROW
from audit.core.errors import DataError, UsageError
from audit.core.fingerprint import file_sha256
from audit.core.run import Run
from audit.core.wording import counted
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.engines.sources import Source
from audit.project import Project, open_project
from audit.run import GATE, Examination, Progress
from audit.store import Store, new_run_id
from audit.verbs.clean import remaining
from audit.verbs.faults import faults_of
from audit.verbs.gate import Written
from audit.verbs.losses import with_losses
from audit.verbs.outputs import write_outputs
from audit.verbs.quarantine import QUARANTINE_FILE, quarantined, write_table
from audit.verbs.repaired import read_repaired

RELEASED_FILE = "released.parquet"
REPAIRED_FILE = "repaired.parquet"


def release(config: Config, repaired: Path, run: str, *, progress: Progress | None = None) -> Written:
    """Merge repaired rows with those that were never set aside, examine the whole, and write it if nothing stops it.

    The run that is written is a gate run about the merged table: with ``released.parquet`` if it passes, so that a model may be trained on
    that file; else with a new ``quarantine.parquet``, whose ``assay_row`` still counts in the source. Rows of the quarantine that were not
    handed back are left out. A second attempt starts again from the same gate run, with all the rows that were repaired so far.

    Parameters
    ----------
    config : Config
        The project, with the data and the contract of the gate run.
    repaired : Path
        Rows of that run's quarantine, repaired.
    run : str
        The gate run that set them aside: its folder, its ``run.json`` or its id.
    progress : callable, optional
        Told how far the examination is.

    Raises
    ------
    DataError
        Data or quarantine are not those of the gate run, the repaired rows cannot be read or are none of its quarantine, or the output
        folder cannot be written.
    UsageError
        The run set nothing aside, or another contract is in force by now.
    """
    store = Store(config.reports)
    before = store.load(run)
    file = _quarantine_of(store, before, run)
    project = open_project(config)
    _refuse_others(project, before, file)
    parts = _parts(project.source, file, repaired)
    run_id = new_run_id()
    with store.writing(config.project, run_id) as folder:
        shutil.copyfile(repaired, folder / REPAIRED_FILE)
        released = folder / RELEASED_FILE
        write_table(project.source.backend, parts.merged(project.source.table.columns), released, "the merged rows")
        merged = replace(project, source=_source(project.source, released))
        examination = merged.examine(GATE, verb="gate", progress=progress)
        document = replace(examination.run.subject, sha256=file_sha256(released))
        examination = replace(examination, run=replace(examination.run, id=run_id, subject=document))
        result = _kept(merged, examination, parts, folder, store.folder(config.project, run_id), before)
        project.refuse_changed()
        result = write_outputs(folder, result, config.report.formats)
    return Written(result, store.folder(config.project, run_id))


@dataclass(frozen=True)
class _Parts:
    """What a release is made of; all tables have ``assay_row`` and the columns of the source.

    Parameters
    ----------
    clean : ibis table
        Rows that were never set aside.
    repaired : ibis table
        Rows that were handed back.
    left_out : ibis table
        Rows of the quarantine that were not, with ``assay_columns``.
    """

    clean: ir.Table
    repaired: ir.Table
    left_out: ir.Table

    def merged(self, columns: Sequence[str]) -> ir.Table:
        """Return the merged rows in the order of the source."""
        rows = ibis.union(self.clean, self.repaired).order_by(ROW)
        return rows.select(*(rows[c] for c in columns))

    def places(self) -> ir.Table:
        """Return where each merged row comes from: ``assay_row``, and its ``place`` among the merged ones."""
        numbers = ibis.union(self.clean.select(ROW), self.repaired.select(ROW))
        return numbers.mutate(place=ibis.row_number().over(order_by=numbers[ROW]))


def _quarantine_of(store: Store, before: Run, named: str) -> Path:
    """Return the file of rows that a run set aside."""
    if REPAIRED_FILE in before.artefacts:
        raise UsageError(f"run {before.id} is a release itself. Name the gate run it started from, and hand back all rows repaired so far")
    if QUARANTINE_FILE not in before.artefacts:
        raise UsageError(f"run {before.id} set no rows aside, so there are none to release. Name a run of 'assay gate' with a {QUARANTINE_FILE}")
    path = Path(named)
    folder = (path if path.is_dir() else path.parent) if path.exists() else store.folder(before.project, before.id)
    file = folder / QUARANTINE_FILE
    if not file.is_file():
        raise DataError(f"'{file}' is gone, so nobody can tell which rows were set aside. Run 'assay gate' again")
    return file


def _refuse_others(project: Project, before: Run, file: Path) -> None:
    """Refuse data, contract or quarantine that are not those of the gate run."""
    if not project.source.has_positions:
        raise UsageError("rows of a database server have no lasting position, so repaired ones cannot be put back. Repair them in the database")
    if project.contract.sha256 != before.contract.sha256:
        versions = f"version {before.contract.version or 'not given'} then, {project.contract.version or 'not given'} now"
        raise UsageError(f"the contract is not the one of run {before.id} ({versions}; the files differ). Run 'assay gate' under the contract of now")
    if project.sha256 != before.subject.sha256:
        where = project.subject.location
        raise DataError(f"the data in '{where}' are not those of run {before.id}: they changed since. Run 'assay gate' on them again")
    if file_sha256(file) != before.artefacts[QUARANTINE_FILE]:
        raise DataError(f"'{file}' was changed after the run. Restore it, and repair a copy")


def _parts(source: Source, file: Path, repaired: Path) -> _Parts:
    """Return clean, repaired and left-out rows, all with the same columns and types.

    A database may promise that a column has no nulls, a file cannot: types are compared and merged without that promise.
    """
    columns = source.table.columns
    schema = {c: kind.copy(nullable=True) for c, kind in source.table.schema().items()}

    def plain(table: ir.Table, *more: str) -> ir.Table:
        return table.select(table[ROW].cast("int64").name(ROW), *(table[c] for c in more), *(table[c].cast(schema[c]).name(c) for c in columns))

    try:
        quarantine = source.backend.read_parquet(str(file))
    except BACKEND_ERRORS as error:
        raise DataError(f"cannot read '{file}': {one_line(error)}") from error
    rows = read_repaired(source.backend, repaired, source.table, quarantine)
    return _Parts(plain(remaining(source, quarantine)), plain(rows), plain(quarantine.anti_join(rows, ROW), AT_FAULT))


def _source(source: Source, file: Path) -> Source:
    return Source(source.backend.read_parquet(str(file)), source.backend, source.location, [file])


def _kept(merged: Project, examination: Examination, parts: _Parts, folder: Path, final: Path, before: Run) -> Run:
    """Keep the merged rows if nothing stops them, else only those that are still bad; say which, and which groups lost rows."""
    run, source, columns = examination.run, merged.source, merged.source.table.columns
    back, out = (int(source.backend.to_pyarrow(t.count()).as_py()) for t in (parts.repaired, parts.left_out))
    notices = [
        f"Repaired rows were put back among those that gate run {before.id} had left: {counted(back, 'row')}, kept in {REPAIRED_FILE}. "
        f"{counted(out, 'row')} of that quarantine {'was' if out == 1 else 'were'} not handed back and {'is' if out == 1 else 'are'} left out."
    ]
    lost = parts.left_out.select(AT_FAULT, *(parts.left_out[c] for c in columns))
    faults = faults_of(examination.failed)
    whole = ibis.union(source.table, lost.drop(AT_FAULT))
    if not faults:
        run = with_losses(merged, run, replace(examination.subject, table=whole, set_aside=lost))
    else:
        with quarantined(source, faults, merged.contract, examination.subject.roles.key) as bad:
            places = parts.places()
            still = bad.join(places, bad[ROW] == places.place).select(places[ROW], *(bad[c] for c in bad.columns if c != ROW)).order_by(ROW)
            write_table(source.backend, still, folder / QUARANTINE_FILE, "the quarantine")
            count = int(source.backend.to_pyarrow(still.count()).as_py())
            notices.append(
                f"{counted(count, 'row')} of the merged table still {'breaks' if count == 1 else 'break'} a blocking rule: see {QUARANTINE_FILE}."
            )
            every = ibis.union(lost, still.select(AT_FAULT, *(still[c] for c in columns)))
            run = with_losses(merged, run, replace(examination.subject, table=whole, set_aside=every))
    if run.passes:
        rows = counted(int(run.subject.rows or 0), "row")
        notices.append(f"{RELEASED_FILE} holds all {rows}, examined as a whole. To train on it, name it under 'data' in assay.yaml.")
        location = os.path.relpath(final / RELEASED_FILE, merged.config.base)
    else:
        (folder / RELEASED_FILE).unlink()
        notices.append(f"Not released: the merged table does not pass, so {RELEASED_FILE} was not written.")
        location = f"{merged.subject.location} with rows of {REPAIRED_FILE}"
    return replace(run, subject=replace(run.subject, location=location), notices=(*run.notices, *notices))
