"""Clauses that contradict themselves, told with their line when a contract is read."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from audit.contract.read import read_contract
from audit.contract.regular import cannot_run
from audit.core.errors import UsageError
from tests.contract_files.test_read import contract, with_column, with_rule


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("{name: a, logicalTypeOptions: {minimum: 5, maximum: 3}}", r"'minimum' \(5\) leaves nothing below 'maximum' \(3\)"),
        ("{name: a, logicalTypeOptions: {exclusiveMinimum: 5, maximum: 5}}", r"'exclusiveMinimum' \(5\) leaves nothing below 'maximum' \(5\)"),
        ("{name: a, logicalType: date, logicalTypeOptions: {minimum: 2024-02-01, maximum: 2024-01-31}}", "'minimum' .* leaves nothing below"),
        ("{name: a, logicalType: time, logicalTypeOptions: {minimum: 17:30:00, maximum: 09:00:00}}", "'minimum' .* leaves nothing below"),
        ("{name: a, logicalTypeOptions: {minLength: 5, maxLength: 3}}", r"'minLength' \(5\) is above 'maxLength' \(3\)"),
        ("{name: a, logicalTypeOptions: {minItems: 5, maxItems: 3}}", r"'minItems' \(5\) is above 'maxItems' \(3\)"),
        ("{name: a, logicalTypeOptions: {maxLength: -1}}", "a: 'maxLength' is a whole number from 0; got -1"),
        ("{name: a, logicalTypeOptions: {maxLength: 2.5}}", "a: 'maxLength' is a whole number from 0; got 2.5"),
        ("{name: a, logicalTypeOptions: {multipleOf: 0}}", "a: 'multipleOf' is a number above 0; got 0"),
        ('{name: a, logicalTypeOptions: {multipleOf: "5"}}', "a: 'multipleOf' is a number above 0; got '5'"),
        ("{name: a, logicalType: string, logicalTypeOptions: {minimum: 1}}", "'minimum' is about integer, number, date, timestamp and time; 'a' is"),
        ("{name: a, logicalType: integer, logicalTypeOptions: {pattern: x}}", "'pattern' is about string; 'a' is integer"),
        ("{name: a, logicalType: number, logicalTypeOptions: {minimum: 1e5}}", "got '1e5'. YAML reads 1e5 as text"),
        ("{name: a, logicalType: date, logicalTypeOptions: {minimum: 2020}}", "'minimum' of a date is a moment such as"),
        ("{name: a, logicalType: time, logicalTypeOptions: {minimum: 2020-01-01}}", "'minimum' of a time is a time such as 17:30:00"),
        ("{name: a, logicalType: string, logicalTypeOptions: {format: emial}}", "no string format 'emial'. Did you mean 'email'?"),
        ("{name: a, logicalType: integer, logicalTypeOptions: {format: int32}}", "no format of numbers 'int32'"),
        ("{name: a, logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Berlin}}", "there is no time zone 'Berlin'"),
        ("{name: a, logicalTypeOptions: {pattern: 5}}", "'pattern' is text; got 5"),
        ("{name: a, logicalType: integer, enum: [{value: 1}, {value: 1.5}]}", "1.5 can never be in a column of type integer"),
        ("{name: a, logicalType: number, enum: [{value: red}]}", "'red' can never be in a column of type number"),
        ("{name: a, logicalType: string, enum: [{value: Yes}]}", "YAML reads this as true, a truth value"),
        ("{name: a, logicalType: boolean, enum: [{value: 1}]}", "1 can never be in a column of type boolean"),
        ("{name: a, logicalType: date, enum: [{value: 31.01.2024}]}", "'31.01.2024' is no date as ISO 8601 writes it"),
        ("{name: a, enum: [{value: x}, {value: x}]}", "the value 'x' is listed twice"),
    ],
)
def test_contradictions(column, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:4: .*{words}"):
        contract(with_column(column), tmp_path)


@pytest.mark.parametrize(
    "column",
    [
        "{name: a, logicalTypeOptions: {minimum: 5, maximum: 5}}",
        "{name: a, logicalTypeOptions: {minimum: 9007199254740992, exclusiveMaximum: 9007199254740993}}",
        "{name: a, logicalTypeOptions: {minimum: 0, exclusiveMinimum: true}}",
        "{name: a, logicalType: timestamp, logicalTypeOptions: {minimum: 2020-01-01, maximum: 2020-01-01T00:00:00+02:00}}",
        "{name: a, logicalType: integer, enum: [{value: 1}, {value: '2'}, {value: 3.0}, {value: null}]}",
        "{name: a, logicalType: string, enum: [{value: 1}, {value: x}, {value: 2020-01-01}]}",
        "{name: a, logicalType: number, enum: [{value: 0.10000000000000000001}, {value: 0.10000000000000000002}]}",
        "{name: a, logicalType: vector, logicalTypeOptions: {dimensions: 384, distanceMetric: cosine}}",
    ],
)
def test_no_contradictions(column, tmp_path):
    assert len(contract(with_column(column), tmp_path).columns) == 1


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("{metric: nullValues, mustBe: 0},\n{metric: nullValues, mustBe: 0, severity: warning}", "10: the same rule already stands here as number 1"),
        ("{metric: invalidValues, arguments: {validValues: [1, red]}, mustBe: 0}", "9: 'red' can never be in a column of type integer"),
        ("{metric: invalidValues, arguments: {pattern: '(?=x)'}, mustBe: 0}", "9: a: the pattern '.*' has a look-ahead at character 1"),
        ("{type: custom, engine: assay, implementation: {check: D005, pattern: '(a)\\1'}}", "9: a: the pattern '.*' has a back-reference"),
    ],
)
def test_rules_that_contradict(rules, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:{words}"):
        contract(with_rule(rules), tmp_path)


def test_the_same_metric_with_other_bounds_is_another_rule(tmp_path):
    rules = "{metric: nullValues, mustBeLessThan: 1, severity: warning}, {metric: nullValues, mustBeLessThan: 5}, {type: text}, {type: text}"
    assert len(contract(with_rule(rules), tmp_path).columns[0].rules) == 4


LACKING = {
    "a(?=b)": "a look-ahead at character 2",
    "a(?!b)": "a negative look-ahead at character 2",
    "(?<=a)b": "a look-behind at character 1",
    "(?<!a)b": "a negative look-behind at character 1",
    r"(a)\1": "a back-reference at character 4",
    "(?P<x>a)(?P=x)": "a back-reference at character 9",
    "(?>a)": "an atomic group at character 1",
    "[ab]++": "a possessive repetition at character 5",
    "a{1001}": "a repetition of more than 1,000 times at character 2",
    "a{2,2000}": "a repetition of more than 1,000 times at character 2",
    r"^a\Z": r"\Z at character 3",
    "(?<name>a)": "a named group at character 1",
    r"\p{L}": "a class of Unicode at character 1",
    "(?#why)a": "a comment at character 1",
}


@pytest.mark.parametrize("pattern", LACKING)
def test_what_the_engines_lack_is_named_with_what_to_write_instead(pattern):
    fault = cannot_run(pattern)
    assert fault is not None
    assert f"the pattern '{pattern}' has {LACKING[pattern]}, which the engines do not run: " in fault
    assert len(fault.rpartition("do not run: ")[2]) > 5


@pytest.mark.parametrize("pattern", [r"^[A-Z]{2}\d+$", r"\(\?=", "(?:a|b)*?", "(?i)x", r"a{1000}", "[[:alpha:]]", r"\\1", "a|", ""])
def test_what_the_engines_run(pattern):
    assert cannot_run(pattern) is None
    with duckdb.connect() as engine:
        engine.execute("SELECT regexp_matches('', ?)", [pattern]).fetchall()


def test_a_broken_expression_says_where():
    assert cannot_run("[a") == "the pattern '[a' is no regular expression that the engines can run: unterminated character set at position 0"


def test_the_command_tells_column_and_line(tmp_path):
    text = with_column("{name: postcode, logicalType: string, logicalTypeOptions: {pattern: '(?=x)y'}}")
    (tmp_path / "c.odcs.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from audit.cli import main; main()", "contract", "lint", "c.odcs.yaml"]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert re.match(r"c.odcs.yaml:4: error: postcode: the pattern '\(\?=x\)y' has a look-ahead at character 1", done.stderr)


def test_every_table_is_linted(tmp_path):
    text = "kind: DataContract\nschema:\n  - {name: a}\n  - {name: b, properties: [{name: x, logicalTypeOptions: {minimum: 2, maximum: 1}}]}\n"
    (tmp_path / "c.odcs.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=":4: 'minimum'"):
        read_contract(tmp_path / "c.odcs.yaml", table="a")
