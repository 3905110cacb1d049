"""Partitions of a table in folders: ``sales/year=2024/month=1/part.parquet``, whose names are columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def partition_options(files: Sequence[Path], promised: Mapping[str, str]) -> dict[str, Any]:
    """Return what DuckDB's readers are told about the folders of some files.

    Parameters
    ----------
    files : sequence of Path
        As they were named, so that a folder above the data is not taken for a partition.
    promised : mapping of str to str
        Logical types by column: a partition that the contract calls text stays text, with its leading zeros.
    """
    keys = [tuple(part.partition("=")[0] for part in file.parts[:-1] if _is_partition(part)) for file in files]
    if not keys[0] or any(k != keys[0] for k in keys):
        return {"hive_partitioning": False}
    texts = {key: "VARCHAR" for key in keys[0] if promised.get(key) == "string"}
    return {"hive_partitioning": True, **({"hive_types": texts} if texts else {})}


def partitioned_files(folder: Path, suffixes: Sequence[str]) -> list[Path]:
    """Return the files in the partitions of a folder, in order; none where it has no partitions."""
    if not any(_is_partition(child.name) for child in folder.iterdir() if child.is_dir()):
        return []
    found = (file for file in folder.rglob("*") if file.is_file() and not file.name.startswith(("_", ".")))
    return sorted(file for file in found if file.name.lower().endswith(tuple(suffixes)))


def _is_partition(name: str) -> bool:
    key, sign, value = name.partition("=")
    return bool(key and sign and value)
