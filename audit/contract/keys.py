"""Finds keys that the standard does not know: a misspelt clause silently checks nothing."""

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, get_args, get_origin

from open_data_contract_standard.model import DataQuality, OpenDataContractStandard, SchemaProperty
from pydantic import BaseModel

from audit.contract.lines import Path
from audit.core.errors import did_you_mean

LOGICAL_TYPE_OPTIONS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "format", "minLength", "maxLength", "minItems",
    "maxItems", "uniqueItems", "timezone", "defaultTimezone", "maxProperties", "minProperties", "required",
    "dimensions", "elementType", "distanceMetric", "embeddingModel", "embeddingModelVersion", "normalized",
}  # fmt: skip
METRICS = {"rowCount", "nullValues", "missingValues", "invalidValues", "duplicateValues"}
ARGUMENTS = ("missingValues", "validValues", "pattern", "properties")
FLAGS = ("required", "unique", "primaryKey")
QUALITY_TYPES = {"library", "text", "sql", "custom"}
LOGICAL_TYPES = {"string", "date", "timestamp", "time", "number", "integer", "object", "array", "boolean", "map", "vector"}


def unknown_keys(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the path of every key and value that ODCS 3.2 does not know, with what is wrong."""
    yield from _model(document, OpenDataContractStandard, ())


def _model(node: Any, model: type[BaseModel], path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(node, Mapping):
        return
    known = {f.alias or name: f for name, f in model.model_fields.items()}
    for key, value in node.items():
        here = (*path, key)
        if key not in known:
            yield here, f"ODCS knows no key '{key}' here. {did_you_mean(str(key), known)}"
            continue
        yield from _vocabulary(key, value, here, model)
        inner = _inner_model(known[key].annotation)
        if inner is None:
            continue
        for index, item in enumerate(value) if isinstance(value, list) else [(None, value)]:
            yield from _model(item, inner, here if index is None else (*here, index))


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is not None or isinstance(annotation, UnionType):
        for argument in get_args(annotation):
            found = _inner_model(argument)
            if found is not None:
                return found
    return None


def _vocabulary(key: str, value: Any, path: Path, model: type[BaseModel]) -> Iterator[tuple[Path, str]]:
    if key == "logicalTypeOptions" and isinstance(value, Mapping):
        for option in value:
            if option not in LOGICAL_TYPE_OPTIONS:
                yield (*path, option), f"no logicalTypeOptions '{option}'. {did_you_mean(str(option), LOGICAL_TYPE_OPTIONS)}"
    if key == "arguments" and model is DataQuality and isinstance(value, Mapping):
        for argument, content in value.items():
            if argument not in ARGUMENTS:
                yield (*path, argument), f"no argument '{argument}'. {did_you_mean(str(argument), ARGUMENTS)}"
            elif argument != "pattern" and not isinstance(content, list):
                yield (*path, argument), f"'{argument}' is a list; got {content!r}"
    if key in FLAGS and model is SchemaProperty and not isinstance(value, bool | None):
        yield path, f"'{key}' is true or false; got {value!r}"
    for name, words in (("logicalType", LOGICAL_TYPES), ("metric", METRICS), ("rule", METRICS)):
        if key == name and isinstance(value, str) and value not in words:
            yield path, f"no {name} '{value}'. {did_you_mean(value, words)}"
    if key == "type" and path[-3:-2] == ("quality",) and str(value) not in QUALITY_TYPES:
        yield path, f"no quality type '{value}'. {did_you_mean(str(value), QUALITY_TYPES)}"
    if key == "properties" and model is SchemaProperty and value:
        yield path, "nested properties are not checked yet; give each its own column"
