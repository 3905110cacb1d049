"""The page about contracts names every metric, operator and custom property that is read."""

import re
from pathlib import Path

import yaml

from audit.checks import discover
from audit.checks.quality.d001_schema_and_types import ADMITS
from audit.contract.keys import METRICS
from audit.contract.read import OPERATORS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")


def test_every_metric_and_operator_is_named():
    assert all(f"| `{metric}`" in TEXT for metric in METRICS)
    assert all(f"`{operator}`" in TEXT for operator in OPERATORS)


def test_every_logical_type_that_is_checked_is_named():
    row = next(line for line in TEXT.splitlines() if line.startswith("| `logicalType`"))
    assert set(ADMITS) - {"vector"} <= set(re.findall(r"\w+", row))


def test_every_custom_property_that_the_code_reads_is_named():
    """A property is read as ``custom["name"]``, ``custom.get("name")`` or through a constant of that kind."""
    read = set()
    for file in [*(ROOT / "audit").rglob("*.py"), *(ROOT / "training").rglob("*.py")]:
        code = file.read_text(encoding="utf-8")
        read |= set(re.findall(r"custom(?:\.get\(|\[)\"(\w+)\"", code)) | set(re.findall(r"\"(\w+)\" in [\w.]*custom\b", code))
        read |= set(re.findall(r"^CLAUSE = \"(\w+)\"", code, flags=re.MULTILINE))
    assert {"role", "retentionDays", "purpose"} <= read
    documented = set(re.findall(r"^\| `(\w+)`.* \| [^|]* \| [^|]* \| .* \|$", TEXT.split("## Custom properties")[1], flags=re.MULTILINE))
    assert read <= documented | {"pii"}


def test_codes_that_are_linked_exist():
    assert set(re.findall(r"\[([A-Z]\d{3})\]", TEXT)) <= {*discover(), "D000"}


def test_examples_in_flow_style_are_yaml():
    for example in re.findall(r"`(\{metric.+?\})` \|", TEXT):
        assert yaml.safe_load(example)["metric"] in METRICS
