"""Tables of Postgres: opened, named wrongly, out of reach; and what of it may be seen."""

import json
import os
import subprocess
import sys
from decimal import Decimal

import psycopg
import pyarrow as pa
import pytest

from audit.checks.quality.d003_value_range import ValueRange
from audit.core.errors import DataError, UsageError
from audit.core.exact import among
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.failures import EngineError
from audit.engines.sources import fingerprint, open_source
from tests.answers import findings, one
from tests.servers import load

pytestmark = pytest.mark.slow


@pytest.fixture
def orders(postgres):
    load(
        postgres,
        "sales.orders",
        pa.table({"id": [1, 2, None], "price": [Decimal("0.10"), Decimal("12345678901234567890.5"), None]}),
        {"price": "numeric"},
    )
    return postgres


def test_a_table_of_a_schema_is_read(orders):
    source = open_source(f"{orders}#sales.orders")
    assert AskEngine(source.backend).fetch(source.table.order_by("id"))[1][:2] == [(1, Decimal("0.10")), (2, Decimal("12345678901234567890.5"))]
    assert not source.has_positions


def test_the_session_only_reads(orders):
    source = open_source(f"{orders}#sales.orders")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        source.backend.con.execute("DELETE FROM sales.orders")


def test_the_fingerprint_follows_the_rows_and_not_their_order(orders):
    before = fingerprint(open_source(f"{orders}#sales.orders"))
    with psycopg.connect(orders.replace("postgres://", "postgresql://")) as there:
        there.execute("CREATE TABLE sales.turned AS SELECT * FROM sales.orders ORDER BY id DESC")
        there.execute("CREATE TABLE sales.changed AS SELECT id + 1 AS id, price FROM sales.orders")
    assert fingerprint(open_source(f"{orders}#sales.turned")) == before
    assert fingerprint(open_source(f"{orders}#sales.changed")) != before


def test_what_the_server_refuses_holds_no_row(orders):
    load(orders, "sales.words", pa.table({"w": ["secret word", None]}))
    source = open_source(f"{orders}#sales.words")
    with pytest.raises(EngineError) as refused:
        AskEngine(source.backend).fetch(source.table.select(n=source.table.w.cast("int64")))
    assert "secret" not in str(refused.value)
    assert AskEngine(source.backend).fetch(source.table.aggregate(n=source.table.count()))[1] == [(2,)], "one refusal spoils no other question"


#: Beside bounds of a half and of no more places than any type of 38 digits has.
FREE = ["-0.50000000000000000000000000000000000000000001", "-0.5", "0.24", "0.25", "0.50", "0.51", "1" + "0" * 50, None]


def free_scale(url):
    with psycopg.connect(url.replace("postgres://", "postgresql://")) as there:
        there.execute("DROP TABLE IF EXISTS free")
        there.execute("CREATE TABLE free (a numeric)")
        there.cursor().executemany("INSERT INTO free VALUES (%s)", [(text,) for text in FREE])
    return f"{url}#free"


@pytest.mark.parametrize(
    ("bounds", "failing"),
    [
        ({"minimum": 0.25}, 3),
        ({"minimum": 0.25, "exclusive_minimum": True}, 4),
        ({"maximum": 0.5}, 2),
        ({"maximum": 0.5, "exclusive_maximum": True}, 3),
        ({"minimum": -0.5}, 1),
        ({"maximum": 10**49}, 1),
        ({"maximum": 10**51}, 0),
        ({"maximum": 10**50 - 1}, 1),
        ({"maximum": 10**50}, 0),
        ({"multiple_of": 0.25}, 3),
        ({"multiple_of": 0.01}, 1),
    ],
)
def test_numbers_of_no_declared_scale_are_compared_in_all_their_places(postgres, bounds, failing):
    """By hand: ``numeric`` alone holds any number of places, so that no bound may be rounded to whole numbers."""
    source = open_source(free_scale(postgres))
    subject, engine, check = Subject("free", source.table), AskEngine(source.backend), ValueRange(column="a", **bounds)
    assert one(findings(check, subject, engine), "failing_rows", check.where).value == failing
    assert engine.fetch(source.table.filter(check.failing(source.table)).count().as_table())[1] == [(failing,)]


def test_values_of_no_declared_scale_are_found_among_others(postgres):
    source = open_source(free_scale(postgres))
    assert AskEngine(source.backend).fetch(source.table.filter(among(source.table.a, [0.5, "0.240", -0.5])).count().as_table())[1] == [(3,)]


@pytest.mark.parametrize(
    ("of", "kind", "message"),
    [
        ("{url}#sales.ordres", DataError, r"has no table 'sales.ordres'. Did you mean 'sales.orders'\?"),
        ("{url}", UsageError, "names no table"),
        ("postgres://ann:s3sam0pen@127.0.0.1:1/x#t", DataError, r"cannot open 'postgres://ann:…@127.0.0.1:1/x#t'"),
    ],
)
def test_what_is_not_there_is_said(orders, of, kind, message):
    with pytest.raises(kind, match=message) as said:
        open_source(of.format(url=orders))
    assert "s3sam0pen" not in str(said.value)


def test_the_command_shows_no_password(orders, tmp_path):
    with_password = orders.replace("assay@", "assay:s3sam0pen@") + "#sales.orders"
    command = [
        sys.executable,
        "-c",
        "from audit.cli import main; main()",
        "gate",
        "--declared",
        "--data",
        with_password,
        "--out",
        str(tmp_path / "r"),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, cwd=tmp_path)
    assert json.loads(done.stdout)["subject"]["location"].startswith("postgres://assay:…@"), done.stderr
    everything = done.stdout + done.stderr + "".join(f.read_text(errors="replace") for f in (tmp_path / "r").rglob("*.*") if f.is_file())
    assert "s3sam0pen" not in everything
    gone = subprocess.run([*command[:6], "postgres://a:s3sam0pen@127.0.0.1:1/x#t", *command[7:]], capture_output=True, text=True, cwd=tmp_path)
    assert gone.returncode == 3
    assert "Traceback" not in gone.stderr
    assert "s3sam0pen" not in gone.stderr
