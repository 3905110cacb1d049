"""A Run as JSON and back, without loss."""

import json
import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from audit.core.errors import DataError
from audit.core.run import FAIL_ON, SCHEMA_VERSION, Run


def plain(value: Any) -> Any:
    """Return a value made of nothing but what JSON knows.

    NaN becomes ``None``, infinities the strings ``"inf"`` and ``"-inf"``; dates become ISO 8601 text; numpy scalars become Python's.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf") if math.isinf(value) else float(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain(float(value))
    if hasattr(value, "item"):
        return plain(value.item())
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, bytes):
        return [plain(v) for v in (sorted(value, key=str) if isinstance(value, (set, frozenset)) else value)]
    return str(value)


def dumps(run: Run) -> str:
    """Return a run as JSON text; its state and counts are written out for readers that know no schema."""
    document = {"status": run.status.value, "counts": {s.value: n for s, n in run.counts.items()}, **plain(run)}
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)


def loads(text: str, where: str = "the document") -> Run:
    """Read a run back.

    Raises
    ------
    DataError
        The text is no run, or one of a newer format.
    """
    try:
        document = json.loads(text)
        version = document["schema_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{where} is not an Assay run: {error}. Expected the run.json that 'assay gate' or 'assay audit' wrote.") from error
    if not isinstance(version, int):
        raise DataError(f"{where} is a damaged Assay run: schema_version is {version!r}, expected a whole number")
    if version > SCHEMA_VERSION:
        raise DataError(f"{where} has run format {version}; this Assay reads up to {SCHEMA_VERSION}. Install a newer one.")
    try:
        run: Run = _build(Run, document)
        if run.fail_on not in FAIL_ON or not isinstance(run.verb, str):
            raise ValueError(f"verb {run.verb!r} with fail_on {run.fail_on!r}")
        return run
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise DataError(f"{where} is a damaged Assay run: {error}") from error


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _build(cls: Any, document: Mapping[str, Any]) -> Any:
    hints = _hints(cls)
    known = {f.name for f in fields(cls)}
    return cls(**{name: _revive(hints[name], value) for name, value in document.items() if name in known})


def _revive(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None:
            return None
        inner = [a for a in arguments if a is not type(None)]
        return _number(value) if float in inner and value in ("inf", "-inf") else _revive(inner[0], value) if len(inner) == 1 else value
    if isinstance(hint, type) and is_dataclass(hint):
        return _build(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if origin is tuple:
        return tuple(_revive(arguments[0], v) for v in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {k: _revive(arguments[1], v) for k, v in value.items()}
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence):
        return tuple(_revive(arguments[0], v) for v in value)
    return _number(value) if hint is float else value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value
