"""Wide tables are held in memory as they are; long ones, and those that cannot be read, are left where they lie."""

from pathlib import Path

import duckdb
import pytest

from audit.core.errors import DataError
from audit.engines import wide_tables
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import open_source

COLUMNS = 240


def wide(folder: Path, name: str, rows: int = 50) -> None:
    kinds = ("i * {j}", "'text ' || i || {j}", "DATE '1899-12-31' + i::INTEGER", "CASE WHEN i % 3 = 0 THEN NULL ELSE i / 7 END")
    columns = ", ".join(f"{kinds[j % 4].format(j=j)} AS c{j}" for j in range(COLUMNS))
    duckdb.connect().execute(f"COPY (SELECT {columns} FROM range({rows}) r(i)) TO '{folder / name}'")


@pytest.mark.parametrize("name", ["t.parquet", "t.csv"])
def test_rows_columns_and_types_are_those_of_the_file_in_its_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    wide(tmp_path, name)
    held = open_source(name, tmp_path)
    monkeypatch.setattr(wide_tables, "WIDE", COLUMNS + 1)
    plain = open_source(name, tmp_path)
    assert held.table.get_name().startswith("temp.main.wide_")
    assert not plain.table.get_name().startswith("temp.main.wide_")
    assert held.table.schema() == plain.table.schema()
    assert AskEngine(held.backend).fetch(held.table)[1] == AskEngine(plain.backend).fetch(plain.table)[1]
    assert len(AskEngine(held.backend).fetch(held.numbered())[1]) == 50


def test_a_table_with_more_values_than_are_held_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wide(tmp_path, "t.parquet")
    monkeypatch.setattr(wide_tables, "MOST_VALUES", 49 * COLUMNS)
    source = open_source("t.parquet", tmp_path)
    assert not source.table.get_name().startswith("temp.main.wide_")
    assert source.backend.con.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchall() == [(0,)]
    monkeypatch.setattr(wide_tables, "MOST_VALUES", 50 * COLUMNS)
    assert open_source("t.parquet", tmp_path).table.get_name().startswith("temp.main.wide_")


def test_a_file_that_breaks_off_is_told_where_it_is_read(tmp_path: Path) -> None:
    wide(tmp_path, "t.parquet", rows=5_000)
    whole = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(whole[:1_000] + b"\xff" * 2_000 + whole[3_000:])
    source = open_source("t.parquet", tmp_path)
    with pytest.raises(DataError, match="the data cannot be read"):
        AskEngine(source.backend).probe(source.table)
