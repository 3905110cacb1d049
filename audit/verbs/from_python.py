"""The gate as a function: a frame, a table or a file against its contract, in a notebook, a pipeline or a test."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from audit.config import Config, make_config, project_name, read_config
from audit.contract.read import read_contract
from audit.core.check import AT_FAULT
from audit.core.contract import Contract
from audit.core.run import Run
from audit.core.wording import counted
from audit.engines.opened import opened, table_name
from audit.engines.sources import open_source
from audit.other_tables import open_other_tables
from audit.project import Project, project_of
from audit.run import GATE, Examination
from audit.store import Store
from audit.verbs.data_docs import require_context, with_data_docs
from audit.verbs.faults import faults_of
from audit.verbs.gate import set_aside
from audit.verbs.gate_result import GateResult
from audit.verbs.losses import with_losses
from audit.verbs.outputs import write_outputs
from audit.verbs.quarantine import QUARANTINE_FILE, quarantined

CONFIGS = (".yaml", ".yml")


def gate(
    data: Any,
    *,
    contract: str | PathLike[str] | Contract | None = None,
    table: str | None = None,
    tables: Mapping[str, Any] | None = None,
    roles: Mapping[str, Any] | None = None,
    declared: bool | None = None,
    fail_on: str | None = None,
    limits: Mapping[str, Any] | None = None,
    skip: Sequence[str] | None = None,
    policy: str | None = None,
    name: str | None = None,
    out: str | PathLike[str] | None = None,
) -> GateResult:
    """Hold data to their contract. Nothing is written unless ``out`` names a folder.

    Parameters
    ----------
    data : frame, ibis table, str or path
        A pandas or polars frame, an Arrow table (or whatever speaks Arrow's C stream), an ibis table, a path, a pattern or an ibis URL, or an
        ``assay.yaml``, whose settings then serve where an argument is silent.
    contract : str, path or Contract, optional
        An ``*.odcs.yaml`` file, or one that :func:`audit.read_contract` read.
    table : str, optional
        Which table of the contract, where it describes several.
    tables : mapping, optional
        Other tables that the contract's foreign keys lead to, by name: whatever ``data`` may be.
    roles : mapping, optional
        What the columns mean, as under ``roles`` in an ``assay.yaml``.
    declared : bool, optional
        Whether only what the contract declares is checked.
    fail_on : {"failed", "error", "undecided", "warned", "never"}, optional
        The least bad state that fails the gate.
    limits, skip, policy : optional
        As under ``audit`` in an ``assay.yaml``.
    name : str, optional
        What the data are called; the file's name, or ``frame``, where silent.
    out : str or path, optional
        A folder to store the run in, as ``assay gate --out`` does.

    Returns
    -------
    GateResult
        The run, with its verdict, the rows set aside, and a way to stop: ``gate(frame, contract="people.odcs.yaml").raise_if_failed()``.

    Raises
    ------
    DataError
        The data or the contract cannot be read, changed while they were, or the folder cannot be written.
    UsageError
        The contract or an argument is wrong.
    """
    audit = {"declared_only": declared, "fail_on": fail_on, "limits": limits, "skip": skip, "policy": policy}
    report = {"folder": None if out is None else str(Path(out).absolute())}
    config = _config(data, name, {"table": table, "roles": roles, "audit": audit, "report": report})
    parsed = contract if isinstance(contract, Contract) else _contract(config, contract)
    project = _project(data, config, parsed, tables or {})
    if out is not None:
        require_context(config)
    examination = project.examine(GATE, verb="gate")
    if out is None:
        run, bad = _kept_in_memory(project, examination)
        project.refuse_changed()
        return GateResult(run, bad)
    store, run = Store(config.reports), examination.run
    with store.writing(config.project, run.id) as folder:
        run = set_aside(project, examination, folder)
        run = with_data_docs(project, examination, run)
        project.refuse_changed()
        run = write_outputs(folder, run, config.report.formats)
    return GateResult(run, _read(store.folder(config.project, run.id) / QUARANTINE_FILE), store.folder(config.project, run.id))


def _config(data: Any, name: str | None, changes: Mapping[str, Any]) -> Config:
    """Return the settings: those of an ``assay.yaml``, where data are one, with arguments put over them."""
    named = isinstance(data, (str, PathLike))
    location = str(data) if named else name or _name_of(data)
    base = Path()
    settings: dict[str, Any] = {"data": location, "project": name or project_name(location)}
    if named and location.endswith(CONFIGS):
        config = read_config(Path(location))
        base, settings = config.base, config.model_dump() | ({"project": name} if name else {})
    for key, value in changes.items():
        if isinstance(value, Mapping):
            settings[key] = {**settings.get(key, {}), **{k: v for k, v in value.items() if v is not None}}
        elif value is not None:
            settings[key] = value
    return make_config(settings, base, name="gate()")


def _contract(config: Config, given: str | PathLike[str] | None) -> Contract:
    """Read the contract that was given, else the config's; there may be none."""
    if given is not None:
        return read_contract(Path(given), table=config.table, shown_as=str(given))
    if config.contract is not None:
        return read_contract(config.base / config.contract, table=config.table, shown_as=config.contract)
    return Contract()


def _name_of(data: Any) -> str:
    return table_name(data) if isinstance(data, ir.Table) else "frame"


def _project(data: Any, config: Config, contract: Contract, tables: Mapping[str, Any]) -> Project:
    promised = {c.name: c.logical_type for c in contract.columns}
    if isinstance(data, (str, PathLike)):
        source = open_source(config.data, config.base, promised=promised)
        others = open_other_tables(config, contract, source)
    else:
        source, others = opened(data, doing="gate"), {}
    for called, table in tables.items():
        if isinstance(table, (str, PathLike)):
            others[called] = open_source(str(table), config.base, beside=source)
        else:
            others[called] = opened(table, source.backend, doing="gate")
    # the rows of somebody else's table may be anywhere, and many: they are not fetched for a fingerprint
    return project_of(config, contract, source, others, fingerprinted=not isinstance(data, ir.Table))


def _kept_in_memory(project: Project, examination: Examination) -> tuple[Run, Any]:
    """Return the run, which knows which groups lost rows, and the rows that were set aside as an Arrow table.

    They are taken now: a frame may be changed in place as soon as this returns.
    """
    run, subject, source = examination.run, examination.subject, project.source
    faults = faults_of(examination.failed)
    if not faults:
        none = subject.table.limit(0).mutate(**{AT_FAULT: ibis.literal([], type="array<string>")})
        return with_losses(project, run, replace(subject, set_aside=none)), None
    with quarantined(source, faults, project.contract, subject.roles.key) as bad:
        rows = _fetched(source.backend, bad)
        run = with_losses(project, run, replace(subject, set_aside=bad))
    if not len(rows):
        return run, None
    verb = "is" if len(rows) == 1 else "are"
    notice = f"{counted(len(rows), 'row')} broke a blocking rule and {verb} in .quarantine(), with row number, codes and reasons."
    return replace(run, notices=(*run.notices, notice)), rows


def _fetched(backend: Any, table: ir.Table) -> Any:
    # straight from DuckDB: ibis cannot cast a list that is always empty, such as the key of rows that have none
    return backend.con.sql(str(backend.compile(table))).to_arrow_table() if backend.name == "duckdb" else backend.to_pyarrow(table)


def _read(file: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(file) if file.exists() else None
