"""What a run left in its folder."""

import os
from pathlib import Path

from audit.render import FORMATS
from audit.verbs.quarantine import QUARANTINE_FILE


def written(folder: Path, form: str) -> str:
    """Return the absolute path of a run in one of its forms; empty where it was not written in it."""
    file = folder / FORMATS[form].file_name
    return os.path.abspath(file) if file.is_file() else ""


def quarantined_rows(folder: Path) -> int:
    """Return how many rows a run set aside."""
    import pyarrow.parquet as pq

    file = folder / QUARANTINE_FILE
    return int(pq.ParquetFile(file).metadata.num_rows) if file.is_file() else 0
