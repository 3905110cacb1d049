"""Files that are no table: each ends in 3 with one message that says what it is and what to do, and leaves nothing."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

GOOD = "id,age,town\n1,34,Bree\n2,61,Ashford\n3,45,Bree\n"


def parquet(folder: Path, table: pa.Table) -> bytes:
    pq.write_table(table, folder / "made.parquet")
    return (folder / "made.parquet").read_bytes()


def whole(folder: Path) -> bytes:
    return parquet(folder, pa.table({"n": list(range(2_000)), "s": [f"text {i}" for i in range(2_000)]}))


def torn_page(folder: Path) -> bytes:
    intact = whole(folder)
    return intact[:20] + b"\xff" * 400 + intact[420:]


def of_one_name(folder: Path) -> bytes:
    return parquet(folder, pa.Table.from_arrays([pa.array([1]), pa.array([{"n": 1}]), pa.array([2])], names=["n", "s", "n"]))


#: File, what it holds, and words of the message: what is wrong, then what to do.
NO_TABLE = {
    "no bytes": ("t.csv", b"", "is empty", "Expected a table with a header"),
    "blank lines": ("t.csv", b"\n\n", "the first line of 't.csv' is empty", "Expected a header"),
    "too few fields in a line": ("t.csv", f"{GOOD}4,5\n", "no regular CSV", "as many fields as the header"),
    "too many fields in a line": ("t.csv", f"{GOOD}4,5,Bree,x\n", "no regular CSV", "as many fields as the header"),
    "a title above the header": ("t.csv", f"Report of May\n\n{GOOD}", "no regular CSV", "as many fields as the header"),
    "a comment above the header": ("t.csv", f"# made by hand\n{GOOD}", "no regular CSV", "as many fields as the header"),
    "an open quote": ("t.csv", 'a,b\n1,"x\n2,y\n', "no regular CSV", "every quote must be closed"),
    "latin-1": ("t.csv", "id,town\n1,Orléans\n".encode("latin-1"), "not UTF-8", "iconv -f latin1"),
    "latin-1 far down": ("t.csv", ("id,town\n" + "1,x\n" * 5_000 + "2,Orléans\n").encode("latin-1"), "Line: 5002 is not UTF-8", "iconv -f latin1"),
    "UTF-16": ("t.csv", GOOD.encode("utf-16"), "it is UTF-16", "iconv -f utf-16"),
    "a workbook": ("t.csv", b"PK\x03\x04 and so on", "a zip archive or a workbook", "export its sheet as CSV"),
    "Parquet called CSV": ("t.csv", whole, "it is a Parquet file", "the suffix .parquet"),
    "gzip called CSV": ("t.csv", gzip.compress(GOOD.encode()), "compressed by gzip", "the suffix .csv.gz"),
    "CSV called gzip": ("t.csv.gz", GOOD, "not compressed by gzip", "the suffix .csv"),
    "gzip that ends early": ("t.csv.gz", gzip.compress((GOOD * 3_000).encode())[:-200], "cannot be unpacked", "fetch it anew"),
    "gzip that is a few bytes": ("t.csv.gz", b"\x1f\x8b\x08garbage", "cannot be unpacked", "fetch it anew"),
    "two columns of one name": ("t.csv", "a,b,a\n1,2,3\n", "columns 1 and 3 are called 'a'", "Rename"),
    "names that differ in case": ("t.csv", "a,A\n1,2\n", "differ in nothing but case: 'a' and 'A'", "Rename"),
    "Parquet with two columns of one name": ("t.parquet", of_one_name, "columns 1 and 3 are called 'n'", "Rename"),
    "Parquet without its end": ("t.parquet", lambda folder: whole(folder)[:-50], "cannot read 't.parquet'", "write it again"),
    "Parquet with a torn page": ("t.parquet", torn_page, "the data cannot be read", ""),
    "CSV called Parquet": ("t.parquet", GOOD, "cannot read 't.parquet'", "of another kind"),
    "JSON that ends early": ("t.json", '[{"a":1},{"a":2', "Malformed JSON", "Expected objects with named fields"),
    "JSON with a broken line": ("t.jsonl", '{"a":1}\n{"a":\n{"a":3}\n', "in line 3", "one a line"),
    "JSON without objects": ("t.json", "[1, 2, 3]", "holds no records", "Expected objects with named fields"),
    "JSON that is null": ("t.json", "null", "holds no records", "Expected objects with named fields"),
    "JSON of empty objects": ("t.json", "[{}, {}]", "holds no records", "Expected objects with named fields"),
    "JSON in latin-1": ("t.json", '[{"town":"Orléans"}]'.encode("latin-1"), "not UTF-8", "iconv -f latin1"),
    "JSON with a key twice": ("t.json", '[{"town":"Bree","town":"Combe"}]', 'duplicate key "town"', ""),
}


@pytest.mark.parametrize("contract", [False, True], ids=["alone", "with a contract"])
@pytest.mark.parametrize("case", NO_TABLE)
def test_what_is_no_table_is_told_and_leaves_nothing(gate, tmp_path: Path, case: str, contract: bool) -> None:
    name, content, wrong, remedy = NO_TABLE[case]
    made = content(tmp_path) if callable(content) else content
    (tmp_path / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    done = gate(name, [{"name": "a", "logicalType": "string", "required": True}] if contract else None)
    assert (done.code, done.run) == (3, None)
    assert wrong in done.stderr
    assert remedy in done.stderr
    # rows of the data stay out of messages
    assert "Bree" not in done.stderr
    assert "Orl" not in done.stderr


def test_a_file_that_nobody_may_read(gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").symlink_to(tmp_path / "gone.csv")
    done = gate("t.csv")
    assert (done.code, done.run) == (3, None)
    assert "t.csv" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("case", ["gzip that is a few bytes", "Parquet with a torn page", "JSON with a key twice"])
def test_as_a_process(tmp_path: Path, case: str) -> None:
    name, content, wrong, _ = NO_TABLE[case]
    made = content(tmp_path) if callable(content) else content
    (tmp_path / name).write_bytes(made if isinstance(made, bytes) else made.encode())
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    code = "from audit.cli import main; main()"
    command = [sys.executable, "-c", code, "gate", "--data", name]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (3, "")
    assert wrong in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reports").exists() or not list((tmp_path / "reports").rglob("*.*"))
