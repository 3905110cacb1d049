"""A config opened: its data, its contract, and the subject they make."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from threading import Thread

import ibis.expr.types as ir

from audit.config import Config
from audit.contract.read import read_contract
from audit.contract.roles import merge_roles
from audit.core.check import ROW
from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.core.fingerprint import FileState, refuse_changed
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.ask_engine import BACKEND_ERRORS, one_line
from audit.engines.sources import Source, fingerprint, open_source
from audit.engines.urls import called, masked
from audit.other_tables import open_other_tables
from audit.repository import repository_paths
from audit.run import Examination, Progress, Settings, examine


@dataclass(frozen=True)
class Project:
    """A config with what it names.

    Parameters
    ----------
    config : Config
        The config.
    contract : Contract
        Its contract, empty where it names none.
    source : Source
        Its data.
    roles : Roles
        Of the contract, with those of the config put over them.
    tables : mapping of str to ibis table
        Other tables that the contract speaks of, by the names it gives them.
    states : sequence of FileState
        What all files looked like before the first byte was read.
    """

    config: Config
    contract: Contract
    source: Source
    roles: Roles
    tables: Mapping[str, ir.Table]
    states: Sequence[FileState]
    _sha256: Future[str]

    @property
    def sha256(self) -> str:
        """Fingerprint of the data; taken in the background while the engine scans.

        Raises
        ------
        DataError
            The data can no longer be read.
        """
        try:
            return self._sha256.result()
        except (OSError, *BACKEND_ERRORS) as error:
            self.refuse_changed()
            raise DataError(f"cannot read '{self.config.data}': {one_line(error)}") from error

    def refuse_changed(self) -> None:
        """Refuse data that changed since they were opened: what was read before is about other rows than what was read after.

        Raises
        ------
        DataError
            A file changed, or is gone.
        """
        refuse_changed(self.states)

    @property
    def subject(self) -> Subject:
        """The data as a subject, not yet fingerprinted."""
        return Subject(called(self.config.data), self.source.table, self.roles, location=masked(self.config.data), tables=self.tables)

    @property
    def settings(self) -> Settings:
        """What the config says about how to examine."""
        audit = self.config.audit
        return Settings(self.config.project, audit.limits, audit.skip, audit.declared_only, audit.policy, audit.fail_on, self.config.seed)

    def examine(self, families: Sequence[str], *, verb: str, subject: Subject | None = None, progress: Progress | None = None) -> Examination:
        """Run the checks of some families on the project's data, or on a subject that was made from them; nothing is written.

        Raises
        ------
        DataError
            The data cannot be read, or changed while they were.
        """
        subject = subject or self.subject
        try:
            examination = examine(
                subject,
                verb=verb,
                families=families,
                contract=self.contract,
                settings=self.settings,
                progress=progress,
            )
        finally:
            # whatever came of it: a change explains it better than what it led to
            self.refuse_changed()
        run = examination.run
        run = replace(run, subject=replace(run.subject, sha256=self.sha256), paths=repository_paths(self.config))
        return replace(examination, run=run)


def open_project(config: Config) -> Project:
    """Open a config's data and contract.

    Raises
    ------
    DataError
        A file is missing or cannot be read.
    UsageError
        The contract or a role is wrong.
    """
    contract = Contract()
    if config.contract:
        contract = read_contract(config.base / config.contract, table=config.table, shown_as=config.contract)
    source = open_source(config.data, config.base, promised={c.name: c.logical_type for c in contract.columns})
    return project_of(config, contract, source, open_other_tables(config, contract, source))


def project_of(config: Config, contract: Contract, source: Source, others: Mapping[str, Source], *, fingerprinted: bool = True) -> Project:
    """Return a project whose data and contract are opened already.

    Parameters
    ----------
    config : Config
        Its settings.
    contract : Contract
        What the data promise.
    source : Source
        The data.
    others : mapping of str to Source
        Other tables that the contract speaks of.
    fingerprinted : bool
        Whether a fingerprint of the data is taken, for which all of them are read.

    Raises
    ------
    DataError
        The data have a column of the name by which rows are numbered.
    UsageError
        A role is wrong.
    """
    _refuse_row_numbers(config.data, source)
    roles = merge_roles(_within(contract, source), config.roles.model_dump())
    if config.audit.champion is not None:
        # the earlier answers lie elsewhere, and so do the columns that are named for them
        roles = replace(roles, champion=None, champion_score=None)
    states = [state for opened in (source, *others.values()) for state in opened.states]
    tables = {name: other.table for name, other in others.items()}
    return Project(config, contract, source, roles, tables, states, _fingerprinted(source) if fingerprinted else _not_taken())


def _fingerprinted(source: Source) -> Future[str]:
    """Fingerprint files in a thread, which keeps nobody waiting who wants to stop; what a connection holds at once, for it serves one at a time."""
    taken: Future[str] = Future()

    def take() -> None:
        try:
            taken.set_result(fingerprint(source))
        except BaseException as error:  # noqa: BLE001 (handed on to whoever asks for the fingerprint, who would wait for ever)
            taken.set_exception(error)

    if source.files:
        Thread(target=take, daemon=True).start()
    else:
        take()
    return taken


def _refuse_row_numbers(data: str, source: Source) -> None:
    for name in source.table.columns:
        if name.casefold() == ROW:
            raise DataError(
                f"'{data}' has a column '{name}', the name by which rows are numbered here; rename it. "
                "Rows of a quarantine that were repaired go back with 'assay gate --release'"
            )


def _not_taken() -> Future[str]:
    none: Future[str] = Future()
    none.set_result("")
    return none


def _within(contract: Contract, source: Source) -> Contract:
    """Leave out columns that the data lack: D001 reports them, and a role on them must not hide that behind a usage error."""
    return replace(contract, columns=tuple(c for c in contract.columns if c.name in source.table.columns))
