"""Two versions of a contract compared, on paper and on data."""

from pathlib import Path

from audit.contract.diff.compare import Side, compare
from audit.contract.read import contract_text, parse_tables
from audit.core.contract import Contract
from audit.core.contract_diff import ContractDiff
from audit.core.errors import DataError, UsageError, did_you_mean
from audit.verbs.earlier import text_at

#: What may end in exit code 1.
FAIL_ON = ("breaking", "producers", "consumers", "version", "never")


def fails(diff: ContractDiff, fail_on: str) -> bool:
    """Return whether a comparison ends in exit code 1.

    Parameters
    ----------
    diff : ContractDiff
        What changed.
    fail_on : {"breaking", "producers", "consumers", "version", "never"}
        A change that breaks something for anyone, or for one side; a version that does not say what changed; nothing.
    """
    match fail_on:
        case "breaking":
            return diff.breaks("producers") or diff.breaks("consumers")
        case "producers":
            return diff.breaks("producers")
        case "consumers":
            return diff.breaks("consumers")
        case "version":
            return not diff.version.enough
        case _:
            return False


def diff_contract(old: str, new: str, *, data: str | None = None, table: str | None = None) -> ContractDiff:
    """Compare two files, each a path or ``REVISION:PATH`` in git.

    Parameters
    ----------
    old, new : str
        The two versions.
    data : str, optional
        Path, glob or ibis URL of rows that both versions of the changed clauses are held against.
    table : str, optional
        Which table of the contract the data are, where it describes several.

    Raises
    ------
    DataError
        A file or the data cannot be read.
    UsageError
        One of the two is no contract.
    """
    return _compared(_side(_text(old), old), _side(_text(new), new), data, table)


def diff_against(revision: str, new: str, *, data: str | None = None, table: str | None = None) -> ContractDiff | None:
    """Compare a file with itself at an earlier revision; ``None`` where that has no such file, so that nothing was promised.

    Parameters
    ----------
    revision : str
        A branch, tag or commit of git.
    new : str
        The file.
    data, table : str, optional
        As for :func:`diff_contract`.

    Raises
    ------
    DataError
        The file or the data cannot be read, or git is not at hand.
    UsageError
        One of the two is no contract, or there is no such revision.
    """
    path = Path(new)
    current = _side(contract_text(path), new)
    earlier = text_at(revision, path)
    return None if earlier is None else _compared(_side(earlier, f"{revision}:{new}"), current, data, table)


def _text(name: str) -> str:
    path = Path(name)
    revision, colon, inside = name.partition(":")
    if path.exists() or not colon or len(revision) == 1:  # a single letter is a drive of Windows
        return contract_text(path)
    text = text_at(revision, Path(inside))
    if text is None:
        raise DataError(f"the revision '{revision}' has no file '{inside}'")
    return text


def _side(text: str, name: str) -> Side:
    reading, tables = parse_tables(text, name)
    return Side(name, reading.document, reading.lines, tables)


def _compared(old: Side, new: Side, data: str | None, table: str | None) -> ContractDiff:
    diff = compare(old, new)
    if data is None:
        return diff
    from audit.verbs.changed_clauses import held_against

    return held_against(diff, _the_table(new, table), data)


def _the_table(side: Side, name: str | None) -> Contract:
    names = [t.table for t in side.tables]
    if name is None:
        if len(names) > 1:
            raise UsageError(f"{side.name} describes {len(names)} tables ({', '.join(names)}); say with --table which one the data are")
        return side.tables[0]
    for table in side.tables:
        if name in (table.table, *table.also_called):
            return table
    raise UsageError(f"{side.name} describes no table '{name}'. {did_you_mean(name, names)}")
