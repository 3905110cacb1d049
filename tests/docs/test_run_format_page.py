"""The page about written runs lists every field that run.json has."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import SCHEMA_VERSION, Document, Run
from audit.core.serial import dumps
from audit.core.status import Status
from audit.render import FORMATS

TEXT = (Path(__file__).parents[2] / "reports" / "README.md").read_text(encoding="utf-8")
NOUNS = {"Run": Run, "Document": Document, "Result": Result, "Measurement": Measurement, "Limit": Limit}


def documented(heading: str) -> list[str]:
    section = re.search(rf"^### {heading}\n(.*?)(?=^### |\Z)", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(r"^\| `(\w+)` \|", section[1], flags=re.MULTILINE)


@pytest.mark.parametrize("heading", NOUNS)
def test_every_field_is_listed_in_order(heading):
    own = documented(heading)
    if heading == "Run":
        assert own[:2] == ["status", "counts"]
        own = own[2:]
    assert own == [f.name for f in fields(NOUNS[heading])]


def test_the_document_has_exactly_these_fields_at_the_top():
    result = Result("D003", "Value range", "quality", Status.PASSED, "")
    run = Run("1", "p", "gate", "2026-01-01T00:00:00+00:00", 0.0, Document(), results=(result,))
    assert list(json.loads(dumps(run))) == documented("Run")


def test_version_and_files():
    assert f"| `schema_version` | integer | {SCHEMA_VERSION} |" in TEXT
    assert all(f"| `{form.file_name}` |" in TEXT for form in FORMATS.values())
