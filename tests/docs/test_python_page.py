"""The examples of the page about Python are true."""

import doctest
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
CONTRACT = """\
kind: DataContract
version: 1.0.0
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: age, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 120}}
"""


def test_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    monkeypatch.chdir(tmp_path)
    outcome = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert outcome.attempted == 25
    assert outcome.failed == 0
    assert [f.name for f in tmp_path.iterdir()] == ["people.odcs.yaml"]


def test_every_argument_is_on_the_page() -> None:
    import inspect

    from audit import gate

    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in inspect.signature(gate).parameters if f"`{name}`" not in page and name != "name"] == []
