"""The page about exhibits lists the kinds and fields there are."""

import re
from dataclasses import fields
from pathlib import Path

from audit.core.exhibit import MAX_ROWS, REQUIRED_COLUMNS, Exhibit, Kind

TEXT = (Path(__file__).parents[2] / "docs" / "exhibits.md").read_text(encoding="utf-8")


def names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`(\w+)`", cell))


def test_every_kind_is_listed_with_the_columns_it_must_have():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", TEXT, flags=re.MULTILINE)
    assert {Kind(kind): names(required) for kind, required, _ in rows} == REQUIRED_COLUMNS


def test_the_columns_that_the_class_knows_are_listed():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| .+ \|$", TEXT, flags=re.MULTILINE)
    documented = {kind: {*names(required), *names(optional)} for kind, required, optional in rows}
    docstring = re.sub(r"\s+", " ", Exhibit.__doc__ or "").replace("``lines`` and ``scatter``", "``lines`` ``x, y, low, high, series``; ``scatter``")
    stated = dict(re.findall(r"``(\w+)``(?: knows)? ``([\w, ]+)``", docstring))
    assert stated, "the docstring of Exhibit no longer lists the columns of each kind"
    for kind, columns in stated.items():
        assert set(columns.split(", ")) <= documented[kind], kind


def test_every_field_is_listed():
    documented = {name for line in re.findall(r"^\| (`[^|]+) \| [^|]+ \|$", TEXT, flags=re.MULTILINE) for name in names(line)}
    assert {f.name for f in fields(Exhibit)} == documented


def test_the_number_of_rows():
    assert f"at most {MAX_ROWS:,}" in TEXT
