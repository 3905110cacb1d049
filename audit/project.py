"""A config opened: its data, its contract, and the subject they make."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir

from audit.config import Config
from audit.contract.read import read_contract
from audit.contract.roles import merge_roles
from audit.core.contract import Contract
from audit.core.roles import Roles
from audit.core.subject import Subject
from audit.engines.databases import is_database
from audit.engines.sources import Source, fingerprint, open_source
from audit.engines.urls import masked, table_of
from audit.other_tables import open_other_tables
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
    """

    config: Config
    contract: Contract
    source: Source
    roles: Roles
    tables: Mapping[str, ir.Table]
    _sha256: Future[str]

    @property
    def sha256(self) -> str:
        """Fingerprint of the data; taken in the background while the engine scans."""
        return self._sha256.result()

    @property
    def subject(self) -> Subject:
        """The data as a subject, not yet fingerprinted."""
        table = table_of(self.config.data)[1] if is_database(self.config.data) else ""
        name = table if table and "/" not in table else Path(table or self.config.data).stem
        return Subject(name, self.source.table, self.roles, location=masked(self.config.data), tables=self.tables)

    @property
    def settings(self) -> Settings:
        """What the config says about how to examine."""
        audit = self.config.audit
        return Settings(self.config.project, audit.limits, audit.skip, audit.declared_only, audit.policy, audit.fail_on, self.config.seed)

    def examine(self, families: Sequence[str], *, verb: str, subject: Subject | None = None, progress: Progress | None = None) -> Examination:
        """Run the checks of some families on the project's data, or on a subject that was made from them; nothing is written."""
        subject = subject or self.subject
        examination = examine(
            subject,
            verb=verb,
            families=families,
            contract=self.contract,
            settings=self.settings,
            progress=progress,
        )
        run = examination.run
        return replace(examination, run=replace(run, subject=replace(run.subject, sha256=self.sha256)))


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
    tables = open_other_tables(config, contract, source)
    roles = merge_roles(_within(contract, source), config.roles.model_dump())
    pool = ThreadPoolExecutor(1)
    sha256 = pool.submit(fingerprint, source)
    pool.shutdown(wait=False)
    return Project(config, contract, source, roles, tables, sha256)


def _within(contract: Contract, source: Source) -> Contract:
    """Leave out columns that the data lack: D001 reports them, and a role on them must not hide that behind a usage error."""
    return replace(contract, columns=tuple(c for c in contract.columns if c.name in source.table.columns))
