"""Everything a table can come from, whole and broken."""

import gzip
import json
import subprocess
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.core.errors import DataError, UsageError
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import Source, connect, fingerprint, frame_source, frame_table, open_source

NAN = float("nan")


def rows(source: Source) -> list[tuple]:
    return AskEngine(source.backend).fetch(source.table)[1]


def types(source: Source) -> dict[str, str]:
    return {name: str(kind) for name, kind in source.table.schema().items()}


@pytest.fixture
def folder(tmp_path: Path):
    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".").replace("_in_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return write


# files


def test_parquet_keeps_types_nulls_and_nan(tmp_path):
    table = pa.table({"a": pa.array([1, None], pa.int8()), "größe": pa.array([NAN, None]), "t": pa.array([0, 1], pa.timestamp("us"))})
    pq.write_table(table, tmp_path / "t.parquet")
    source = open_source("t.parquet", tmp_path)
    assert types(source) == {"a": "int8", "größe": "float64", "t": "timestamp(6)"}
    (first, _) = rows(source)
    assert first[0] == 1
    assert first[1] != first[1]
    assert (source.location, source.files) == ("t.parquet", [tmp_path / "t.parquet"])


def test_a_pattern_reads_files_in_order_of_their_names(tmp_path):
    for month in (2, 10, 1):
        (tmp_path / "data" / f"month={month:02}").mkdir(parents=True)
        pq.write_table(pa.table({"a": [month]}), tmp_path / "data" / f"month={month:02}" / "part.parquet")
    source = open_source("data/**/*.parquet", tmp_path)
    assert [row[0] for row in rows(source)] == [1, 2, 10]
    assert len(source.files) == 3


def test_many_files_are_one_table(tmp_path):
    for i in range(40):
        pq.write_table(pa.table({"a": [i] * 10}), tmp_path / f"part-{i:03}.parquet")
    source = open_source("part-*.parquet", tmp_path)
    assert len(rows(source)) == 400


def test_a_name_with_brackets_is_a_name_where_such_a_file_exists(folder):
    base = folder(**{"odd [1]_in_a[2]__csv": "a\n1\n", "odd [1]_in_a2__csv": "a\n2\n"}) / "odd [1]"
    assert rows(open_source("a[2].csv", base)) == [(1,)]
    assert rows(open_source("a?.csv", base)) == [(2,)]
    assert sorted(rows(open_source("*.csv", base))) == [(1,), (2,)]


def test_absolute_paths_and_file_urls(folder):
    base = folder(t__csv="a\n1\n")
    assert rows(open_source(str(base / "t.csv"), Path("/elsewhere"))) == [(1,)]
    assert rows(open_source(f"file://{base / 't.csv'}", Path("/elsewhere"))) == [(1,)]
    assert rows(open_source(str(base / "*.csv"), Path("/elsewhere"))) == [(1,)]


@pytest.mark.parametrize("name", ["T.CSV", "t.Tsv", "t.csv.gz", "t.pq", "t.ndjson", "t.json"])
def test_every_known_ending(name, tmp_path):
    content = {"t.Tsv": b"a\tb\n1\tx\n", "t.ndjson": b'{"a": 1, "b": "x"}\n', "t.json": b'[{"a": 1, "b": "x"}]'}.get(name, b"a,b\n1,x\n")
    if name == "t.pq":
        pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / name)
    else:
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert rows(open_source(name, tmp_path)) == [(1, "x")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,x\n2,\n", [(1, "x"), (2, None)]),
        ("name,city\nAnn,Hull\n", [("Ann", "Hull")]),
        ("name,city\n", []),
        ("name\n", []),
        ("2020,2021\n1,2\n", [(1, 2)]),
        ("\ufeffa,b\r\n1,x\r\n", [(1, "x")]),
        ("a;b\n1,5;2\n", [("1,5", 2)]),
        ('a,b\n"x\ny","p,q"\n"say ""hi""",z\n', [("x\ny", "p,q"), ('say "hi"', "z")]),
        ("zip,n\n01234,1\n09999,2\n", [("01234", 1), ("09999", 2)]),
        ("a\nYes\nNo\n", [("Yes",), ("No",)]),  # words stay words
        ("a\ntrue\nfalse\n", [("true",), ("false",)]),
        ("größe,n\nñ,1\n", [("ñ", 1)]),
    ],
)
def test_csv(folder, text, expected):
    assert rows(open_source("t.csv", folder(t__csv=text))) == expected


def test_a_late_text_makes_a_column_of_numbers_text_and_stops_nothing(folder):
    source = open_source("t.csv", folder(t__csv="a,b\n" + "1,2\n" * 30_000 + "n/a,2\n"))
    assert types(source) == {"a": "string", "b": "int64"}
    assert AskEngine(source.backend).fetch(source.table.aggregate(n=source.table.count()))[1] == [(30_001,)]


@pytest.mark.parametrize("lines", ["1,2\n3\n", "1,2\n3,4,5\n", "1,2\n" * 5000 + "3,4,5\n", "1,2\n" * 5000 + "3\n"])
def test_ragged_csv_is_refused(folder, lines):
    base = folder(t__csv="a,b\n" + lines)
    with pytest.raises(DataError, match=r"it is no regular CSV. Every line must have as many fields as the header"):
        open_source("t.csv", base)


@pytest.mark.parametrize("late", [0, 40_000])
def test_csv_that_is_not_utf8_is_refused(folder, late):
    base = folder(t__csv=b"a,b\n" + b"1,secret\n" * late + "1,secret größe\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"not UTF-8.*iconv") as refused:
        open_source("t.csv", base)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("files", "location", "error", "words"),
    [
        ({"t__csv": ""}, "t.csv", DataError, r"'t.csv' is empty \(0 bytes\)"),
        ({"t__csv": "\n\n"}, "t.csv", DataError, "first line of 't.csv' is empty"),
        ({"t__csv__gz": b"no gzip"}, "t.csv.gz", DataError, "cannot read 't.csv.gz'"),
        ({"t__parquet": b"PAR1 and nothing more"}, "t.parquet", DataError, "cannot read 't.parquet'"),
        ({"t__parquet": ""}, "t.parquet", DataError, "0 bytes"),
        ({"t__json": "{"}, "t.json", DataError, "cannot read 't.json'"),
        ({"t__jsonl": '{"a": 1}\n{"a": 2\n'}, "t.jsonl", DataError, "cannot read 't.jsonl'"),
        ({"orders__csv": "a\n1\n"}, "ordrs.csv", DataError, "there is no file .*ordrs.csv'. Did you mean 'orders.csv'?"),
        ({"a__csv": "a\n"}, "sub/a.csv", DataError, "Its folder does not exist either"),
        ({"sub_in_a__csv": "a\n"}, "sub", DataError, r"'sub' is a folder. Expected a file, or a pattern such as 'sub/\*.parquet'"),
        ({"a__csv": "a\n"}, "*.parquet", DataError, r"the pattern '\*.parquet' matches no file"),
        ({"sub_in_a__csv": "a\n"}, "su*", DataError, "matches no file"),
        ({"a__xlsx": "a"}, "a.xlsx", UsageError, "cannot tell what 'a.xlsx' is. Expected one of .parquet"),
        ({"a__csv": "a\n", "b__json": "{}"}, "*", UsageError, "files of different kinds: a.csv, b.json"),
        ({"a__csv": "a\n1\n", "b__csv": ""}, "*.csv", DataError, "'b.csv' is empty"),
    ],
)
def test_what_cannot_be_opened_says_why(folder, files, location, error, words):
    with pytest.raises(error, match=words):
        open_source(location, folder(**files))


@pytest.mark.parametrize("keep", [-1, -8, 0.5, 4])
def test_truncated_parquet_is_refused(tmp_path, keep):
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * keep) if isinstance(keep, float) else keep])
    with pytest.raises(DataError, match=r"cannot read 't.parquet'"):
        open_source("t.parquet", tmp_path)


def test_files_with_other_columns_are_a_data_error_when_they_are_read(folder):
    base = folder(a__csv="a,b\n1,2\n", b__csv="a,c\n1,2\n")
    source = open_source("*.csv", base)
    with pytest.raises(DataError, match="the data cannot be read"):
        AskEngine(source.backend).probe(source.table)


def test_json_lines_with_gaps_and_nesting(folder):
    lines = [{"a": 1, "b": "x"}, {"a": None, "c": {"d": [1]}}]
    source = open_source("t.jsonl", folder(t__jsonl="\n".join(map(json.dumps, lines))))
    assert [row[:2] for row in rows(source)] == [(1, "x"), (None, None)]
    assert types(source)["c"].startswith("struct")


# databases


@pytest.fixture
def database(tmp_path):
    with duckdb.connect(str(tmp_path / "sales.db")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS a")
        connection.execute("CREATE VIEW big_orders AS SELECT 2 AS a")
    return tmp_path


def test_tables_and_views_of_a_database(database):
    assert rows(open_source("duckdb://sales.db#orders", database)) == [(1,)]
    assert rows(open_source("duckdb://sales.db#big_orders", database)) == [(2,)]


def test_a_database_is_opened_for_reading_only(database):
    source = open_source("duckdb://sales.db#orders", database)
    with pytest.raises(duckdb.Error, match="read-only"):
        source.backend.con.execute("DROP TABLE orders")


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("duckdb://sales.db#ordrs", DataError, "has no table 'ordrs'. Did you mean 'orders'?"),
        ("duckdb://sales.db", UsageError, "names no table. Write it after a '#', as in duckdb://sales.db#orders"),
        ("duckdb://sale.db#orders", DataError, "there is no database .*sale.db"),
        ("duckdb://broken.db#orders", DataError, "cannot open 'duckdb://broken.db#orders'"),
        ("nosuch://x#y", UsageError, "begins with .nosuch://., which is no place"),
    ],
)
def test_databases_that_cannot_be_opened(database, url, error, words):
    (database / "broken.db").write_bytes(b"no database " * 100)
    with pytest.raises(error, match=words):
        open_source(url, database)


# frames


FRAMES = [
    pd.DataFrame({"a": [1, 2], "b": ["x", None]}),
    pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[7, 7]),
    pl.DataFrame({"a": [1, 2], "b": ["x", None]}),
    pa.table({"a": [1, 2], "b": ["x", None]}),
    pa.table({"a": pa.chunked_array([[1], [2]]), "b": pa.chunked_array([["x", None]])}),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda f: type(f).__module__)
def test_frames_of_three_libraries_are_the_same_table(frame):
    source = frame_source(frame)
    assert rows(source) == [(1, "x"), (2, None)]
    assert types(source) == {"a": "int64", "b": "string"}
    assert fingerprint(source) == fingerprint(frame_source(FRAMES[0]))


def test_a_frame_goes_where_it_is_told():
    backend = connect()
    table = frame_table(FRAMES[0], backend)
    assert AskEngine(backend).fetch(table.aggregate(n=table.count()))[1] == [(2,)]


def test_column_names_become_text_and_categories_too():
    source = frame_source(pd.DataFrame({0: [1], ("a", "b"): pd.Categorical(["x"])}))
    assert types(source) == {"0": "int64", "('a', 'b')": "string"}


def test_the_frame_is_left_as_it_was():
    frame = pd.DataFrame({0: [1, 2]}, index=[5, 5])
    before = frame.copy(deep=True)
    frame_source(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"more than one column named \['a'\]"),
        (pd.DataFrame({1: [1], "1": [2]}), r"more than one column named \['1'\]"),
        (pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), r"more than one column named \['a'\]"),
        (pd.DataFrame({"ok": [1, 2], "mixed": [1, "secret"]}), "column mixed"),
        (pd.DataFrame({"a": [object()]}), "column a with type object"),
        (pd.DataFrame(), "no columns"),
        (pd.Series([1]), "Expected a pandas, polars or Arrow table"),
        ([1, 2], "Expected a pandas, polars or Arrow table"),
        (None, "Expected a pandas, polars or Arrow table"),
    ],
)
def test_frames_that_no_engine_holds(frame, words):
    with pytest.raises(DataError, match=words) as refused:
        frame_source(frame)
    assert "secret" not in str(refused.value)


# fingerprints


def test_the_fingerprint_of_a_file_is_that_of_sha256sum(folder):
    source = open_source("t.csv", folder(t__csv="a\n1\n"))
    printed = subprocess.run(["sha256sum", str(source.files[0])], capture_output=True, text=True, check=True).stdout
    assert fingerprint(source) == printed.split()[0]


def test_one_changed_byte_in_one_of_many_files_changes_it(folder):
    base = folder(a__csv="a\n1\n", b__csv="a\n2\n")
    before = fingerprint(open_source("*.csv", base))
    assert fingerprint(open_source("*.csv", base)) == before
    folder(b__csv="a\n3\n")
    assert fingerprint(open_source("*.csv", base)) != before


def frame_print(table: pa.Table) -> str:
    return fingerprint(frame_source(table))


def test_a_frame_is_known_by_its_content_and_not_by_its_place_in_memory():
    whole = pa.table({"a": pa.array([1, None, 3, 4] * 5), "b": pa.array(["x", None, "ß", ""] * 5), "c": pa.array([True, None, False, True] * 5)})
    assert frame_print(whole.slice(4, 4)) == frame_print(whole.slice(0, 4)) == frame_print(whole.slice(12, 4))
    assert frame_print(pa.concat_tables([whole.slice(0, 7), whole.slice(7)])) == frame_print(whole)


def test_what_lies_under_a_null_is_no_content():
    def hidden(value: int) -> pa.Table:
        numbers = np.array([1, value]).tobytes()
        return pa.table({"a": pa.Array.from_buffers(pa.int64(), 2, [pa.py_buffer(b"\x01"), pa.py_buffer(numbers)])})

    assert hidden(7).equals(hidden(9))
    assert frame_print(hidden(7)) == frame_print(hidden(9))


@pytest.mark.parametrize(
    "other",
    [
        {"a": [1, 2], "b": ["x", "z"]},
        {"a": [2, 1], "b": ["x", "y"]},
        {"a": [1, 2], "c": ["x", "y"]},
        {"a": [1.0, 2.0], "b": ["x", "y"]},
        {"a": [1, 2], "b": ["xy", ""]},
        {"a": [1, None], "b": ["x", "y"]},
        {"a": [1, 2, 2], "b": ["x", "y", "y"]},
        {"b": ["x", "y"], "a": [1, 2]},
    ],
)
def test_any_other_content_has_another_fingerprint(other):
    assert frame_print(pa.table(other)) != frame_print(pa.table({"a": [1, 2], "b": ["x", "y"]}))


@settings(max_examples=25, deadline=None)
@given(*[st.lists(st.tuples(st.one_of(st.none(), st.sampled_from(["", "x", "y"])), st.one_of(st.none(), st.booleans())), max_size=12)] * 2)
def test_fingerprints_are_equal_just_where_the_tables_are(left, right):
    def table(content):
        return pa.table({"a": pa.array([a for a, _ in content], pa.string()), "b": pa.array([b for _, b in content], pa.bool_())})

    assert (frame_print(table(left)) == frame_print(table(right))) == (left == right)


def test_csv_columns_have_the_types_that_the_contract_promises(tmp_path):
    (tmp_path / "t.csv").write_text("flag,code,n\ntrue,007,1\nfalse,010,2\n")
    source = open_source("t.csv", tmp_path, promised={"flag": "boolean", "code": "string", "n": "integer", "gone": "string"})
    assert source.backend.con.execute(source.backend.compile(source.table)).fetchall() == [(True, "007", 1), (False, "010", 2)]
