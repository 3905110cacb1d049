"""Code of other packages, loaded through entry points: whatever goes wrong with it has a name and a way out."""

from importlib.metadata import EntryPoint
from typing import Any

from audit.core.errors import UsageError


def load(point: EntryPoint, what: str) -> Any:
    """Return what an entry point names.

    Parameters
    ----------
    point : EntryPoint
        Of another package.
    what : str
        What it brings, for the message: ``the checks of 'shop.checks'``.

    Raises
    ------
    UsageError
        It cannot be loaded, for whatever cause.
    """
    way_out = "Install what they need, or remove their package" if what.startswith("the checks") else "Install what it needs, or remove its package"
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"{what} cannot be loaded: {error}. {way_out}") from error
    except (Exception, SystemExit) as error:
        # code of others may raise anything while it is imported, and even ask to leave with exit code 0
        raise UsageError(f"{what} cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())[:300]}. {way_out}") from error
