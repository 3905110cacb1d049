"""A contract as a page that people read."""

from pathlib import Path
from typing import Any

from audit.contract.lines import load_with_lines
from audit.contract.read import read_contract
from audit.render.contract_page import contract_page
from tests.clauses import EVERYTHING, HEAD, NONE, contract

ROOT = Path(__file__).parents[2]


def page(folder: Path, document: dict[str, Any], table: str | None = None) -> str:
    return contract_page(contract(folder, document, table), document)


def rows(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading."""
    lines = text.split(f"## {heading}\n\n", 1)[1].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_columns_with_what_they_promise(tmp_path: Path) -> None:
    cells = {row[0]: row[1:] for row in rows(page(tmp_path, EVERYTHING, "orders"), "Columns")}
    assert cells["`number` 🔑"] == ["integer", "yes", "", "Runs through the years."]
    assert cells["`code`"][2] == r"unique; matches `^[A-Z]{2}-\d+$`"
    assert cells["`amount`"][2] == "0 to 99.5; multiple of 0.05"
    assert cells["`mail`"][2] == "3 to 80 characters; format `email`"
    assert cells["`share`"][2] == "above 0, below 1"
    assert cells["`tags`"][2] == "1 to 3 items; no item twice"
    assert cells["`colour`"][2] == "one of `red`, `blue`"


def test_rules_with_their_limit_and_their_reason(tmp_path: Path) -> None:
    share = {"metric": "nullValues", "mustBeLessOrEqualTo": 5, "unit": "percent", "name": "known", "businessImpact": "no parcel"}
    column = {"name": "a|b", "quality": [share, {"metric": "invalidValues", "arguments": {"pattern": "x|y"}, **NONE, "severity": "warning"}]}
    found = rows(page(tmp_path, {**HEAD, "schema": [{"name": "t", "properties": [column]}]}), "Rules")
    assert found[0] == ["known", r"`a\|b`", "missing values: at most 5.0 %", "stops", "no parcel"]
    assert found[1][2:4] == [r"values that do not match `x\|y`: none", "warns"]


def test_service_levels_personal_data_roles_and_what_nobody_judges(tmp_path: Path) -> None:
    mail = {
        "name": "mail",
        "classification": "restricted",
        "customProperties": [{"property": "personalData", "value": "e-mail address"}, {"property": "role", "value": "entity"}],
    }
    document = {
        **HEAD,
        "description": {"purpose": "To send parcels.", "limitations": "Only <b>one</b> depot."},
        "team": {"members": [{"username": "ann", "role": "owner"}]},
        "schema": [{"name": "t", "properties": [mail], "description": "One parcel."}],
        "slaProperties": [{"property": "availability", "value": 99.5, "unit": "%"}],
        "customProperties": [{"property": "lawfulBasis", "value": "contract"}],
    }
    text = page(tmp_path, document)
    assert rows(text, "Service levels") == [["availability", "99.5 %"]]
    assert rows(text, "Personal data") == [["`mail`", "restricted", "e-mail address"]]
    assert "For the whole table: lawful basis: contract." in text
    assert rows(text, "Roles") == [["`mail`", "entity"]]
    assert rows(text, "People") == [["ann", "owner"]]
    assert "the service level 'availability' is not judged" in text.split("## What no look at the data can judge")[1]
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert text.index("One parcel.") < text.index("To send parcels.") < text.index("## Columns")


def test_the_samples_have_a_page() -> None:
    for name, column in (("arrests", "| `age` 🔒 | integer | yes | 12 to 99 |"), ("loans", "| `reject` | integer | yes | one of `0`, `1` |")):
        file = ROOT / "data" / name / f"{name}.odcs.yaml"
        text = contract_page(read_contract(file), load_with_lines(file.read_text(encoding="utf-8"), str(file))[0])
        assert column in text
        # every row of a table has as many cells as its head
        for table in text.split("\n\n"):
            if table.startswith("|"):
                assert len({line.replace(r"\|", "").count("|") for line in table.splitlines()}) == 1, table
