"""How many queries a gate sends, and what one bad expression can spoil."""

from dataclasses import replace
from pathlib import Path

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.core.ask import Rows, count_repeated, frame, repeated, rows, sample, scalar, value_counts
from audit.core.contract import Column, Contract
from audit.core.errors import DataError
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine, CheckAnswers, one_line
from audit.engines.sources import frame_source, open_source
from audit.engines.stored import stored
from audit.run import Settings, examine
from tests.predicates import rule

FRAME = pd.DataFrame({"a": [3, 1, 2, 2], "b": ["x", "y", "x", None], "c": [0.5, None, 1.5, 2.5]})


@pytest.fixture
def opened():
    source = frame_source(FRAME)
    return source.table, AskEngine(source.backend)


def people(n: int) -> pd.DataFrame:
    numbers = {f"n{i}": [1.0 * i, 2.0, None] for i in range(n)}
    return pd.DataFrame({"id": ["a", "b", "c"], "town": ["x", "y", "x"], "level": ["lo", "hi", "hi"], **numbers})


def gate(n: int) -> tuple[int, AskEngine]:
    """Return how many results a gate with ``n`` rules on numbers and six others has, and its engine."""
    columns = (
        Column("id", unique=True, options={"pattern": "^[a-z]$", "maxLength": 1}, required=True, logical_type="string"),
        Column("town", enum=("x", "y")),
        Column("level", enum=("lo", "hi"), unique=True),
        *(Column(f"n{i}", options={"minimum": 0, "maximum": 50}) for i in range(n)),
    )
    source = frame_source(people(n))
    contract = Contract(columns=columns, rules=(rule("rowCount"), rule("duplicateValues")))
    settings = Settings(declared_only=True)
    done = examine(Subject("people", source.table), verb="gate", families=["quality"], contract=contract, settings=settings)
    assert not [r.message for r in done.run.results if r.status is Status.ERROR]
    return len(done.run.results), done.engine


def test_a_gate_asks_once_for_scalars_once_for_value_counts_and_once_for_repeated_keys():
    results, engine = gate(14)
    assert results > 20
    assert len(engine.queries) == 3, engine.queries


def test_more_rules_send_no_more_queries():
    few, engine = gate(10)
    many, larger = gate(30)
    assert many == few + 20
    assert len(larger.queries) == len(engine.queries)


def test_scalars_over_one_table_are_fused_and_those_over_another_are_not(opened):
    table, engine = opened
    total, largest, share = scalar(table.count()), scalar(table.a.max()), scalar((table.a > 1).mean())
    part = scalar(table.filter(table.a > 1).count())
    answered = engine.prefetch([total, largest, share, part])
    assert [answered.look_up(ask) for ask in (total, largest, share, part)] == [4, 3, 0.75, 3]
    assert len(engine.queries) == 2


def test_the_same_question_is_put_once(opened):
    table, engine = opened
    twice = [scalar(table.a.sum()), scalar(table.a.sum()), value_counts(table.b), value_counts(table.b)]
    answered = engine.prefetch(twice)
    assert answered.look_up(twice[0]) == answered.look_up(twice[1]) == 8
    assert answered.look_up(twice[2]) == answered.look_up(twice[3])
    assert len(engine.queries) == 2
    assert engine.queries[0].upper().count("SUM(") == 1
    assert "UNION" not in engine.queries[1].upper()


def test_value_counts_of_columns_of_any_type_travel_together(opened):
    table, engine = opened
    asks = {name: value_counts(table[name]) for name in "abc"}
    answered = engine.prefetch(asks.values())
    assert len(engine.queries) == 1
    assert {n: dict(answered.look_up(a).values) for n, a in asks.items()} == {
        "a": {"1": 1, "2": 2, "3": 1},
        "b": {"x": 2, "y": 1, None: 1},
        "c": {"0.5": 1, "1.5": 1, "2.5": 1, None: 1},
    }


def test_repeated_groups_of_different_keys_travel_together(opened):
    table, engine = opened
    asks = [count_repeated(repeated(table, key)) for key in (["a"], ["b"], ["a", "b"], ["c"])]
    answered = engine.prefetch(asks)
    assert len(engine.queries) == 1
    assert [answered.look_up(a).values for a in asks] == [[(1, 2, 2)], [(1, 2, 2)], [(0, 0, 0)], [(0, 0, 0)]]


def test_tables_with_other_columns_or_another_order_of_them_are_kept_apart(opened):
    table, engine = opened
    asks = [rows(table.select("a", "c")), rows(table.select("c", "a")), rows(table.select("a"))]
    answered = engine.prefetch(asks)
    assert [answered.look_up(a).columns for a in asks] == [("a", "c"), ("c", "a"), ("a",)]
    assert answered.look_up(asks[1]).values[0] == (0.5, 3)
    assert len(engine.queries) == 3


def test_a_small_table_without_rows_stays_without_rows(opened):
    table, engine = opened
    some, none = rows(table.select("a")), rows(table.filter(table.a > 9).select("a"))
    answered = engine.prefetch([some, none])
    assert (len(answered.look_up(some)), len(answered.look_up(none))) == (4, 0)


def test_deferred_asks_are_sent_only_when_looked_at_and_then_once(opened):
    table, engine = opened
    asks = {"now": scalar(table.count()), "later": rows(table.select("a"), when_needed=True), "never": frame(table, when_needed=True)}
    answers = CheckAnswers(asks, engine.prefetch(asks.values()))
    assert answers.scalar("now") == 4
    assert len(engine.queries) == 1
    assert [row["a"] for row in answers.rows("later")] == [3, 1, 2, 2]
    assert len(answers.rows("later")) == 4
    assert len(engine.queries) == 2


def test_frames_are_fetched_as_pandas(opened):
    table, engine = opened
    asks = {"rows": frame(table.order_by("a").limit(2))}
    fetched = CheckAnswers(asks, engine.prefetch(asks.values())).frame("rows")
    assert fetched["a"].tolist() == [1, 2]


def test_parts_of_a_frame_are_computed_once_and_dropped_when_it_is_answered(opened):
    table, engine = opened
    # a chance column tells whether a part was computed once: both sides of a join then see the same numbers
    part = table.mutate(chance=ibis.random())
    doubled = part.mutate(more=part.chance + 1)
    expr = doubled.join(doubled.view(), "a").select("a", "chance", "more", also="chance_right")
    answer = engine.one(frame(expr, keeping=(part, doubled)))
    # the values 3 and 1 meet themselves, and each of the two 2 meets both
    assert sorted(answer["a"]) == [1, 2, 2, 2, 2, 3]
    assert (answer["more"] == answer["chance"] + 1).all()
    assert set(answer["chance"]) == set(answer["also"])
    assert answer["chance"].nunique() == 4
    assert "assay_stored" in engine.queries[-1]
    assert not [name for (name,) in engine.backend.con.execute("SELECT table_name FROM duckdb_tables()").fetchall() if "assay_stored" in name]


def test_parts_of_a_frame_are_dropped_when_it_fails(opened):
    table, engine = opened
    part = table.mutate(double=table.a * 2)
    with pytest.raises(duckdb.Error):
        engine.one(frame(part.select(whole=part.b.cast("int64")), keeping=(part,)))
    assert not engine.backend.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()


def test_other_engines_than_duckdb_are_not_written_to():
    backend = ibis.sqlite.connect()
    backend.con.execute("CREATE TABLE t (a INTEGER)")
    part = backend.table("t").mutate(double=lambda t: t.a * 2)
    with stored(backend, part) as table:
        assert table is part


def test_rows_become_dictionaries_and_a_frame():
    small = Rows(("g", "n"), [("x", 2), (None, 1)])
    assert list(small) == [{"g": "x", "n": 2}, {"g": None, "n": 1}]
    assert small.frame()["n"].tolist() == [2, 1]
    assert small.frame()["g"].isna().tolist() == [False, True]


def test_a_sample_is_the_same_in_whatever_order_the_rows_come():
    values = [f"v{i}" for i in range(50)]
    picked = []
    for order in (values, values[::-1]):
        source = frame_source(pd.DataFrame({"a": order, "b": 1}))
        picked.append([a for a, _ in AskEngine(source.backend).fetch(sample(source.table, 5, ["a"]))[1]])
    assert picked[0] == picked[1]
    assert len(set(picked[0])) == 5
    source = frame_source(pd.DataFrame({"a": [1, None], "b": [None, "x"]}))
    assert len(AskEngine(source.backend).fetch(sample(source.table, 5))[1]) == 2


def test_a_bad_expression_spoils_its_own_answer_alone(opened):
    table, engine = opened
    good, bad, other = scalar(table.count()), scalar(table.b.cast("int64").max()), value_counts(table.b)
    answered = engine.prefetch([good, bad, other])
    assert answered.look_up(good) == 4
    assert len(answered.look_up(other)) == 3
    with pytest.raises(Exception, match="Could not convert string 'x'") as refused:
        answered.look_up(bad)
    assert "LINE 1" not in one_line(refused.value)


def test_a_bad_expression_makes_only_its_own_check_an_error():
    source = frame_source(people(2))
    day = Column("id", options={"pattern": "(?=a)"}, logical_type="string")
    contract = Contract(columns=(day, Column("n0", options={"minimum": 0}), Column("town", enum=("x", "y"))))
    run = examine(Subject("p", source.table), verb="gate", families=["quality"], contract=contract).run
    states = {r.key: r.status for r in run.results}
    assert states["D005:id"] is Status.ERROR
    assert [k for k, s in states.items() if s is Status.ERROR] == ["D005:id"]
    assert states["D003:n0"] is states["D004:town"] is Status.PASSED
    assert run.subject.rows == 3
    assert run.exit_code == 3


def test_a_source_that_breaks_off_is_a_data_error(tmp_path: Path):
    good, cut = tmp_path / "good.parquet", tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": [f"value {i}" for i in range(20_000)]}), good, compression="none", use_dictionary=False)
    content = good.read_bytes()
    # the footer is whole, the pages are not
    cut.write_bytes(content[:100] + b"\xff" * 5000 + content[5100:])
    source = open_source("cut.parquet", tmp_path)
    contract = Contract(columns=(Column("a", options={"pattern": "^v"}, logical_type="string"),))
    with pytest.raises(DataError, match="the data cannot be read"):
        examine(Subject("cut", source.table), verb="gate", families=["quality"], contract=contract)


def test_a_source_that_vanishes_is_a_data_error(tmp_path: Path):
    file = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": [1]}), file)
    source = open_source("t.parquet", tmp_path)
    file.unlink()
    with pytest.raises(DataError, match="the data cannot be read"):
        examine(Subject("t", source.table), verb="gate", families=["quality"])


# ibis reads a pandas option that pandas no longer has
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option:DeprecationWarning")
def test_an_engine_other_than_duckdb_is_asked_through_ibis():
    backend = ibis.sqlite.connect()
    backend.con.execute("CREATE TABLE t (a INTEGER, b TEXT)")
    backend.con.execute("INSERT INTO t VALUES (1, 'x'), (2, NULL)")
    engine = AskEngine(backend)
    table = backend.table("t")
    asks = [scalar(table.count()), scalar(table.a.max()), value_counts(table.b)]
    answered = engine.prefetch(asks)
    assert [answered.look_up(a) for a in asks[:2]] == [2, 2]
    assert len(answered.look_up(asks[2])) == 2
    assert len(engine.queries) == 2


def test_long_errors_are_cut():
    assert one_line(ValueError("a\n  b LINE 1: SELECT")) == "a b"
    assert len(one_line(ValueError("x" * 999), limit=50)) == 50


def test_an_ask_can_be_deferred_by_whoever_makes_it(opened):
    table, engine = opened
    ask = replace(scalar(table.count()), when_needed=True)
    engine.prefetch([ask])
    assert engine.queries == []
