"""The other tables that a contract speaks of: where they are, opened on the engine that holds the data."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from audit.config import Config
from audit.core.contract import Contract
from audit.engines.databases import is_database, tables_of
from audit.engines.sources import READERS, Source, open_source
from audit.engines.urls import table_of


def open_other_tables(config: Config, contract: Contract, source: Source) -> dict[str, Source]:
    """Open the tables under ``tables`` in the config and, where it is silent, those that foreign keys lead to and that lie beside the data.

    Parameters
    ----------
    config : Config
        Whose ``tables`` name files or URLs.
    contract : Contract
        Its foreign keys, and what it says of its other tables.
    source : Source
        The data.

    Returns
    -------
    dict of str to Source
        By the name that the contract or the config uses. A table that was looked for and not found is left out: the check that needs it says so.

    Raises
    ------
    DataError
        A file that the config names is missing, or cannot be read.
    UsageError
        A table is on another engine than the data.
    """
    found = {name: open_source(location, config.base, promised=_types(contract, name), beside=source) for name, location in config.tables.items()}
    for other in contract.other_tables.values():
        # a foreign key uses the physical name, people may use either
        for one, alias in ((other.name, other.physical_name), (other.physical_name, other.name)):
            if one in found and alias:
                found.setdefault(alias, found[one])
    for name in dict.fromkeys(key.table for key in contract.relationships):
        if name not in found and name != contract.table and (location := _beside(name, config, source)):
            found[name] = open_source(location, config.base, promised=_types(contract, name), beside=source)
    return found


def _types(contract: Contract, name: str) -> Mapping[str, str]:
    same = (o.types for o in contract.other_tables.values() if name in (o.name, o.physical_name))
    return next(same, {})


def _beside(name: str, config: Config, source: Source) -> str | None:
    """Return where a table of some name lies beside the data, if it does."""
    if "://" in config.data:
        address, table = table_of(config.data)
        schema = f"{table.rpartition('.')[0]}." if "." in table and source.backend.name == "postgres" else ""
        return f"{address}#{schema}{name}" if is_database(config.data) and name in tables_of(source.backend, schema.removesuffix(".")) else None
    folder = Path(config.data).parent
    return next((str(path) for path in _candidates(folder, name, config) if (config.base / path).is_file()), None)


def _candidates(folder: Path, name: str, config: Config) -> Iterator[Path]:
    """Yield the files that a table may be in: of its own name, then with the data's own suffix, then with any."""
    if any(name.endswith(suffix) for suffix in READERS):
        yield folder / name
    own = next((s for s in sorted(READERS, key=len, reverse=True) if config.data.endswith(s)), "")
    for suffix in dict.fromkeys((own, *READERS)):
        if suffix:
            yield folder / f"{name}{suffix}"
