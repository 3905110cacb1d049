"""D014: what rules in SQL say, and what they are not allowed to do."""

import contextlib
import datetime as dt

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.quality.d014_sql_rule import SqlRule
from audit.contract.read import read_contract
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import connect, frame_source
from tests.answers import findings, status
from tests.predicates import NAN, picked, rule

ORDERS = {
    "number": [1, 2, 2, None],
    "price": [0.1, NAN, 0.3, 5.0],
    "word": ["x", "Y", None, "zz"],
    "opened": [dt.date(2020, 1, 1), dt.date(1850, 1, 1), None, dt.date(2021, 1, 1)],
    "closed": [dt.date(2020, 6, 1)] * 4,
    "Größe": [1, 2, 3, 4],
    "paid": [True, False, None, True],
}
BIG = 2**53 + 1


def subject() -> tuple[Subject, AskEngine]:
    backend = connect()
    customers = frame_source(pa.table({"id": [1]}), backend).table
    return Subject("orders", frame_source(pa.table(ORDERS), backend).table, tables={"customers": customers}), AskEngine(backend)


def planned(*rules) -> list[SqlRule]:
    return list(SqlRule.plan(subject()[0], Contract(table="orders_v2", also_called=("orders",), rules=rules)))


def asked(query: str, column: str = "") -> float | int | None:
    (check,) = planned(rule(kind="sql", query=query, column=column))
    found = findings(check, *subject())
    assert [m.name for m in found.measurements] == ["query_value"]
    return found.measurements[0].value


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT COUNT(*) FROM {object}", 4),
        ("SELECT COUNT(*) FROM ${table} WHERE ${column} IS NULL", 1),
        ('SELECT COUNT(*) FROM "{object}" WHERE "{property}" = 2', 2),
        ("select count(*) from orders", 4),
        ("select count(*) from ORDERS_V2 as o where o.closed > o.opened", 2),
        ("from orders select count(*)", 4),
        ("select count(*) from orders where orders.number = 1;", 1),
        ("select count(*) from orders join customers on orders.number = customers.id", 1),
        ("select count(*) from orders where not exists (select 1 from customers c where c.id = orders.number)", 3),
        ("with few as (select * from orders limit 2) select count(*) from few", 2),
        ("select sum(n) from (select count(*) as n from orders group by number)", 4),
        ("select avg(number) from orders", 5 / 3),
        ("select max(price)::decimal(10, 2) from orders where price < 1", 0.3),
        (f"select {BIG}", BIG),
        ("select count(*) = 4 from orders", 1),
        ("select false", 0),
        ("select avg(number) from orders where false", None),
        ("select count(*) filter (where opened > current_date) from orders", 0),
        ("select median(price) from orders where price < 1", 0.2),
        ('select count(distinct "Größe") from orders', 4),
    ],
)
def test_what_a_query_gives(query, value):
    assert asked(query, "number") == value


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select count(*) from read_csv('/etc/passwd')", "which does more than compute"),
        ("select count(*) from read_parquet('x')", "which does more than compute"),
        ("select count(*) from '/etc/passwd'", "reads from '/etc/passwd', which is no table at hand. Known: customers, orders, orders_v2"),
        ("select count(*) from read_text('/etc/passwd')", "calls 'read_text', which is none of the functions known"),
        ("select length(content) from read_blob('x')", "calls 'read_blob'"),
        ("select (select count(*) from glob('/*'))", "calls 'glob'"),
        ("select count(*) from sniff_csv('x')", "calls 'sniff_csv'"),
        ("select count(*) from parquet_metadata('x')", "calls 'parquet_metadata'"),
        ("select count(*) from query('select 1')", "calls 'query'"),
        ("select count(*) from query_table('orders')", "calls 'query_table'"),
        ("select length(getenv('HOME'))", "calls 'getenv'"),
        ("select length(current_setting('home_directory'))", "calls 'current_setting'"),
        ("select pg_catalog.pg_read_file('x')", "calls 'pg_read_file'"),
        ("select count(*) from duckdb_secrets()", "calls 'duckdb_secrets'"),
        ("select count(*) from information_schema.tables", "it may read from customers, orders, orders_v2 alone"),
        ("select count(*) from other.main.orders", "it may read from customers, orders, orders_v2 alone"),
        ("select count(*) from ordrs", "'ordrs', which is no table at hand. Did you mean 'orders'"),
        ("select count(*) from range(3)", "it may read from"),
        ("attach 'x.db' as y", "one SELECT statement"),
        ("copy orders to 'x.csv'", "one SELECT statement"),
        ("create table x as select 1", "one SELECT statement"),
        ("insert into orders values (1)", "one SELECT statement"),
        ("drop table orders", "one SELECT statement"),
        ("set memory_limit = '1GB'", "one SELECT statement"),
        ("install httpfs", "one SELECT statement|is no SQL"),
        ("pragma version", "one SELECT statement"),
        ("select 1; select 2", "one SELECT statement"),
        ("", "one SELECT statement"),
        ("with gone as (delete from orders returning 1) select count(*) from gone", "one SELECT that reads"),
        ("select 1 into x", "one SELECT that reads"),
        ("select count(*) from orders for update", "one SELECT that reads"),
        ("select count(*) from orders tablesample 10%", "one SELECT that reads"),
        ("select random()", "which does more than compute"),
        ("select length(uuid())", "which does more than compute|none of the functions"),
        ("select length(current_user)", "which does more than compute|none of the functions"),
        ("select nextval('s')", "calls 'nextval'"),
        ("with orders as (select 1) select count(*) from orders", "calls a part of its own 'orders'"),
        ("select count(*), 1 from orders", "selects 2 columns"),
        ("select * from orders", "it must give one number"),
        ("select count(*) from {objekt}", r"the placeholder '\{objekt\}'. Did you mean 'object'"),
        ("select count(*) frm orders where", "is no SQL of this engine|is no table|one SELECT"),
    ],
)
def test_a_query_only_reads_the_tables_at_hand(query, words):
    check = SqlRule(query=query or " ", names=("orders", "orders_v2"))
    with pytest.raises(UsageError, match=words):
        check.asks(subject()[0])


def test_what_a_query_must_not_give():
    for query, words in [
        ("select number from orders", "gave more than one row"),
        ("select number from orders where false", "gave no row"),
        ("select 'x'", "gave text or a date"),
        ("select current_date", "gave text or a date"),
    ]:
        with pytest.raises(DataError, match=words):
            asked(query)
    with pytest.raises(UsageError, match="stands under no column"):
        asked("select count({property}) from {object}")
    with pytest.raises(duckdb.BinderException):
        asked("select count(nope) from orders")


def contract(tmp_path, rules: str) -> Contract:
    text = f"kind: DataContract\nschema:\n  - name: orders\n    properties: [{{name: number}}]\n    quality:\n{rules}"
    (tmp_path / "c.odcs.yaml").write_text(text, encoding="utf-8")
    return read_contract(tmp_path / "c.odcs.yaml", shown_as="c.odcs.yaml")


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("mustBe: 4", Status.PASSED),
        ("mustBe: 5", Status.FAILED),
        ("mustBeLessThan: 4, severity: warning", Status.WARNED),
        ("mustBeBetween: [3, 5], unit: percent", Status.PASSED),
        ("mustNotBe: 4, unit: euros", Status.FAILED),
    ],
)
def test_the_value_is_held_against_the_operator(operator, expected, tmp_path):
    rules = f'      - {{type: sql, name: all, query: "select count(*) from orders", {operator}}}\n'
    (check,) = SqlRule.plan(subject()[0], contract(tmp_path, rules))
    found = findings(check, *subject())
    assert status(check, found) is expected
    assert found.message.startswith("“all” gives 4; ")
    assert check.clauses == ("c.odcs.yaml:6",)
    assert check.where == {"rule": "all"}


@pytest.mark.parametrize(("operator", "state"), [(f"mustBe: {BIG}", Status.PASSED), (f"mustBe: {BIG - 1}", Status.FAILED)])
def test_large_numbers_are_not_rounded(operator, state, tmp_path):
    (check,) = SqlRule.plan(subject()[0], contract(tmp_path, f'      - {{type: sql, query: "select {BIG}", {operator}}}\n'))
    assert status(check, findings(check, *subject())) is state


def test_truth_values_and_nothing_at_all(tmp_path):
    rules = '      - {type: sql, query: "select count(*) = 4 from orders", mustBe: true}\n'
    rules += '      - {type: sql, query: "select max(number) from orders where false", mustBe: 0}\n'
    true, nothing = SqlRule.plan(subject()[0], contract(tmp_path, rules))
    found = findings(true, *subject())
    assert (status(true, found), found.message) == (Status.PASSED, "The query gives true; exactly 1 expected.")
    found = findings(nothing, *subject())
    assert status(nothing, found) is Status.UNDECIDED
    assert found.message == "The query gave no value (NULL): exactly 0 expected; whether it holds is unknown."


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ('      - {type: sql, query: "select 1"}\n', "6: a rule of type sql says what its result must be"),
        ("      - {type: sql, mustBe: 0}\n", "6: a rule of type sql has a 'query'"),
    ],
)
def test_rules_that_say_too_little(rules, words, tmp_path):
    with pytest.raises(UsageError, match=words):
        contract(tmp_path, rules)


CONDITIONS = {
    "opened > closed": [3],
    "price > 0.2": [2, 3],
    "price = 0.3": [2],
    "number + 1 > 2 and not word is null": [1],
    "word in ('x', 'zz')": [0, 3],
    "word not in ('x', 'zz')": [1],
    "word like 'z%' or word ilike 'y'": [1, 3],
    "opened < '1900-01-01'": [1],
    "opened between '2020-01-01' and date '2020-12-31'": [0],
    "opened + interval 365 day < closed": [1],
    "extract(year from opened) = 1850": [1],
    "year(opened) = 2021": [3],
    "coalesce(number, 0) = 0": [3],
    "case when number = 1 then true else false end": [0],
    "case number when 2 then 'b' else 'c' end = 'b'": [1, 2],
    '"Größe" between 2 and 3': [1, 2],
    "größe > 3": [3],
    "length(word) > 1": [3],
    "cast(number as double) / 2 = 0.5": [0],
    "upper(word) <> word": [0, 3],
    "word || '!' = 'x!'": [0],
    "number is distinct from 2": [0, 3],
    "number is not distinct from null": [3],
    "abs(-number) = 2": [1, 2],
    "nullif(number, 2) is null": [1, 2, 3],
    'greatest(number, 2) > least("Größe", 3)': [0],
    "number % 2 = 0": [1, 2],
    "substring(word, 1, 1) = 'z'": [3],
    "regexp_matches(word, '^[A-Z]')": [1],
    "round(price, 0) = 0": [0, 2],
    "paid": [0, 3],
    "not paid": [1],
    "paid is true and number is null": [3],
    "number = 2 -- both": [1, 2],
    "opened::timestamp > '2020-01-01 12:00:00'": [3],
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_on_single_rows(text):
    check = SqlRule(expression=text)
    table, engine = subject()
    found = findings(check, table, engine)
    assert picked(check, table, engine) == CONDITIONS[text]
    assert found.measurements[0].value == len(CONDITIONS[text])


@pytest.mark.parametrize("text", [t for t in CONDITIONS if not t.startswith("greatest")])
def test_duckdb_reads_the_conditions_alike(text):
    """The engine's own SQL is the second witness, with NaN taken for missing as everywhere here."""
    with duckdb.connect() as engine:
        table = pa.table({**ORDERS, "price": pa.array([None if v != v else v for v in ORDERS["price"]])})
        engine.register("orders", table)
        rows = engine.execute(f'SELECT "Größe" - 1 FROM orders WHERE ({text}\n) ORDER BY 1').fetchall()
    assert [row for (row,) in rows] == CONDITIONS[text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lenght(word) > 1", r"'LENGHT\(word\)' is not known in a condition on one row. Known: comparisons"),
        ("nope = 1", "names the column 'nope', which the data do not have"),
        ("o.number = 1", "names columns alone; got 'o.number'"),
        ("number", "is no condition: it gives int64"),
        ("number > 'x'", "compares what cannot be compared"),
        ("1 = 1", "names no column"),
        ("number in (select id from customers)", "looks at no other rows"),
        ("count(*) > 1", "is not known in a condition"),
        ("row_number() over () > 1", "is not known in a condition"),
        ("number > (select 1)", "is not known in a condition"),
        ("number > 1) or (1 = 1", "is no condition in SQL"),
        ("number = 1; drop table orders", "is no condition in SQL"),
        ("number = 1) union (select 1", "is no condition in SQL"),
        ("number = 1) group by (1", "is no condition in SQL"),
        ("read_csv('x')", "is not known in a condition"),
        ("number >", "is no condition in SQL"),
        ("extract(epoch from opened) > 1", "cannot extract EPOCH"),
        ("opened > closed + interval 1 decade", "an interval is a whole number and a unit|is no condition"),
        ("word like number", "a pattern is text in quotes"),
        ("cast(number as blob) = 1", "cannot cast to"),
    ],
)
def test_what_is_no_condition_on_one_row(text, words):
    with pytest.raises(UsageError, match=words):
        SqlRule(expression=text).asks(subject()[0])


def test_a_condition_of_the_contract_is_counted_and_named():
    own = rule(kind="custom", engine="assay", implementation={"check": "D014", "failing": "opened > closed"}, name="in order")
    (check,) = planned(own)
    found = findings(check, *subject())
    assert found.message == "1 of 4 rows (25.0 %) have opened > closed."
    assert (check.reason(), check.where, status(check, found)) == ("the row has opened > closed", {"rule": "in order"}, Status.FAILED)


@pytest.mark.parametrize(
    ("implementation", "words"),
    [
        ({"failing": True}, "'failing' of D014 is a condition in SQL, in quotes; got True"),
        ({"failng": "number > 1"}, "has no parameter 'failng'"),
    ],
)
def test_conditions_that_are_none(implementation, words):
    with pytest.raises(UsageError, match=words):
        planned(rule(kind="custom", engine="assay", implementation={"check": "D014", **implementation}))
    with pytest.raises(UsageError, match="D014 wants a condition"):
        SqlRule().asks(subject()[0])


def test_a_rule_under_a_column_that_is_not_there():
    with pytest.raises(NotApplicable, match="no column 'nmber'"):
        asked("select count({property}) from {object}", "nmber")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_condition_or_refused(text):
    with contextlib.suppress(UsageError):
        assert "failing" in SqlRule(expression=text).asks(subject()[0])
