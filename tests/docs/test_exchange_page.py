"""The page on exchange shows what there is, and its example runs."""

import re
from pathlib import Path

import pandas as pd
import pandera.errors
import pytest
import typer

from audit.cli import app
from audit.contract.exchange.clauses import KINDS
from audit.contract.exchange.table import clause_table, with_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "exchange.md"
TEXT = PAGE.read_text(encoding="utf-8")
CONTRACT_PAGE = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")


def test_the_table_is_current() -> None:
    assert with_table(TEXT) == TEXT, "run: python -m audit.contract.exchange.table docs/exchange.md"


def test_every_clause_of_the_contract_page_is_in_the_table() -> None:
    """What that page puts into the first cell of a row is, by its words, a kind of clause of this one."""
    table = clause_table()
    sections = CONTRACT_PAGE.split("## Service levels")[0]
    first_cells = re.findall(r"^\| ([^|]+) \|", sections, re.MULTILINE)
    words = {w for cell in first_cells for w in re.findall(r"`([A-Za-z]+)`", cell)}
    assert {"required", "enum", "rowCount", "multipleOf", "relationships"} <= words
    known = set(re.findall(r"\w+", table)) | {w for kind in KINDS for w in kind.split()}
    # other names of a column, the list that rules stand in, and options that are told together
    elsewhere = {"physicalName", "logicalTypeOptions", "quality", "maxProperties", "map", "timezone", "minProperties", "properties"}
    assert words - known <= elsewhere
    assert "`slaProperties`" in table
    assert "`customProperties`" in table


def test_the_example_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(example, str(PAGE), "exec"), names)
    adults = names["adults"]
    assert callable(adults)
    frame = pd.read_parquet("data/arrests/arrests.parquet")
    assert len(adults(frame)) == int((frame["age"] >= 18).sum())
    with pytest.raises(pandera.errors.SchemaErrors):
        adults(frame.assign(age=7))


def test_the_commands_shown_exist() -> None:
    group = typer.main.get_command(app).get_command(None, "contract")
    for verb, option in re.findall(r"^    assay contract (\w+) \S+ (--\w+)", TEXT, re.MULTILINE):
        assert any(option in p.opts for p in group.get_command(None, verb).params)
