"""Rules of Great Expectations where the rows are: on Postgres and Spark as on pandas."""

import os

import psycopg
import pyarrow as pa
import pytest

from audit.checks.quality.d009_great_expectations_rule import GreatExpectationsRule
from audit.core.errors import DataError
from audit.core.subject import Subject
from audit.engines import great_expectations, gx_rows
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source, open_source
from tests.answers import findings, one
from tests.servers import load

pytestmark = pytest.mark.slow

ROWS = pa.table(
    {
        "Age": pa.array([17, 18, 90, 91, None, 40]),
        "name": ["a", "b", "c", "d", "e", "e"],
        "note": ["it's 5 %", ":x", "", None, "ü", "plain"],
        "low": [1, 2, 3, 4, 5, 6],
        "high": [2, 2, 2, 5, 6, 7],
    }
)
#: Rules, with the values that are unexpected, counted by hand; ``None`` for rules about the table as a whole.
RULES = [
    ("expect_column_values_to_be_between", {"column": "Age", "min_value": 18, "max_value": 90}, 2),
    ("expect_column_values_to_not_be_null", {"column": "Age"}, 1),
    ("expect_column_values_to_be_unique", {"column": "name"}, 2),
    ("expect_column_values_to_be_in_set", {"column": "note", "value_set": ["it's 5 %", ":x", "ü"]}, 2),
    ("expect_column_values_to_match_regex", {"column": "name", "regex": "^[a-c]$"}, 3),
    ("expect_column_value_lengths_to_be_between", {"column": "note", "min_value": 1}, 1),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "high", "column_B": "low", "or_equal": True}, 1),
    ("expect_column_values_to_be_between", {"column": "low", "min_value": 1}, 0),
    ("expect_table_row_count_to_equal", {"value": 6}, None),
    ("expect_column_mean_to_be_between", {"column": "low", "min_value": 3.5, "max_value": 3.5}, None),
]


def found_in(source, expectation, arguments):
    subject, check = Subject("rows", source.table), GreatExpectationsRule(expectation=expectation, arguments=arguments)
    found = findings(check, subject, AskEngine(source.backend))
    unexpected = [m.value for m in found.measurements if m.name == "unexpected_values"]
    return one(found, "unmet_expectations", check.where).value, unexpected, found.message, found.measurements[0].method


def same_as_on_pandas(source, rule, engine):
    expectation, arguments, by_hand = rule
    *there, method = found_in(source, expectation, arguments)
    *here, _ = found_in(frame_source(ROWS), expectation, arguments)
    assert there == here
    assert there[1] == ([] if by_hand is None else [by_hand])
    assert there[0] == int(bool(by_hand))
    assert method.endswith(f"on {engine}")


@pytest.fixture(scope="module")
def in_postgres(postgres):
    load(postgres, "Gx Shop.Some Rows", ROWS)
    return f"{postgres}#Gx Shop.Some Rows"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule[0])
def test_postgres_evaluates_what_pandas_does(in_postgres, rule):
    same_as_on_pandas(open_source(in_postgres), rule, "Postgres")


def test_rows_that_are_no_table_of_the_server_are_fetched(in_postgres):
    source = open_source(in_postgres)
    few = Subject("few", source.table.filter(source.table.note != "it's 5 %"))
    check = GreatExpectationsRule(expectation="expect_column_values_to_be_between", arguments={"column": "Age", "min_value": 91})
    found = findings(check, few, AskEngine(source.backend))
    # the notes that are there and another one stand beside 18, 90, no age and 40
    assert [(m.value, m.n) for m in found.measurements] == [(1, 4), (3, 4)]
    assert found.measurements[0].method.endswith("on pandas")


def test_nan_is_missing_to_pandas_and_a_number_to_postgres(postgres):
    rows = pa.table({"x": pa.array([1.0, float("nan"), None], pa.float64())})
    load(postgres, "numbers", rows)
    rule = ("expect_column_values_to_not_be_null", {"column": "x"})
    assert found_in(frame_source(rows), *rule)[1] == [2]
    assert found_in(open_source(f"{postgres}#numbers"), *rule)[1] == [1]


def test_the_password_may_come_from_the_environment(postgres, in_postgres, monkeypatch):
    with psycopg.connect(postgres.replace("postgres://", "postgresql://")) as there:
        there.execute("DROP ROLE IF EXISTS gx_bob")
        there.execute("CREATE ROLE gx_bob LOGIN PASSWORD 'open+s3same'")
        there.execute('GRANT USAGE ON SCHEMA "Gx Shop" TO gx_bob')
        there.execute('GRANT SELECT ON "Gx Shop"."Some Rows" TO gx_bob')
    monkeypatch.setenv("PGPASSWORD", "open+s3same")
    source = open_source(postgres.replace("assay@", "gx_bob@") + "#Gx Shop.Some Rows")
    same_as_on_pandas(source, RULES[0], "Postgres")
    rows = gx_rows.rows_of(source.table, None)
    assert "s3same" in rows._address(None)
    assert "s3same" not in rows.without_secrets(rows._address(None))


@pytest.mark.parametrize("rule", [RULES[0], RULES[6], RULES[8]], ids=lambda rule: rule[0])
def test_spark_evaluates_what_pandas_does(spark, tmp_path, rule):
    import pyarrow.parquet as pq

    pq.write_table(ROWS, tmp_path / "rows.parquet")
    source = open_source(f"pyspark://local[1]#{tmp_path}/rows.parquet")
    same_as_on_pandas(source, rule, "Spark")
    assert AskEngine(source.backend).fetch(source.table.count().as_table())[1] == [(6,)], "the session goes on"


def test_its_session_only_reads_and_no_row_travels(in_postgres):
    source = open_source(in_postgres)
    check = GreatExpectationsRule(expectation="expect_table_row_count_to_equal", arguments={"value": 6})
    assert set(check.asks(Subject("rows", source.table))) == {"total"}
    import sqlalchemy

    rows, gx = gx_rows.rows_of(source.table, None), great_expectations.great_expectations()
    with great_expectations.quietly(), rows.batch(gx.get_context(mode="ephemeral"), "assay"):
        engine = sqlalchemy.create_engine(os.environ[gx_rows.ADDRESS])
    with engine.connect() as there, pytest.raises(sqlalchemy.exc.InternalError, match="read-only transaction"):
        there.exec_driver_sql('DELETE FROM "Some Rows"')
    engine.dispose()
    assert gx_rows.ADDRESS not in os.environ


def test_no_message_holds_the_password(postgres, in_postgres):
    with psycopg.connect(postgres.replace("postgres://", "postgresql://")) as there:
        there.execute("DROP ROLE IF EXISTS gx_ann")
        there.execute("CREATE ROLE gx_ann LOGIN PASSWORD 's3same open$%'")
        there.execute('GRANT USAGE ON SCHEMA "Gx Shop" TO gx_ann')
        there.execute('GRANT SELECT ON "Gx Shop"."Some Rows" TO gx_ann')
    source = open_source(postgres.replace("assay@", "gx_ann:s3same%20open%24%25@") + "#Gx Shop.Some Rows")
    same_as_on_pandas(source, RULES[0], "Postgres")
    rows = gx_rows.rows_of(source.table, None)
    told = rows.without_secrets(f"cannot reach {rows._address(None)}, password 's3same open$%'")
    assert told.count("…") == 2
    assert "s3same" not in told
    with psycopg.connect(postgres.replace("postgres://", "postgresql://")) as there:
        there.execute('REVOKE SELECT ON "Gx Shop"."Some Rows" FROM gx_ann')
    with pytest.raises(DataError) as refused:
        great_expectations.evaluate(rows, *RULES[0][:2])
    assert "permission denied" in str(refused.value)
    assert "s3same" not in str(refused.value)


def test_a_column_that_is_not_there_is_said(in_postgres):
    with pytest.raises(DataError, match=r"could not evaluate expect_column_values_to_not_be_null.*agee"):
        found_in(open_source(in_postgres), "expect_column_values_to_not_be_null", {"column": "agee"})
