"""Models on disk, without pickle: preprocessing and scikit-learn models by skops, networks by safetensors."""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from audit.core.errors import DataError
from audit.core.fingerprint import file_sha256
from training import models
from training.stored import dump_skops, load_skops

#: Types in the preprocessing that skops does not know to be harmless: a number type by name, and our own transformers.
TRUSTED_PREPROCESS = ("numpy.dtype", *(f"training.transformers.{name}" for name in ("DateParts", "Levels", "MissingFlags", "Numbers")))

PREPROCESS = "preprocess.skops"
ABOUT = "model.json"


def save(pipeline: Any, folder: Path, *, family: str, features: Sequence[str]) -> dict[str, str]:
    """Store a fitted candidate in a folder of its own.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Steps ``preprocess`` and ``model``.
    folder : Path
        Made if it is not there.
    family : str
        Name of the file in ``training/models`` that made it.
    features : sequence of str
        Raw columns it was trained on.

    Returns
    -------
    dict of str to str
        SHA-256 of each file by name.

    Raises
    ------
    DataError
        A file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        about = {"family": family, "features": list(features), "packages": {p: version(p) for p in ("scikit-learn", "skops", "numpy")}}
        (folder / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise DataError(f"cannot write to '{folder}': {error.strerror or error}. Check the permissions and the free space") from error
    dump_skops(pipeline["preprocess"], folder / PREPROCESS)
    models.family(family).save(pipeline["model"], folder)
    return {file.name: file_sha256(file) for file in sorted(folder.iterdir())}


def load(folder: Path, sha256: Mapping[str, str] | None = None) -> Any:
    """Restore a stored candidate.

    Parameters
    ----------
    folder : Path
        Where :func:`save` put it.
    sha256 : mapping or None
        Fingerprints as recorded in the Run; compared before anything is read.

    Returns
    -------
    sklearn.pipeline.Pipeline
        It predicts as the one that was stored.

    Raises
    ------
    DataError
        A file is missing, damaged, not the recorded one, or made of types that are not trusted.
    """
    from sklearn.pipeline import Pipeline

    for name, expected in (sha256 or {}).items():
        if not (folder / name).is_file():
            raise DataError(f"there is no file '{folder / name}'. Expected a model folder that 'assay train' wrote")
        if file_sha256(folder / name) != expected:
            raise DataError(f"'{folder / name}' is not the file that was recorded (its SHA-256 differs). Restore it, or train again")
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        name = about["family"]
    except FileNotFoundError as error:
        raise DataError(f"there is no file '{folder / ABOUT}'. Expected a model folder that 'assay train' wrote") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"'{folder / ABOUT}' is damaged: {error}. Train again, or restore the file") from error
    if name not in models.names():
        raise DataError(f"'{folder / ABOUT}' names the family '{name}', which this Assay does not have. Known: {', '.join(models.names())}")
    preprocess = load_skops(folder / PREPROCESS, TRUSTED_PREPROCESS)
    return Pipeline([("preprocess", preprocess), ("model", models.family(name).load(folder))])
