"""Tables that are whole and yet wrong: the gate ends as it should, with a contract and without one, and says what is wrong."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

ROWS = 60
#: Roles for the plain columns that every table here has beside the one in question.
ROLES = {"key": ["id"], "target": "y", "sensitive": ["g"], "time": "w", "quasi_identifiers": ["g", "y"]}
PLAIN = {
    "id": "i",
    "y": "i % 2",
    "g": "CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END",
    "w": "DATE '2026-01-01' + i::INTEGER",
}


@dataclass(frozen=True)
class Case:
    """A table by the SQL of its columns, which may speak of the row's number ``i``, and how the gate ends on it.

    Parameters
    ----------
    columns : mapping of str to str
        Beside or instead of the plain ones.
    code : int
        The exit code without a contract.
    promises : mapping of str to mapping
        What the contract says of each column.
    promised : int
        The exit code with it.
    said : mapping of str to str
        What results say with it, by key.
    rows : int
        How many.
    """

    columns: dict[str, str]
    code: int = 0
    promises: dict[str, dict[str, Any]] = field(default_factory=dict)
    promised: int = 0
    said: dict[str, str] = field(default_factory=dict)
    rows: int = ROWS


NUMBER = {"logicalType": "number", "required": True}
CASES = {
    "a key that is never there": Case(
        {"id": "NULL::BIGINT"},
        promises={"id": {"logicalType": "integer", "primaryKey": True}},
        promised=1,
        said={
            "D001": "all there, in the promised types",
            "D002:id": "60 of 60 values of id are missing (100 %).",
            "D006:id": "None of 60 rows has a complete id",
        },
    ),
    "a key that is there twice": Case(
        {"id": "i // 2"},
        promises={"id": {"logicalType": "integer", "primaryKey": True}},
        promised=1,
        said={"D006:id": "60 of 60 rows share their id with another row: 30 keys"},
    ),
    "nothing but one value": Case(
        {"x": "7", "s": "'same'"},
        promises={"x": NUMBER, "s": {"enum": [{"value": "same"}]}},
        said={"D004:s": "0 of 60 values of s are none of same.", "D019": "x is constant"},
    ),
    "one class": Case({"y": "1"}, promises={"y": {"logicalType": "integer"}}, promised=1, said={"B004": "Only one class, 1, in all 60 rows"}),
    "one group": Case({"g": "'a'"}, promises={"g": {"logicalType": "string"}}, said={"B006": ""}),
    "no value at all": Case(
        {"x": "NULL::DOUBLE", "s": "NULL::VARCHAR"},
        promises={"x": NUMBER, "s": {"logicalType": "string"}},
        promised=1,
        said={"D001": "all there, in the promised types", "D002:x": "60 of 60 values of x are missing (100 %)."},
    ),
    "no row": Case({}, code=1, promises={"y": NUMBER}, promised=1, said={"D008": "0 rows"}, rows=0),
    "one row": Case({}, promises={"y": NUMBER}, promised=1, said={"D002:y": "0 of 1 values of y are missing", "B004": "Only one class"}, rows=1),
    "a number that is no number, and one without end": Case(
        {"x": "CASE i % 4 WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN 'Infinity'::DOUBLE ELSE i END"},
        promises={"x": {**NUMBER, "logicalTypeOptions": {"minimum": 0, "maximum": 100}}},
        promised=1,
        said={"D002:x": "15 of 60 values of x are missing", "D003:x": "15 of 60 values of x are outside 0 to 100; the data go from 2"},
    ),
    "text where numbers were promised": Case(
        {"x": "'n' || i"}, promises={"x": NUMBER}, promised=1, said={"D001": "x is string where number is promised"}
    ),
    "words that stand for nothing": Case(
        {"x": "CASE WHEN i % 4 = 0 THEN 'N/A' ELSE 'Bree' END"}, promises={"x": {"logicalType": "string"}}, said={"D010": "'N/A' in x (15 rows)"}
    ),
    "text of every kind": Case(
        {"x": "['', ' ', chr(0), chr(10), chr(8238), '<script>', '''', '\"', 'é', 'e' || chr(769), '%s', '{}'][1 + i % 12]"},
        promises={"x": {"logicalType": "string", "logicalTypeOptions": {"maxLength": 1}}},
        promised=1,
        said={"D012:x": "20 of 60 values of x are not at most 1 character long."},
    ),
}
#: What is not the same in every kind of file: a CSV has no null but the empty text.
NOT_AS_CSV = {"text of every kind", "no row"}


def written(folder: Path, case: Case, name: str) -> str:
    columns = ", ".join(f'{value} AS "{column}"' for column, value in {**PLAIN, **case.columns}.items())
    duckdb.connect().execute(f"COPY (SELECT {columns} FROM range({case.rows}) r(i)) TO '{folder / name}'")
    return name


@pytest.mark.parametrize("kind", ["parquet", "csv", "json"])
@pytest.mark.parametrize("name", CASES)
def test_a_table_with_a_contract(gate, tmp_path: Path, name: str, kind: str) -> None:
    case = CASES[name]
    if (kind == "json" and (not case.rows or "Infinity" in str(case.columns))) or (kind == "csv" and name in NOT_AS_CSV):
        kind = "parquet"  # JSON has no infinity, and no schema without a row
    promises = {column: case.promises.get(column, {}) for column in {**PLAIN, **case.columns}}
    done = gate(written(tmp_path, case, f"t.{kind}"), [{"name": c, **p} for c, p in promises.items()], roles=ROLES)
    assert done.code == case.promised, [(r.key, r.message) for r in done.run.results if r.status.rank < 3]
    for key, words in case.said.items():
        assert any(words in r.message for r in done.run.results if key in (r.key, r.code)), [
            r.message for r in done.run.results if key in (r.key, r.code)
        ]


@pytest.mark.parametrize("name", CASES)
def test_a_table_alone(gate, tmp_path: Path, name: str) -> None:
    done = gate(written(tmp_path, CASES[name], "t.parquet"))
    assert done.code == CASES[name].code
    assert done.set_aside == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_no_row_and_a_contract_for_a_file_without_types(gate, tmp_path: Path, kind: str) -> None:
    written(tmp_path, Case({}, rows=0), f"t.{kind}")
    done = gate(f"t.{kind}", [{"name": "id", "logicalType": "integer"}, {"name": "w", "logicalType": "date"}])
    assert done.code == 1
    assert [r.code for r in done.run.results if r.status.value == "failed"] == ["D008"]


#: Names that tools give to something of their own, or that a query cannot hold without quotes.
NAMES = [
    "self",
    "cls",
    "n",
    "value",
    "count",
    "group",
    "fault",
    "label",
    "assay_n",
    "assay_tag",
    "table",
    "index",
    "file_row_number",
    "rowid",
    "select",
]
STRANGE = ['"quoted"', "a b", "größe", "年齢", "it's", "a,b", "new\nline", "{x}", "%s", "~", "x" * 5_000, " ", "😀"]


@pytest.mark.parametrize("names", [NAMES[:8], NAMES[7:], STRANGE[:7], STRANGE[6:]], ids=["own", "more of our own", "strange", "stranger"])
def test_columns_of_any_name(gate, tmp_path: Path, names: list[str]) -> None:
    key, group, label, when, *others = names
    values = {
        key: "i // 2",
        group: PLAIN["g"],
        label: "i % 2",
        when: PLAIN["w"],
        **{name: f"CASE WHEN i < {j} THEN NULL ELSE i END" for j, name in enumerate(others)},
    }
    columns = ", ".join(f'{value} AS "{name.replace(chr(34), chr(34) * 2)}"' for name, value in values.items())
    duckdb.connect().execute(f"COPY (SELECT {columns} FROM range({ROWS}) r(i)) TO '{tmp_path / 't.parquet'}'")
    roles = {"key": [key], "sensitive": [group], "target": label, "time": when, "quasi_identifiers": [group, label], "entity": key}
    unique = {"name": key, "logicalType": "integer", "unique": True}
    done = gate("t.parquet", [unique, *({"name": n, "required": True} for n in names[1:])], roles=roles, gate={"clean": True})
    assert done.code == 1
    assert not [r.message for r in done.run.results if r.status.value == "error"]
    assert done.set_aside == list(range(ROWS))
    for j, name in enumerate(others):
        assert done.number(f"D002:{name}", "failing_rows") == j


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Assay_Row", "has a column 'Assay_Row', the name by which rows are numbered here; rename it"),
        ("assay_codes", "the data have a column 'assay_codes', a name that the quarantine gives; rename it"),
    ],
)
def test_a_name_that_the_gate_gives(gate, tmp_path: Path, name: str, words: str) -> None:
    duckdb.connect().execute(f"COPY (SELECT 1 AS {name}, 2 AS x) TO '{tmp_path / 't.parquet'}'")
    done = gate("t.parquet", [{"name": "x", "logicalType": "integer", "logicalTypeOptions": {"maximum": 1}}])
    assert (done.code, done.run) == (3, None)
    assert words in done.stderr


def test_a_cell_of_a_megabyte(gate, tmp_path: Path) -> None:
    query = f"SELECT i AS id, CASE WHEN i = 7 THEN repeat('x y', 350_000) ELSE 'text ' || i END AS s, i % 2 AS y FROM range({ROWS}) r(i)"
    duckdb.connect().execute(f"COPY ({query}) TO '{tmp_path / 't.csv'}'")
    promise = {"name": "s", "logicalType": "string", "logicalTypeOptions": {"maxLength": 10, "pattern": "^text"}}
    done = gate("t.csv", [{"name": "id"}, promise, {"name": "y"}], roles={"key": ["id"], "target": "y"})
    assert done.code == 1
    assert (done.number("D012:s", "failing_rows"), done.number("D005:s", "failing_rows")) == (1, 1)
    assert done.set_aside == [7]
    assert (done.folder / "run.json").stat().st_size < 200_000
    assert "x yx y" not in done.stderr
