"""Everything a run is written as."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audit.core.fingerprint import file_sha256
from audit.core.run import Run
from audit.render import FORMATS
from audit.store import RUN_FILE, Store


def write_outputs(folder: Path, run: Run, formats: Sequence[str]) -> Run:
    """Write ``run.json`` and every other format into a run's folder.

    ``run.json`` records the SHA-256 of the files that were there before it: quarantine, predictions, model.

    Returns
    -------
    Run
        The run as it was written.
    """
    files = sorted(f for f in folder.rglob("*") if f.is_file())
    run = replace(run, artefacts={str(f.relative_to(folder)): file_sha256(f) for f in files})
    Store.write_run(folder, run)
    for name in formats:
        file, render = FORMATS[name]
        if file != RUN_FILE:
            (folder / file).write_text(render(run), encoding="utf-8")
    return run
