"""Files of skops: objects of scikit-learn without pickle, read back only when made of types on a list."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit.core.errors import DataError


def dump_skops(what: Any, path: Path) -> None:
    """Write an object.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    import skops.io

    try:
        skops.io.dump(what, path)
    except OSError as error:
        raise DataError(f"cannot write '{path}': {error.strerror or error}. Check the permissions and the free space") from error


def load_skops(path: Path, trusted: Sequence[str]) -> Any:
    """Read an object back.

    Parameters
    ----------
    path : Path
        The file.
    trusted : sequence of str
        Full names of types that it may be made of, beyond those skops knows to be harmless.

    Raises
    ------
    DataError
        The file is missing or damaged, or made of other types.
    """
    import skops.io

    try:
        strange = sorted(set(skops.io.get_untrusted_types(file=path)) - set(trusted))
        if strange:
            raise DataError(
                f"'{path.name}' is made of types that are not trusted: {', '.join(strange)}. "
                "Expected a model that 'assay train' stored; nothing was loaded"
            )
        return skops.io.load(path, trusted=list(trusted))
    except FileNotFoundError as error:
        raise DataError(f"there is no file '{path}'. Expected a model folder that 'assay train' wrote") from error
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DataError(f"'{path}' is damaged: {error}. Train again, or restore the file") from error
