"""Contracts: what they say, on which line, and what is wrong with them."""

import hashlib
import json
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from audit.contract.lines import line_of, load_with_lines
from audit.contract.read import OPERATORS, read_contract, read_tables
from audit.contract.rules import read_limit
from audit.core.contract import Place
from audit.core.errors import DataError, UsageError
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.written import exact

HERE = Path(__file__).parents[2]
OWN = [*HERE.glob("data/*/*.odcs.yaml"), HERE / "benchmarks" / "gate.odcs.yaml"]

FULL = """\
apiVersion: v3.1.0
kind: DataContract
id: c-1
name: orders
version: 2.0.1
status: active
customProperties:
  - {property: purpose, value: research}
  - {property: retentionDays, value: 90}
schema:
  - name: orders
    physicalName: orders_v2
    customProperties:
      - property: retentionDays
        value: 30
    quality:
      - metric: rowCount
        mustBeGreaterThan: 10
        businessImpact: an empty delivery stops billing
        dimension: completeness
    properties:
      - name: amount
        physicalName: amt
        logicalType: number
        required: true
        logicalTypeOptions:
          minimum: 0
          exclusiveMaximum: 1000
        quality:
          - metric: nullValues
            unit: percent
            mustBeLessOrEqualTo: 57
            severity: warning
            description: gaps are normal
      - name: status
        enum: [{value: open}, {value: 1}]
        classification: restricted
        customProperties:
          - property: role
            value: target
"""


def contract(text: str, folder: Path, **rest):
    path = folder / "c.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    return read_contract(path, shown_as="c.odcs.yaml", **rest)


def with_rule(rule: str, *, column: bool = True) -> str:
    """A contract whose one rule stands on line 9, or on line 8 where it is about the table."""
    head = "apiVersion: v3.1.0\nkind: DataContract\nid: x\nversion: 1.0.0\nstatus: active\nschema:\n  - name: t\n"
    return f"{head}    properties: [{{name: a, logicalType: integer, quality: [\n{rule}]}}]\n" if column else f"{head}    quality: [{rule}]\n"


def with_column(text: str) -> str:
    """A contract whose one column begins on line 4."""
    return f"kind: DataContract\nschema:\n  - properties:\n      - {text}\n"


def limit(rule: str, folder: Path) -> Limit:
    return contract(with_rule(rule), folder).columns[0].rules[0].limit


def test_everything_that_is_written_is_read(tmp_path):
    read = contract(FULL, tmp_path)
    assert (read.id, read.name, read.version, read.table, read.path) == ("c-1", "orders", "2.0.1", "orders_v2", "c.odcs.yaml")
    assert read.sha256 == hashlib.sha256(FULL.encode()).hexdigest()
    amount, status = read.columns
    assert (amount.name, amount.logical_type, amount.required, amount.unique) == ("amt", "number", True, False)
    assert amount.options == {"minimum": 0, "exclusiveMaximum": 1000}
    assert (status.enum, status.classification, status.custom) == (("open", 1), "restricted", {"role": "target"})
    assert read.column("status") is status
    assert read.column("amount") is None
    assert [r.metric for r in read.all_rules()] == ["rowCount", "nullValues"]
    assert read.rules[0].limit == Limit(low=10, exclude_low=True, reason="an empty delivery stops billing", source="c.odcs.yaml:17")
    assert amount.rules[0].limit == Limit(high=0.57, measurement="failing_share", blocking=False, reason="gaps are normal", source="c.odcs.yaml:30")


def test_every_clause_knows_its_line(tmp_path):
    read = contract(FULL, tmp_path)
    lines = FULL.splitlines()
    amount, status = read.columns
    for place, text in [
        (read.place, "- name: orders"),
        (read.rules[0].place, "- metric: rowCount"),
        (read.custom_place("purpose"), "purpose"),
        (amount.place(), "- name: amount"),
        (amount.place("required"), "required: true"),
        (amount.place("minimum"), "minimum: 0"),
        (amount.place("exclusiveMaximum"), "exclusiveMaximum: 1000"),
        (amount.place("unique"), "- name: amount"),
        (amount.rules[0].place, "- metric: nullValues"),
        (status.place("enum"), "enum:"),
        (status.place("role"), "- property: role"),
        (status.place("classification"), "classification"),
    ]:
        assert text in lines[place.line - 1], (place, text)
        assert place.file == "c.odcs.yaml"


def test_the_table_overrides_the_contracts_custom_properties(tmp_path):
    read = contract(FULL, tmp_path)
    assert read.custom == {"purpose": "research", "retentionDays": 30}
    assert read.custom_place("retentionDays").line == 14
    assert read.custom_place("nothing").line == read.place.line


# operators

HOLDS = {
    "mustBe: 5": {4: False, 5: True, 6: False},
    "mustNotBe: 5": {4: True, 5: False, 6: True},
    "mustBeGreaterThan: 5": {4: False, 5: False, 6: True},
    "mustBeGreaterOrEqualTo: 5": {4: False, 5: True, 6: True},
    "mustBeLessThan: 5": {4: True, 5: False, 6: False},
    "mustBeLessOrEqualTo: 5": {4: True, 5: True, 6: False},
    "mustBeBetween: [5, 7]": {4: False, 5: True, 6: True, 7: True, 8: False},
    "mustNotBeBetween: [5, 7]": {4: True, 5: False, 6: False, 7: False, 8: True},
    "mustBe: 0": {0: True, 1: False},
    "mustBeLessThan: 0.5": {0: True, 1: False},
}


def test_the_eight_operators_are_all_here():
    assert {text.split(":")[0] for text in HOLDS} == set(OPERATORS)


@pytest.mark.parametrize("operator", HOLDS)
def test_operators_at_both_ends(operator, tmp_path):
    bounds = limit(f"{{metric: nullValues, {operator}}}", tmp_path)
    for value, holds in HOLDS[operator].items():
        assert bounds.verdict(Measurement("failing_rows", value)) is (Verdict.HOLDS if holds else Verdict.BROKEN), value


@pytest.mark.parametrize("unit", ["percent", "Percent", '"%"'])
def test_percent_becomes_a_share(unit, tmp_path):
    bounds = limit(f"{{metric: nullValues, mustBeBetween: [0.1, 12.5], unit: {unit}}}", tmp_path)
    assert (bounds.low, bounds.high, bounds.measurement) == (0.001, 0.125, "failing_share")


@given(st.integers(0, 100))
def test_so_many_percent_is_the_same_number_as_so_many_rows_of_a_hundred(percent):
    for operator in ("mustBeLessOrEqualTo", "mustBeGreaterOrEqualTo", "mustBe"):
        bounds = read_limit({operator: percent, "unit": "percent"}, Place("c", 1))
        assert bounds.verdict(Measurement("failing_share", percent / 100)) is Verdict.HOLDS


@pytest.mark.parametrize("written", ["unit: rows", "name: x"])
def test_rows_are_the_default_unit(written, tmp_path):
    bounds = limit(f"{{metric: nullValues, mustBeLessThan: 5, {written}}}", tmp_path)
    assert (bounds.high, bounds.measurement) == (5, "")


@pytest.mark.parametrize(
    ("severity", "blocking"),
    [("warning", False), ("Warn", False), ("info", False), ("low", False), ("minor", False), ("error", True), ("critical", True), ("odd", True)],
)
def test_severity_decides_whether_it_blocks(severity, blocking, tmp_path):
    assert limit(f"{{metric: nullValues, mustBe: 0, severity: {severity}}}", tmp_path).blocking is blocking


def test_a_rule_without_operator_and_severity_blocks_and_has_no_bounds(tmp_path):
    bounds = limit("{metric: nullValues}", tmp_path)
    assert (bounds.judges, bounds.blocking) == (False, True)


# kinds of rules


def test_rules_of_every_kind(tmp_path):
    rules = """
      {type: sql, query: SELECT 1, mustBe: 0}, {type: text, description: by hand}, {type: library, metric: nullValues},
      {type: custom, engine: greatExpectations, implementation: {type: expect_x, kwargs: {a: 1}}},
      {type: custom, engine: assay, implementation: "check: D003\\nminimum: 0"}, {type: custom, engine: soda, implementation: {text: checks}}"""
    read = contract(with_rule(rules), tmp_path).columns[0].rules
    assert [r.kind for r in read] == ["sql", "text", "library", "custom", "custom", "custom"]
    assert (read[0].limit.high, read[1].description) == (0, "by hand")
    assert read[3].implementation == {"type": "expect_x", "kwargs": {"a": 1}}
    assert read[4].implementation == {"check": "D003", "minimum": 0}
    assert [r.engine for r in read[3:]] == ["greatExpectations", "assay", "soda"]
    assert {r.column for r in read} == {"a"}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{metric: nulValues}", "9: no metric 'nulValues'. Did you mean 'nullValues'?"),
        ("{rule: nulValues}", "9: no rule 'nulValues'. Did you mean 'nullValues'?"),
        ("{type: cutsom, metric: nullValues}", "9: no quality type 'cutsom'. Did you mean 'custom'?"),
        ("{metric: nullValues, mustBeLess: 3}", "9: ODCS knows no key 'mustBeLess' here. Did you mean 'mustBeLessThan'?"),
        ("{mustBe: 0}", "9: a library rule names a 'metric'"),
        ("{metric: nullValues, mustBe: 1, mustNotBe: 2}", "9: one operator a rule; got mustBe, mustNotBe"),
        ('{metric: nullValues, mustBe: "3"}', "9: 'mustBe' expects a number; got '3'"),
        ("{metric: nullValues, mustBe: true}", "9: 'mustBe' expects a number; got True"),
        ("{metric: nullValues, mustBe: [1, 2]}", r"9: 'mustBe' expects a number; got \[1, 2\]"),
        ("{metric: nullValues, mustBe: .nan}", "9: 'mustBe' expects a number; got nan"),
        ("{metric: nullValues, mustBeBetween: [7, 5]}", r"9: 'mustBeBetween' expects the smaller number first; got \[7, 5\]"),
        ("{metric: nullValues, mustBeBetween: [1, 2, 3]}", "9: .*at most 2 items"),
        ("{metric: nullValues, mustBeBetween: 5}", "9: .*valid list"),
        ("{metric: nullValues, mustBe: 5, unit: percnt}", "9: no unit 'percnt'. Did you mean 'percent'?"),
        ("{metric: missingValues, arguments: {mising: [x]}}", "9: no argument 'mising'. Did you mean 'missingValues'?"),
        ("{metric: missingValues, arguments: {missingValues: x}}", "9: 'missingValues' is a list; got 'x'"),
        ("{metric: invalidValues, mustBe: 0}", "9: invalidValues needs 'arguments"),
        ("{metric: rowCount, mustBe: 0}", "9: rowCount is about the table"),
        ("{type: custom, engine: assay, implementation: [1]}", "9: .*implementation"),
        ('{type: custom, engine: assay, implementation: "[1]"}', "9: 'implementation' of a custom rule is a mapping; got list"),
        ('{type: custom, engine: assay, implementation: "{a"}', "9: the text of 'implementation':2 is not valid YAML"),
    ],
)
def test_rules_that_nothing_could_evaluate_are_refused_with_their_line(rule, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:{words}"):
        contract(with_rule(rule), tmp_path)


@pytest.mark.parametrize("metric", ["nullValues", "missingValues", "invalidValues"])
def test_metrics_of_columns_do_not_stand_under_the_table(metric, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:8: {metric} is about a column"):
        contract(with_rule(f"{{metric: {metric}, arguments: {{validValues: [1]}}}}", column=False), tmp_path)


# columns


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("{name: a, logicaltype: string}", "4: ODCS knows no key 'logicaltype' here. Did you mean 'logicalType'?"),
        ("{name: a, logicalType: strin}", "4: no logicalType 'strin'. Did you mean 'string'?"),
        ("{name: a, logicalTypeOptions: {minimun: 1}}", "4: no logicalTypeOptions 'minimun'. Did you mean 'minimum'?"),
        ('{name: a, required: "false"}', "4: 'required' is true or false; got 'false'"),
        ("{name: a, primaryKey: 1}", "4: 'primaryKey' is true or false; got 1"),
        ("{logicalType: string}", "4: a property without a name"),
        ("{name: a, enum: [x]}", "4: .*enum.*valid dictionary"),
        ("{name: a, quality: {metric: nullValues}}", "4: .*quality.*valid list"),
        ("{name: a, properties: [{name: b}]}", "4: nested properties are not checked yet"),
        ("{name: a, logicalTypeOptions: {exclusiveMinimum: true}}", "4: 'exclusiveMinimum: true' needs a 'minimum' beside it"),
        ("{name: a}\n      - {name: b}\n      - {name: a}", "6: the column 'a' was already described on line 4"),
        ("{name: a}\n      - {name: b, physicalName: a}", "5: the column 'a' was already described on line 4"),
        ("{name: a, 1: x}", "4: ODCS knows no key '1' here"),
    ],
)
def test_clauses_that_nothing_could_check_are_refused_with_their_line(column, words, tmp_path):
    with pytest.raises(UsageError, match=f"^c.odcs.yaml:{words}"):
        contract(with_column(column), tmp_path)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("{minimum: 5, exclusiveMinimum: true}", {"exclusiveMinimum": 5}),
        ("{minimum: 5, exclusiveMinimum: false}", {"minimum": 5}),
        ("{maximum: 5, exclusiveMaximum: true, minimum: 1}", {"exclusiveMaximum": 5, "minimum": 1}),
        ("{minimum: 5, exclusiveMinimum: 6}", {"minimum": 5, "exclusiveMinimum": 6}),
    ],
)
def test_exclusive_bounds_as_flags_were_the_way_of_odcs_3_0(options, expected, tmp_path):
    assert contract(with_column(f"{{name: a, logicalTypeOptions: {options}}}"), tmp_path).columns[0].options == expected


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(UsageError) as refused:
        contract(with_column("{name: a, requird: true}\n      - {name: b, logicalType: strng}"), tmp_path)
    assert [line.split(": ")[0] for line in str(refused.value).splitlines()] == ["c.odcs.yaml:4", "c.odcs.yaml:5"]


def test_dates_that_yaml_has_read_are_bounds(tmp_path):
    read = contract(with_column("{name: a, logicalType: date, logicalTypeOptions: {minimum: 2020-01-31}}"), tmp_path)
    assert str(read.columns[0].options["minimum"]) == "2020-01-31"


# tables

TWO = "kind: DataContract\nschema:\n  - {name: a, properties: [{name: x}]}\n  - {name: b, physicalName: b_v2, properties: [{name: y}]}\n"


@pytest.mark.parametrize(("table", "column"), [("a", "x"), ("b", "y"), ("b_v2", "y")])
def test_one_of_several_tables(table, column, tmp_path):
    assert [c.name for c in contract(TWO, tmp_path, table=table).columns] == [column]


def test_the_line_of_the_second_table(tmp_path):
    assert contract(TWO, tmp_path, table="b").place.line == 4


@pytest.mark.parametrize(
    ("table", "words"), [(None, r"describes 2 tables \(a, b_v2\); name one with 'table'"), ("bb", "describes no table 'bb'.*Known: a, b_v2")]
)
def test_several_tables_need_a_name(table, words, tmp_path):
    with pytest.raises(UsageError, match=words):
        contract(TWO, tmp_path, table=table)


# files


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no data contract: expected the key 'kind: DataContract'"),
        ("- 1\n", "is no data contract"),
        ("kind: Contract\n", "is no data contract"),
        ("kind: DataContract\n", "has no 'schema': nothing would be checked"),
        ("kind: DataContract\nschema: []\n", "has no 'schema'"),
        ("kind: DataContract\nschema: {name: a}\n", "c.odcs.yaml:2: schema: .*valid list"),
        ("kind: [\n", "c.odcs.yaml:2 is not valid YAML"),
        ("kind:\t\n\t- b\n", "c.odcs.yaml:2 is not valid YAML: found character"),
        ("kind: DataContract\nkind: DataContract\n", "c.odcs.yaml:2: the key 'kind' was already written on line 1"),
        (with_column("{name: a, name: b}"), "c.odcs.yaml:4: the key 'name' was already written on line 4"),
        ("a: 1\n---\nb: 1\n", "c.odcs.yaml:2 is not valid YAML"),
        ("a: \0", "is not valid YAML"),
        ("? [a]\n: 1\n", "is not valid YAML: found unhashable key"),
        ("a: !!python/object/apply:os.getcwd []\n", "is not valid YAML: could not determine a constructor"),
        ("a: " + "[" * 3000 + "]" * 3000, "nested too deeply|nesting depth"),
        ("kind: DataContract\nschema: &s\n  - properties: *s\n", "a part of it contains itself"),
        ("kind: DataContract\nschma: []\n", "c.odcs.yaml:2: ODCS knows no key 'schma' here. Did you mean 'schema'?"),
    ],
)
def test_files_that_are_no_contract(text, words, tmp_path):
    with pytest.raises(UsageError, match=words):
        contract(text, tmp_path)


def test_a_file_that_is_not_utf8(tmp_path):
    (tmp_path / "c.yaml").write_bytes("kind: größe".encode("latin-1"))
    with pytest.raises(DataError, match=r"is not UTF-8 \(byte 8\)"):
        read_contract(tmp_path / "c.yaml")


def test_a_file_that_is_not_there(tmp_path):
    (tmp_path / "orders.odcs.yaml").touch()
    with pytest.raises(DataError, match=r"there is no contract .*Did you mean 'orders.odcs.yaml'?"):
        read_contract(tmp_path / "order.odcs.yaml")
    with pytest.raises(DataError, match="there is no contract"):
        read_contract(tmp_path / "no" / "c.yaml")
    with pytest.raises(DataError, match="cannot read the contract"):
        read_contract(tmp_path)


def test_merged_keys_are_no_repeated_keys(tmp_path):
    text = with_column("&base {name: a, logicalType: string, required: true}\n      - <<: *base\n        name: b")
    a, b = contract(text, tmp_path).columns
    assert (a.name, b.name, b.logical_type, b.required) == ("a", "b", "string", True)
    assert b.place("name").line == 6


def test_lines_of_paths_that_were_not_written_are_those_of_their_parents():
    document, lines = load_with_lines("a:\n  - b: 1\n", "x")
    assert document == {"a": [{"b": 1}]}
    assert [line_of(lines, path) for path in [(), ("a",), ("a", 0, "b"), ("a", 0, "c", 7), ("z",)]] == [1, 1, 2, 2, 1]


# the samples


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_our_contracts_are_valid_by_the_standards_own_schema(path):
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    # JSON knows no dates
    document = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    faults = list(jsonschema.Draft201909Validator(schema).iter_errors(document))
    assert not faults, [(list(f.absolute_path), f.message) for f in faults[:3]]


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_our_contracts_are_read(path):
    read = read_contract(path)
    assert read.columns
    assert all(r.place.line > 1 for r in read.all_rules())


def test_the_schema_bites():
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    document = yaml.safe_load(OWN[0].read_text(encoding="utf-8"))
    document["schema"][0]["properties"][0]["logicalType"] = "text"
    assert list(jsonschema.Draft201909Validator(schema).iter_errors(json.loads(json.dumps(document, default=str))))


def test_clauses_that_no_check_evaluates_are_told(tmp_path):
    text = """\
kind: DataContract
slaProperties:
  - {property: availability, value: 99.9, unit: percent}
  - {property: latencyy, value: 1, unit: d}
schema:
  - name: t
    relationships:
      - {from: other.a, to: t.a}
    properties:
      - name: a
        logicalType: timestamp
        logicalTypeOptions: {timezone: true, format: QQQ yyyy}
      - {name: b, logicalType: array, items: {logicalType: string}}
      - {name: c, logicalType: number, logicalTypeOptions: {format: f32}}
"""
    read = contract(text, tmp_path)
    assert [(place.line, what) for place, what in read.unevaluated] == [
        (12, "'timezone' of a is declared, and no check looks at it"),
        (12, "'format' of a is declared, and no check looks at it"),
        (13, "'items' of b is declared, and no check looks at it"),
        (4, "the service level 'latencyy' is none that is known here. Did you mean 'latency'?"),
    ]
    assert [(place.line, what.split(" ")[0]) for place, what in read.beyond_data] == [(14, "format"), (8, "the"), (3, "the")]


def test_every_number_is_kept_as_it_is_written(tmp_path):
    options = "{name: a, logicalTypeOptions: {minimum: 0.1000000000000000000001, maximum: 12345678901234567890123.5, multipleOf: 9007199254740993}}"
    read = contract(with_column(options), tmp_path).columns[0].options
    assert [exact(v) for v in read.values()] == [
        Fraction(1000000000000000000001, 10**22),
        Fraction(24691357802469135780247, 2),
        Fraction(9007199254740993),
    ]


def test_times_are_no_numbers_to_base_60(tmp_path):
    column = "{name: a, logicalType: time, logicalTypeOptions: {minimum: 09:00:00, maximum: 17:30:00}}"
    assert contract(with_column(column), tmp_path).columns[0].options == {"minimum": "09:00:00", "maximum": "17:30:00"}


def test_a_contract_is_read_once_for_each_of_its_tables(tmp_path):
    (tmp_path / "two.odcs.yaml").write_text(TWO, encoding="utf-8")
    assert [t.table for t in read_tables(tmp_path / "two.odcs.yaml")] == ["a", "b_v2"]
    (tmp_path / "one.odcs.yaml").write_text(with_column("{name: a}"), encoding="utf-8")
    assert len(read_tables(tmp_path / "one.odcs.yaml")) == 1
    with pytest.raises(DataError, match="there is no contract"):
        read_tables(tmp_path / "none.odcs.yaml")
