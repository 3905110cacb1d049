"""``assay contract lint``: every fault of several files at once, warnings apart, and nothing to say about good contracts."""

import copy
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from audit.cli import app
from audit.verbs.lint_contract import lint_contract
from tests.contract_files.test_read import FULL

ROOT = Path(__file__).parents[2]
OWN = [*ROOT.glob("data/*/*.odcs.yaml"), *ROOT.glob("benchmarks/*.odcs.yaml")]

BAD = """\
apiVersion: v3.1.0
kind: DataContract
id: x
version: 1.0.0
status: active
schema:
  - name: t
    quality:
      - {metric: rowCont, mustBe: 1}
      - {metric: nullValues, mustBe: 1}
      - {type: custom, engine: assay, implementation: {check: D077}}
      - {type: custom, engine: assay, implementation: {check: P002, as_off: 2026-01-01}}
    properties:
      - {name: a, logicalType: strng, requird: true}
      - {name: b, logicalType: integer, logicalTypeOptions: {minimum: 5, maximum: 3}, customProperties: [{property: role, value: targt}]}
      - {name: c, logicalType: string, enum: [{value: x}, {value: x}], required: "yes"}
      - {name: c}
      - {name: d, relationships: [{to: nowhere}]}
      - {logicalType: string}
      - {name: e, name: f, logicalTypeOptions: {exclusiveMinimum: true}}
slaProperties:
  - {property: retention, value: 3, unit: fortnight, element: t.d}
  - {property: latency, value: 3, unit: d, element: t.z}
"""
#: Line, column and the beginning of every fault of the file above, found by reading it.
EXPECTED = [
    (9, "", "no metric 'rowCont'. Did you mean 'rowCount'?"),
    (10, "", "nullValues is about a column"),
    (11, "", "there is no check 'D077'. Did you mean 'D017'?"),
    (12, "", "check P002 has no parameter 'as_off'. Did you mean 'as_of'?"),
    (14, "a", "ODCS knows no key 'requird' here. Did you mean 'required'?"),
    (14, "a", "no logicalType 'strng'. Did you mean 'string'?"),
    (15, "b", "'minimum' (5) leaves nothing below 'maximum' (3)"),
    (15, "b", "no role 'targt'. Did you mean 'target'?"),
    (16, "c", "'required' is true or false; got 'yes'"),
    (16, "c", "the value 'x' is listed twice"),
    (17, "c", "the column 'c' was already described on line 16"),
    (18, "d", "'nowhere' leads to no column of a table"),
    (19, "", "a property without a name"),
    (20, "", "the key 'name' was already written on line 20"),
    (20, "f", "'exclusiveMinimum: true' needs a 'minimum' beside it"),
    (22, "", "a period has a unit; got 'fortnight'"),
    (23, "", "the table 't' has no column 'z'"),
]

GOOD = """\
apiVersion: v3.2.0
kind: DataContract
id: x
version: 1.0.0
status: active
description: {purpose: to decide}
schema:
  - name: t
    properties:
      - {name: a, logicalType: integer}
"""


def written(folder: Path, text: str, name: str = "c.odcs.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_fault_is_told_with_line_and_column(tmp_path):
    found = lint_contract(written(tmp_path, BAD)).problems
    assert {p.severity for p in found} == {"error"}
    assert [(p.line, p.column) for p in found] == [(line, column) for line, column, _ in EXPECTED]
    for problem, (_, _, words) in zip(found, EXPECTED, strict=True):
        assert problem.message.startswith(words)


def test_each_fault_is_told_once_and_by_itself(tmp_path):
    """Mending one line of the file takes away what was said of that line, and nothing else."""
    mended = BAD.replace("metric: rowCont", "metric: rowCount").replace("fortnight", "d")
    lines = [p.line for p in lint_contract(written(tmp_path, mended)).problems]
    assert lines == [line for line, _, _ in EXPECTED if line not in (9, 22)]


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_our_own_contracts_have_no_problem(path):
    assert lint_contract(path).problems == []


DOUBTFUL = {
    "{name: a}": "no 'logicalType': any type is accepted",
    "{name: a, logicalType: string, enum: [{value: Male}, {value: male}]}": "'Male' and 'male' differ in case or blanks only",
    "{name: a, logicalType: string, enum: [{value: ok}, {value: ' ok'}]}": "'ok' and ' ok' differ in case or blanks only",
    "{name: a, logicalType: integer, logicalTypeOptions: {maximum: 3}, enum: [{value: 1}, {value: 4}]}": "4 is listed, and the bounds",
    "{name: a, logicalType: integer, required: true, quality: [{metric: nullValues, mustBeLessThan: 5}]}": "this rule admits missing values",
    "{name: a, logicalType: integer, quality: [{metric: nullValues}]}": "this rule names no operator",
    "{name: a, logicalType: integer, quality: [{type: custom, engine: Assay, implementation: {check: D003}}]}": "no check evaluates this rule",
    "{name: a, logicalType: timestamp, logicalTypeOptions: {timezone: true}}": "'timezone' of a is declared, and no check looks at it",
    "{name: a, logicalType: string, enum: [{value: bad}, {value: good}], customProperties: [{property: role, value: target}]}": (
        "the target 'a' has two values (bad and good) and no 'positive'"
    ),
    "{name: a, logicalType: integer, customProperties: [{property: positive, value: 1}]}": "'positive' is about the target, and 'a' is not it",
    "{name: a, logicalType: date, customProperties: [{property: retentionDays, value: 30}]}": "'retentionDays' is counted from the column with",
}


@pytest.mark.parametrize("column", DOUBTFUL)
def test_what_a_careful_reader_would_ask(column, tmp_path):
    (problem,) = lint_contract(written(tmp_path, GOOD.replace("{name: a, logicalType: integer}", column))).problems
    assert (problem.severity, problem.line) == ("warning", 10)
    assert problem.message.startswith(DOUBTFUL[column])


SOUND = [
    "{name: a, logicalType: integer}",
    "{name: a, logicalType: string, enum: [{value: bad}, {value: good}]}",
    "{name: a, logicalType: integer, enum: [{value: 0}, {value: 1}], customProperties: [{property: role, value: target}]}",
    "{name: a, logicalType: string, enum: [{value: x}, {value: y}, {value: z}], customProperties: [{property: role, value: target}]}",
    "{name: a, logicalType: boolean, customProperties: [{property: role, value: target}]}",
    "{name: a, logicalType: number, customProperties: [{property: role, value: target}]}",
    "{name: a, logicalType: integer, required: true, quality: [{metric: nullValues, mustBe: 0}]}",
    "{name: a, logicalType: integer, quality: [{type: custom, engine: soda, implementation: {}}, {type: text, description: read it}]}",
    "{name: a, logicalType: integer, customProperties: [{property: retentionDays, value: 30}]}",
    "{name: a, logicalType: date, customProperties: [{property: role, value: collected}, {property: retentionDays, value: 30}]}",
    "{name: a, logicalType: integer, classification: restricted}",
]


@pytest.mark.parametrize("column", SOUND)
def test_no_wolf_is_cried(column, tmp_path):
    assert lint_contract(written(tmp_path, GOOD.replace("{name: a, logicalType: integer}", column))).problems == []


def test_personal_data_without_a_purpose(tmp_path):
    text = GOOD.replace("description: {purpose: to decide}\n", "").replace("integer}", "integer, classification: restricted}")
    (problem,) = lint_contract(written(tmp_path, text)).problems
    assert (problem.severity, problem.line, problem.column) == ("warning", 9, "a")
    assert problem.message.startswith("personal data are declared (a), and no purpose is.")
    stated = text.replace("schema:", "customProperties: [{property: purpose, value: research}]\nschema:")
    assert lint_contract(written(tmp_path, stated)).problems == []


def test_enum_in_a_file_that_says_3_1(tmp_path):
    text = GOOD.replace("v3.2.0", "v3.1.0").replace("integer}", "integer, enum: [{value: 1}]}")
    (problem,) = lint_contract(written(tmp_path, text)).problems
    assert problem.message == "'enum' came with ODCS 3.2, and this file says v3.1.0; other tools may not see it"


def test_unknown_columns_of_a_composite_key(tmp_path):
    rule = "quality: [{metric: duplicateValues, arguments: {properties: [amuont]}, mustBe: 0}]\n    properties:"
    text = GOOD.replace("properties:", rule, 1).replace("name: a,", "name: amount,")
    (problem,) = lint_contract(written(tmp_path, text)).problems
    assert problem.message == "the contract describes no column 'amuont'. Did you mean 'amount'?"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [\n", 2, "is not valid YAML"),
        ("a: 1\n", 0, "is no data contract: expected the key 'kind: DataContract'"),
        (GOOD.split("schema:")[0], 0, "has no 'schema': nothing would be checked"),
    ],
)
def test_files_that_are_no_contracts_are_problems_too(text, line, words, tmp_path):
    (problem,) = lint_contract(written(tmp_path, text)).problems
    assert (problem.severity, problem.line) == ("error", line)
    assert words in problem.message


def test_a_file_that_is_not_there_is_a_problem(tmp_path):
    (problem,) = lint_contract(tmp_path / "none.odcs.yaml").problems
    assert problem.message.startswith("there is no contract")


def test_the_command_looks_at_all_files_and_ends_with_2(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, GOOD, "good.odcs.yaml")
    written(tmp_path, BAD, "bad.odcs.yaml")
    written(tmp_path, GOOD.replace(", logicalType: integer", ""), "doubtful.odcs.yaml")
    done = CliRunner().invoke(app, ["contract", "lint", "bad.odcs.yaml", "good.odcs.yaml", "doubtful.odcs.yaml"])
    assert done.exit_code == 2
    assert "bad.odcs.yaml:9: error: no metric 'rowCont'. Did you mean 'rowCount'?\n" in done.stderr
    assert f"bad.odcs.yaml: {len(EXPECTED)} errors, 0 warnings\n" in done.stderr
    assert "good.odcs.yaml: fine; 1 columns" in done.stderr
    assert "doubtful.odcs.yaml:10: warning: a: no 'logicalType'" in done.stderr
    assert done.stdout == ""


def test_warnings_alone_end_with_0_and_quiet_says_no_more_than_the_problems(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, GOOD.replace(", logicalType: integer", ""))
    done = CliRunner().invoke(app, ["contract", "lint", "--quiet", "c.odcs.yaml"])
    assert done.exit_code == 0
    assert len(done.stderr.splitlines()) == 1
    written(tmp_path, GOOD)
    assert CliRunner().invoke(app, ["contract", "lint", "--quiet", "c.odcs.yaml"]).stderr == ""


def test_problems_as_json_for_editors(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, BAD)
    done = CliRunner().invoke(app, ["contract", "lint", "--json", "c.odcs.yaml"])
    listed = json.loads(done.stdout)
    assert done.exit_code == 2
    assert len(listed) == len(EXPECTED)
    assert listed[4] == {
        "severity": "error",
        "file": "c.odcs.yaml",
        "line": 14,
        "message": "ODCS knows no key 'requird' here. Did you mean 'required'?",
        "table": "t",
        "column": "a",
    }
    assert done.stderr == ""


def paths(node, path=()):
    if path:
        yield path
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield from paths(value, (*path, key))


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, [[]], {"a": 1}, True], ids=repr)
def test_whatever_stands_in_a_place_is_a_problem_or_none_and_never_a_crash(junk, tmp_path):
    document = yaml.safe_load(FULL)
    document["schema"][0]["quality"][0]["type"] = "library"
    for path in paths(document):
        damaged = copy.deepcopy(document)
        node = damaged
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = junk
        assert all(p.line >= 0 and p.message for p in lint_contract(written(tmp_path, yaml.safe_dump(damaged, sort_keys=False))).problems)


def test_a_name_that_yaml_reads_as_a_truth_value_is_a_fault_with_its_line(tmp_path):
    rule = "{type: custom, engine: assay, implementation: {check: D013, columns: [a, b], table: o, to: [name, no]}}"
    text = f"apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n- name: t\n  quality:\n  - {rule}\n"
    (tmp_path / "t.odcs.yaml").write_text(text + "  properties: [{name: a, logicalType: integer}, {name: b, logicalType: integer}]\n")
    faults = [(p.line, p.message) for p in lint_contract(tmp_path / "t.odcs.yaml").problems if p.severity == "error"]
    assert faults == [(9, "check D013: 'to' is a list of names; got False. Put it in quotes: 'no'")]
