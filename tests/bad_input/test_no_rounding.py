"""Numbers and moments that floats, pandas or Python cannot hold: counts of failing rows, smallest and largest, exactly as by hand."""

import json
from pathlib import Path

import duckdb
import pytest

BIG = 2**53


def sql(folder: Path, query: str, name: str = "t.parquet") -> None:
    duckdb.connect().execute(f"COPY ({query}) TO '{folder / name}'")


def ranged(name: str = "n", kind: str = "integer", **options):
    return [{"name": name, "logicalType": kind, "logicalTypeOptions": options}]


#: Seven whole numbers around 2⁵³, where doubles begin to skip; as doubles the first two, and the next two, would be equal.
AROUND = [BIG, BIG + 1, BIG + 3, BIG + 4, -BIG - 1, 0, None]


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.json"])
def test_whole_numbers_beyond_two_to_the_53(gate, tmp_path: Path, name: str) -> None:
    values = ", ".join(f"({v if v is not None else 'NULL'}::BIGINT)" for v in AROUND)
    sql(tmp_path, f"SELECT * FROM (VALUES {values}) v(n)", name)
    done = gate(name, ranged(maximum=BIG, minimum=-BIG))
    assert done.code == 1
    assert done.number("D003:n", "failing_rows") == 4  # 2⁵³ + 1, + 3, + 4 and -2⁵³ - 1
    assert done.number("D003:n", "minimum") == -BIG - 1
    assert done.number("D003:n", "maximum") == BIG + 4
    assert f"the data go from {-BIG - 1} to {BIG + 4}." in done.result("D003:n").message
    assert done.set_aside == [1, 2, 3, 4]
    assert done.result("D001").status.value == "passed"


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_keys_that_doubles_would_confuse_are_not_repeated(gate, tmp_path: Path, name: str) -> None:
    sql(tmp_path, f"SELECT ({BIG} + i)::BIGINT AS id FROM range(100) r(i)", name)
    done = gate(name, [{"name": "id", "logicalType": "integer", "primaryKey": True}])
    assert done.code == 0
    assert done.result("D006").message == "No two of 100 rows share the same id."


def test_keys_of_twenty_digits_and_of_thirty_are_whole_in_a_csv(gate, tmp_path: Path) -> None:
    first, second = 12_345_678_901_234_567_890, 123_456_789_012_345_678_901_234_567_890
    lines = [f"{first + i},{second + i}" for i in range(50)] + [f"{first},{-second}"]
    (tmp_path / "t.csv").write_text("a,b\n" + "\n".join(lines) + "\n")
    columns = [{"name": "a", "logicalType": "integer", "unique": True}, {"name": "b", "logicalType": "integer", "logicalTypeOptions": {"minimum": 0}}]
    done = gate("t.csv", columns)
    assert done.result("D001").status.value == "passed"
    assert done.number("D006:a", "failing_rows") == 2  # the first and the last row
    assert done.number("D003:b", "failing_rows") == 1
    assert done.number("D003:b", "maximum") == second + 49
    assert done.set_aside == [0, 50]


def test_hugeint_of_a_database(gate, tmp_path: Path) -> None:
    largest = 10**37
    with duckdb.connect(str(tmp_path / "t.db")) as database:
        database.execute(f"CREATE TABLE t AS SELECT * FROM (VALUES ({largest}::HUGEINT), ({largest + 1}::HUGEINT), (-5::HUGEINT), (NULL)) v(n)")
    done = gate("duckdb://t.db#t", ranged(maximum=largest))
    assert done.code == 1
    assert done.number("D003:n", "failing_rows") == 1
    assert f"the data go from -5 to {largest + 1}." in done.result("D003:n").message
    assert done.set_aside == [1]


def test_decimals_keep_their_ten_places(gate, tmp_path: Path) -> None:
    values = ["0.1000000000", "0.1000000001", "9999999999999999999999999999.9999999999", "-0.0000000001", "NULL"]
    sql(tmp_path, "SELECT * FROM (VALUES " + ", ".join(f"({v}::DECIMAL(38,10))" for v in values) + ") v(n)")
    done = gate("t.parquet", ranged(kind="number", maximum=0.1, minimum=0))
    assert done.number("D003:n", "failing_rows") == 3
    assert "the data go from -1E-10 to 9999999999999999999999999999.9999999999" in done.result("D003:n").message
    assert done.set_aside == [1, 2, 3]


def test_codes_for_missing_beyond_two_to_the_53(gate, tmp_path: Path) -> None:
    values = ", ".join(f"({v}::BIGINT)" for v in (BIG, BIG + 1, BIG + 1, BIG + 2))
    sql(tmp_path, f"SELECT * FROM (VALUES {values}) v(n)")
    rule = {"metric": "missingValues", "mustBe": 0, "arguments": {"missingValues": [BIG + 1]}}
    done = gate("t.parquet", [{"name": "n", "logicalType": "integer", "quality": [rule]}])
    assert done.set_aside == [1, 2]


def test_foreign_keys_beyond_two_to_the_53(gate, tmp_path: Path) -> None:
    sql(tmp_path, f"SELECT ({BIG} + i)::BIGINT AS a, 1::INTEGER AS b FROM range(4) r(i)")
    sql(tmp_path, f"SELECT ({BIG} + 2 * i)::HUGEINT::DECIMAL(38,0) AS a, 1::BIGINT AS b FROM range(2) r(i)", "other.parquet")
    rule = {"type": "custom", "engine": "assay", "implementation": {"check": "D013", "columns": ["a", "b"], "table": "other", "to": ["a", "b"]}}
    done = gate("t.parquet", [{"name": "a"}, {"name": "b"}], quality=[rule], tables={"other": "other.parquet"})
    assert done.set_aside == [1, 3]  # 2⁵³ + 1 and 2⁵³ + 3 are no keys there


def test_infinite_and_what_is_no_number(gate, tmp_path: Path) -> None:
    sql(tmp_path, "SELECT v::DOUBLE AS n FROM unnest(['0.5', 'NaN', 'Infinity', '-Infinity', '7', NULL]) u(v)")
    done = gate("t.parquet", [{**ranged(kind="number", minimum=0, maximum=10)[0], "required": True}])
    assert done.number("D003:n", "failing_rows") == 2
    assert done.number("D002:n", "failing_rows") == 2  # NaN and NULL
    assert done.set_aside == [1, 2, 3, 5]
    written = json.loads((done.folder / "run.json").read_text())
    (found,) = [r for r in written["results"] if r["code"] == "D003"]
    assert [m["value"] for m in found["measurements"] if m["name"] in ("minimum", "maximum")] == ["-inf", "inf"]


DATES = ["0001-01-01", "1582-10-04", "1582-10-15", "1899-12-31", "1900-01-01", "9999-12-31"]


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.json"])
@pytest.mark.parametrize("kind", ["date", "timestamp"])
def test_days_before_1900(gate, tmp_path: Path, name: str, kind: str) -> None:
    cast = "DATE" if kind == "date" else "TIMESTAMP"
    values = ", ".join(f"({cast} '{d}{' 23:59:59' if kind == 'timestamp' else ''}')" for d in DATES)
    sql(tmp_path, f"SELECT * FROM (VALUES {values}) v(d)", name)
    done = gate(name, ranged("d", kind, minimum="1900-01-01"))
    assert done.result("D001").status.value == "passed"
    assert done.number("D003:d", "failing_rows") == 4
    assert "the data go from 0001-01-01" in done.result("D003:d").message
    assert "to 9999-12-31" in done.result("D003:d").message
    assert done.set_aside == [0, 1, 2, 3]


def test_days_that_no_calendar_of_python_has(gate, tmp_path: Path) -> None:
    days = ["'0044-03-15 (BC)'", "'12026-01-01'", "'infinity'", "'2026-01-01'"]
    with duckdb.connect(str(tmp_path / "t.db")) as database:
        both = ", ".join(f"(DATE {d}, TIMESTAMP {d}, i)" for i, d in enumerate(days)).replace(", i)", ", 0)")
        database.execute(f"CREATE TABLE t AS SELECT d, u, range AS id FROM (VALUES {both}) v(d, u, z), range(20)")
    done = gate("duckdb://t.db#t", ranged("d", "date", minimum="2000-01-01", maximum="2030-12-31"), roles={"time": "u"})
    assert done.code == 1
    assert done.number("D003:d", "failing_rows") == 60


#: One moment in four zones, and one an hour later.
SAME = ["2026-03-10T12:00:00Z", "2026-03-10T13:00:00+01:00", "2026-03-10T07:00:00-05:00", "2026-03-10T17:30:00+05:30", "2026-03-10T13:00:00Z"]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_one_moment_in_several_zones(gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)  # of the machine, on which nothing may depend
    (tmp_path / "t.csv").write_text("t\n" + "\n".join(SAME) + "\n")
    done = gate("t.csv", [{**ranged("t", "timestamp", maximum="2026-03-10T12:00:00Z")[0], "unique": True}])
    assert done.result("D001").status.value == "passed"
    assert done.number("D003:t", "failing_rows") == 1
    assert done.number("D006:t", "failing_rows") == 4
    assert "the data go from 2026-03-10 12:00:00+00 to 2026-03-10 13:00:00+00" in done.result("D003:t").message
    assert done.set_aside == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("local", ["2026-03-10T12:00:00", "2026-03-10 12:00", "2026-03-10"])
def test_moments_with_and_without_an_offset_are_not_guessed_at(gate, tmp_path: Path, local: str) -> None:
    (tmp_path / "t.csv").write_text("t,u\n" + "".join(f"{moment},{moment}\n" for moment in SAME[:3]) + f"{local},{SAME[0]}\n")
    done = gate("t.csv", [*ranged("t", "timestamp", maximum="2026-12-31"), {"name": "u", "logicalType": "timestamp"}])
    assert done.code == 1
    assert "t is string where timestamp is promised" in done.result("D001").message
    assert "u is" not in done.result("D001").message
