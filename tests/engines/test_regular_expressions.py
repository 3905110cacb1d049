"""Patterns find on Postgres and on Spark what they find on DuckDB."""

import duckdb
import psycopg
import pytest

from audit.engines.regular_expressions import PatternNotKnown, rewritten
from tests.nasty import TEXTS

PATTERNS = [
    r"^[A-Z]", r"\d", r"\w+$", r"^\s*x\s*$", r"^\S+$", r"(?i)é", r"(?i)k", r"(?i)S", r"(?i)[^a-z]", r"^abc$", r"a.b", r"[^a]$", r"\bx", r"\Bb",
    r"(?s)a.b", r"(?m)^b", r"(?m)a$", r"[[:alpha:]]$", r"[[:^alpha:]]", r"^$", r"[\w-]+", r"^.{2,3}$", r"\.", r"[^\W\d]", r"日|😀", r"^(a|b)*$",
    r"[.\-/]",
    r"^(?:a|Z)?$", r"(?i:A)_1",
    r"a{1,2}?", r"^[^\n]*$", r"\x41", r"[\t\x20]", r"^(?P<first>a) b$", r"o'k", r'q"q', r"back\\slash", r"%", r"[]a]", r"[a\]]",
    r"x{300}", r"^.{0,400}$",
    r"{,2}", r"\A1", r"[\x{80}-\x{10FFFF}]",
]  # fmt: skip


def on_duckdb(pattern: str) -> list[bool | None]:
    with duckdb.connect() as here:
        return [here.execute("SELECT regexp_matches(?, ?)", [text, pattern]).fetchone()[0] for text in LONGER]


LONGER = [*TEXTS, "x" * 299, "x" * 300, "é" * 400, "y" * 401, "K\n"]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_postgres_finds_the_same(postgres, pattern):
    with psycopg.connect(postgres.replace("postgres://", "postgresql://")) as there:
        found = [there.execute('SELECT (%s::text COLLATE "C") ~ %s', [text, rewritten(pattern, "postgres")]).fetchone()[0] for text in LONGER]
    assert dict(zip(LONGER, found, strict=True)) == dict(zip(LONGER, on_duckdb(pattern), strict=True))


@pytest.mark.slow
def test_spark_finds_the_same(spark):
    from pyspark.sql import functions as sql

    rows = spark.createDataFrame([(text,) for text in LONGER], "t string")
    found = rows.select("t", *(sql.col("t").rlike(rewritten(p, "java")).alias(f"p{i}") for i, p in enumerate(PATTERNS))).collect()
    for i, pattern in enumerate(PATTERNS):
        assert [row[f"p{i}"] for row in found] == on_duckdb(pattern), pattern


def test_what_no_rewriting_can_express_is_refused():
    with pytest.raises(PatternNotKnown, match=r"'\\p'"):
        rewritten(r"^\p{L}+$", "postgres")
    assert rewritten(r"^\p{L}+$", "java") == r"^\p{L}+\z"
    with pytest.raises(PatternNotKnown, match="a group that RE2 does not know"):
        rewritten("a(?=b)", "java")
