"""Schemas of pandera, in memory, as YAML or JSON, or in a module, become contracts that lint clean."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandera.pandas as pa
import pytest

from audit.contract.exchange.draft import Imported
from audit.contract.exchange.pandera_import import from_pandera, load_pandera, read_pandera
from audit.contract.read import read_contract
from audit.core.errors import DataError, UsageError


class Orders(pa.DataFrameModel):
    """As a stranger writes it."""

    number: int = pa.Field(unique=True, ge=1)
    amount: float = pa.Field(nullable=True, in_range={"min_value": 0, "max_value": 5, "include_max": False})
    state: str = pa.Field(isin=["new", "paid"], description="Where it is.")
    code: str = pa.Field(str_matches=r"[A-Z]{2}\Z")
    placed: datetime = pa.Field(gt=datetime(2024, 1, 1))
    note: str = pa.Field(nullable=True, str_length={"max_value": 80}, str_startswith="#")
    odd: int

    class Config:
        """Of pandera."""

        strict = True
        coerce = True
        unique = ["state", "code"]

    @pa.check("odd", name="odd")
    def is_odd(cls, series: Any) -> Any:
        return series % 2 == 1

    @pa.dataframe_check
    def balanced(cls, frame: Any) -> Any:
        return frame["odd"] > 0


EXPECTED = [
    {"name": "number", "logicalType": "integer", "required": True, "unique": True, "logicalTypeOptions": {"minimum": 1}},
    {"name": "amount", "logicalType": "number", "logicalTypeOptions": {"minimum": 0, "exclusiveMaximum": 5}},
    {
        "name": "state",
        "description": "Where it is.",
        "logicalType": "string",
        "primaryKey": True,
        "primaryKeyPosition": 1,
        "enum": [{"value": "new"}, {"value": "paid"}],
    },
    {
        "name": "code",
        "logicalType": "string",
        "primaryKey": True,
        "primaryKeyPosition": 2,
        "logicalTypeOptions": {"pattern": "^(?:[A-Z]{2}$)"},
    },
    {"name": "placed", "logicalType": "timestamp", "required": True, "logicalTypeOptions": {"exclusiveMinimum": "2024-01-01T00:00:00"}},
    {"name": "note", "logicalType": "string", "logicalTypeOptions": {"maxLength": 80, "pattern": r"^\#"}},
    {"name": "odd", "logicalType": "integer", "required": True},
]


def lints(imported: Imported, folder: Path) -> None:
    file = folder / "c.odcs.yaml"
    file.write_text(imported.text, encoding="utf-8")
    read_contract(file)


def columns(imported: Imported) -> list[dict[str, Any]]:
    return list(imported.document["schema"][0]["properties"])


def test_a_model(tmp_path: Path) -> None:
    imported = from_pandera(Orders)
    assert columns(imported) == EXPECTED
    assert imported.document["apiVersion"] == "v3.2.0"  # for its enum
    told = "\n".join(imported.notices)
    for word in ("'odd' has no counterpart", "'balanced' of the frame", "'strict'", "'coerce'"):
        assert word in told
    lints(imported, tmp_path)
    assert "# - odd: the check 'odd'" in imported.text


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.filterwarnings("ignore:Check:UserWarning")
def test_what_pandera_writes_of_it(form: str, tmp_path: Path) -> None:
    schema = Orders.to_schema()
    schema.columns["odd"].checks, schema.checks = [], []  # which pandera cannot write
    file = tmp_path / f"orders.{form}"
    file.write_text(schema.to_yaml() if form == "yaml" else schema.to_json(), encoding="utf-8")
    imported = read_pandera(file)
    assert columns(imported) == EXPECTED
    lints(imported, tmp_path)


def test_a_module_is_imported_only_where_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "stranger_schemas.py"
    file.write_text(
        "from pathlib import Path\nPath('was_run').touch()\nimport pandera.pandas as pa\n"
        "schema = pa.DataFrameSchema({'a': pa.Column(int, pa.Check.lt(3), required=False)}, name='a')\nnumber = 7\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UsageError, match="is a program, and is not run"):
        read_pandera(file)
    assert not Path("was_run").exists()
    imported = load_pandera("stranger_schemas:schema")
    assert Path("was_run").exists()
    assert columns(imported) == [{"name": "a", "logicalType": "integer", "required": True, "logicalTypeOptions": {"exclusiveMaximum": 3}}]
    assert "may be absent" in imported.notices[0]
    with pytest.raises(UsageError, match="Did you mean 'schema'"):
        load_pandera("stranger_schemas:shema")
    with pytest.raises(UsageError, match="is int, neither"):
        load_pandera("stranger_schemas:number")
    with pytest.raises(UsageError, match="no module 'nowhere'"):
        load_pandera("nowhere:schema")


def test_a_module_that_fails_is_no_crash_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_schemas.py").write_text("1 / 0\n")
    (tmp_path / "unfinished_schemas.py").write_text("def\n")
    monkeypatch.syspath_prepend(tmp_path)
    for module, fault in (("broken_schemas", "ZeroDivisionError"), ("unfinished_schemas", "SyntaxError")):
        with pytest.raises(DataError, match=fault):
            load_pandera(f"{module}:schema")


@pytest.mark.parametrize("text", ["", "a: [", "[]", "7", "columns: {a: {dtype: nothing}}", "schema_type: dataframe\ncolumns: 7"])
def test_files_that_are_no_schema(text: str, tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match="is no schema that pandera wrote"):
        read_pandera(file)


@pytest.mark.parametrize(
    ("dtype", "logical"),
    [("int8", "integer"), ("UInt16", "integer"), ("Int64", "integer"), ("float32", "number"), ("bool", "boolean"), ("boolean", "boolean"),
     ("datetime64[ns]", "timestamp"), ("datetime64[ns, UTC]", "timestamp"), ("string", "string"), (str, "string"), ("category", ""), ("object", "")],
)  # fmt: skip
def test_types(dtype: Any, logical: str) -> None:
    assert columns(from_pandera(pa.DataFrameSchema({"a": pa.Column(dtype, nullable=True)})))[0].get("logicalType", "") == logical


def test_a_warning_keeps_its_severity_or_is_told(tmp_path: Path) -> None:
    checks = [
        pa.Check.isin(["x"], raise_warning=True),
        pa.Check.str_contains("^x", raise_warning=True),
        pa.Check.str_length(1, 2, raise_warning=True),
    ]
    imported = from_pandera(pa.DataFrameSchema({"a": pa.Column(str, checks)}))
    assert [r["severity"] for r in columns(imported)[0]["quality"]] == ["warning", "warning"]
    assert "only warn" in imported.notices[0]
    lints(imported, tmp_path)


def test_two_bounds_of_one_kind_are_not_both_lost() -> None:
    imported = from_pandera(pa.DataFrameSchema({"a": pa.Column(int, [pa.Check.ge(1), pa.Check.ge(2)])}))
    assert columns(imported)[0]["logicalTypeOptions"] == {"minimum": 1}
    assert "minimum 2" in imported.notices[0]
