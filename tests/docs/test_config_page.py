"""The page about the config lists every key with its default, and no other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from audit.config import Config, make_config
from audit.render import FORMATS

PAGE = Path(__file__).parents[2] / "docs" / "config.md"


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every key with its default; sections that are always there stand for their keys alone."""
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        key, default = f"{prefix}{name}", field.get_default(call_default_factory=True)
        inner, free = section_of(field.annotation)
        if inner is None or not isinstance(default, BaseModel):
            yield key, "required" if default is PydanticUndefined else default
        if inner is not None:
            yield from keys(inner, f"{key}.CODE." if free else f"{key}.")


def section_of(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the section that a field holds, if any, and whether it is held under free names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for argument in get_args(annotation):
        inner, _ = section_of(argument)
        if inner is not None:
            return inner, getattr(annotation, "__origin__", None) is dict
    return None, False


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `([\w.]+)` \| (.+?) \| .{15,} \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a key is listed twice"
    return {key: default.strip("`") for key, default in rows}


def test_every_key_is_listed_with_its_default_and_no_other():
    expected = {key: default if default == "required" else json.dumps(default) for key, default in keys(Config)}
    assert documented() == expected


def test_the_list_of_keys_goes_into_every_section():
    found = {key for key, _ in keys(Config)}
    assert {"data", "roles.target", "split.seed", "training.mitigate.method", "audit.limits.CODE.high", "report.folder"} <= found


def test_choices_are_all_named():
    text = PAGE.read_text(encoding="utf-8")
    for key, choices in (
        ("audit.fail_on", ("error", "undecided", "warned", "never")),
        ("training.mitigate.constraint", ("equalized_odds",)),
        ("report.formats", FORMATS.keys() - {"json"}),
    ):
        row = next(line for line in text.splitlines() if line.startswith(f"| `{key}`"))
        assert all(f"`{choice}`" in row for choice in choices)


def test_the_example_is_a_config():
    block = re.search(r"((?:^    .*\n)+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert block is not None
    config = make_config(yaml.safe_load(block[1]))
    assert config.audit.limits["F001"].high == pytest.approx(0.1)
