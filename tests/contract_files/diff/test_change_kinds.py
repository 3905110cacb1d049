"""Every kind of change with the verdict for both sides that its meaning demands, worked out by hand.

Producers: do all data that keep the old contract keep the new one? Consumers: do all data that keep the new one keep what the old one promised?
"""

import pytest

from audit.contract.diff.compare import Side, compare
from audit.contract.read import parse_tables
from audit.core.contract_diff import Change, ContractDiff

YES, NO, MAYBE = "compatible", "breaking", "undecided"


def side(text: str, name: str = "c.odcs.yaml") -> Side:
    reading, tables = parse_tables(text, name)
    return Side(name, reading.document, reading.lines, tables)


def whole(properties: str = "{name: a}", *, table: str = "", file: str = "", version: str = "1.0.0", name: str = "t") -> str:
    listed = "".join(f"      - {p}\n" for p in properties.split("\n"))
    head = f"apiVersion: v3.2.0\nkind: DataContract\nid: x\nversion: {version}\nstatus: active\n{file}"
    return f"{head}schema:\n  - name: {name}\n    logicalType: object\n{table}    properties:\n{listed}"


def compared(old: str, new: str) -> ContractDiff:
    return compare(side(old, "old.odcs.yaml"), side(new, "new.odcs.yaml"))


def only(diff: ContractDiff) -> Change:
    (change,) = diff.changes
    return change


def column(inside: str, kind: str = "integer") -> str:
    return f"{{name: a, logicalType: {kind}{', ' + inside if inside else ''}}}"


def options(inside: str, kind: str = "integer") -> str:
    return column(f"logicalTypeOptions: {{{inside}}}" if inside else "", kind)


def rule(inside: str, kind: str = "integer") -> str:
    return column(f"quality: [{{{inside}}}]" if inside else "", kind)


def custom(*pairs: tuple[str, str], inside: str = "") -> str:
    written = ", ".join(f"{{property: {k}, value: {v}}}" for k, v in pairs)
    return column(", ".join(p for p in (inside, f"customProperties: [{written}]" if written else "") if p), "string")


def enum(*values: object, kind: str = "string") -> str:
    return column(f"enum: [{', '.join(f'{{value: {v}}}' for v in values)}]", kind)


COLUMNS = {
    # types
    "type narrowed": (column("", "number"), column("", "integer"), "logicalType", NO, YES),
    "type widened": (column("", "integer"), column("", "number"), "logicalType", YES, NO),
    "another type": (column("", "string"), column("", "integer"), "logicalType", NO, NO),
    "date is no timestamp": (column("", "date"), column("", "timestamp"), "logicalType", NO, NO),
    "map is an object": (column("", "map"), column("", "object"), "logicalType", YES, NO),
    "type named": ("{name: a}", column(""), "logicalType", NO, YES),
    "type dropped": (column(""), "{name: a}", "logicalType", YES, NO),
    # presence
    "required": (column(""), column("required: true"), "required", NO, YES),
    "required no more": (column("required: true"), column(""), "required", YES, NO),
    "unique": (column(""), column("unique: true"), "unique", NO, YES),
    "unique no more": (column("unique: true"), column(""), "unique", YES, NO),
    # ranges
    "range added": (options(""), options("minimum: 0"), "range", NO, YES),
    "range dropped": (options("minimum: 0"), options(""), "range", YES, NO),
    "range narrowed": (options("minimum: 0, maximum: 9"), options("minimum: 1, maximum: 9"), "range", NO, YES),
    "range widened": (options("minimum: 0, maximum: 9"), options("minimum: 0, maximum: 10"), "range", YES, NO),
    "range moved": (options("minimum: 0, maximum: 9"), options("minimum: 1, maximum: 10"), "range", NO, NO),
    "end excluded": (options("minimum: 0", "number"), options("exclusiveMinimum: 0", "number"), "range", NO, YES),
    "end of whole numbers excluded": (options("minimum: 1"), options("exclusiveMinimum: 0"), "range", YES, YES),
    "dates": (options("minimum: 2020-01-01", "date"), options("minimum: 2021-01-01", "date"), "range", NO, YES),
    "moments with a zone": (
        options("minimum: 2020-01-01T00:00:00Z", "timestamp"),
        options("minimum: 2020-01-01T02:00:00+02:00", "timestamp"),
        "range",
        YES,
        YES,
    ),
    "times": (options("maximum: 17:30:00", "time"), options("maximum: 18:00:00", "time"), "range", YES, NO),
    "finer steps": (options("multipleOf: 4"), options("multipleOf: 2"), "multipleOf", YES, NO),
    "coarser steps": (options("multipleOf: 0.1", "number"), options("multipleOf: 0.3", "number"), "multipleOf", NO, YES),
    "other steps": (options("multipleOf: 2"), options("multipleOf: 3"), "multipleOf", NO, NO),
    "larger whole numbers": (options("format: i16"), options("format: i32"), "format", YES, NO),
    "no negative numbers": (options("format: i16"), options("format: u16"), "format", NO, NO),
    # texts
    "pattern added": (options("", "string"), options("pattern: ^a", "string"), "pattern", NO, YES),
    "pattern dropped": (options("pattern: ^a", "string"), options("", "string"), "pattern", YES, NO),
    "pattern changed": (options("pattern: ^a", "string"), options("pattern: ^ab", "string"), "pattern", MAYBE, MAYBE),
    "form added": (options("", "string"), options("format: email", "string"), "format", NO, YES),
    "form changed": (options("format: email", "string"), options("format: uri", "string"), "format", MAYBE, MAYBE),
    "shorter texts": (options("maxLength: 5", "string"), options("maxLength: 3", "string"), "length", NO, YES),
    "longer texts": (options("minLength: 1, maxLength: 5", "string"), options("maxLength: 5", "string"), "length", YES, NO),
    "lists": (options("minItems: 1", "array"), options("minItems: 2", "array"), "items", NO, YES),
    "items distinct": (options("", "array"), options("uniqueItems: true", "array"), "uniqueItems", NO, YES),
    "time zone of the plain": (
        options("", "timestamp"),
        options("defaultTimezone: Europe/Berlin", "timestamp"),
        "defaultTimezone",
        MAYBE,
        MAYBE,
    ),
    # categories
    "enum added": (column("", "string"), enum("x", "y"), "allowed values", NO, YES),
    "enum dropped": (enum("x", "y"), column("", "string"), "allowed values", YES, NO),
    "enum wider": (enum("x", "y"), enum("x", "y", "z"), "allowed values", YES, NO),
    "enum narrower": (enum("x", "y"), enum("x"), "allowed values", NO, YES),
    "enum other": (enum("x", "y"), enum("x", "z"), "allowed values", NO, NO),
    # rules
    "rule added": (rule(""), rule("metric: nullValues, mustBeLessThan: 5"), "rule nullValues", NO, YES),
    "rule dropped": (rule("metric: nullValues, mustBeLessThan: 5"), rule(""), "rule nullValues", YES, NO),
    "limit tightened": (
        rule("metric: nullValues, mustBeLessThan: 5"),
        rule("metric: nullValues, mustBeLessThan: 4"),
        "rule nullValues",
        NO,
        YES,
    ),
    "limit loosened": (
        rule("metric: nullValues, mustBeLessOrEqualTo: 5, unit: percent"),
        rule("metric: nullValues, mustBeLessThan: 6, unit: percent"),
        "rule nullValues",
        YES,
        NO,
    ),
    "limit said otherwise": (
        rule("metric: nullValues, mustBeLessThan: 5"),
        rule("metric: nullValues, mustBeLessOrEqualTo: 4"),
        "rule nullValues",
        YES,
        YES,
    ),
    "rows to percent": (
        rule("metric: nullValues, mustBeLessThan: 5"),
        rule("metric: nullValues, mustBeLessThan: 5, unit: percent"),
        "rule nullValues",
        MAYBE,
        MAYBE,
    ),
    "rule warns": (
        rule("metric: nullValues, mustBeLessThan: 5"),
        rule("metric: nullValues, mustBeLessThan: 5, severity: warning"),
        "rule nullValues",
        YES,
        NO,
    ),
    "rule stops": (
        rule("metric: nullValues, mustBeLessThan: 5, severity: warning"),
        rule("metric: nullValues, mustBeLessThan: 5"),
        "rule nullValues",
        NO,
        YES,
    ),
    "warning added": (rule(""), rule("metric: nullValues, mustBeLessThan: 5, severity: warning"), "rule nullValues", YES, YES),
    "more values valid": (
        rule("metric: invalidValues, arguments: {validValues: [1, 2]}, mustBeLessThan: 5"),
        rule("metric: invalidValues, arguments: {validValues: [1, 2, 3]}, mustBeLessThan: 5"),
        "rule invalidValues",
        YES,
        NO,
    ),
    "more values valid, fewer failures admitted": (
        rule("metric: invalidValues, arguments: {validValues: [1, 2]}, mustBeLessThan: 5"),
        rule("metric: invalidValues, arguments: {validValues: [1, 2, 3]}, mustBeLessThan: 4"),
        "rule invalidValues",
        NO,
        NO,
    ),
    "more codes for missing": (
        rule("metric: missingValues, arguments: {missingValues: [-1]}, mustBe: 0"),
        rule("metric: missingValues, arguments: {missingValues: [-1, -9]}, mustBe: 0"),
        "rule missingValues",
        NO,
        YES,
    ),
    "pattern of a rule": (
        rule("metric: invalidValues, arguments: {pattern: ^a}, mustBe: 0", "string"),
        rule("metric: invalidValues, arguments: {pattern: ^b}, mustBe: 0", "string"),
        "rule invalidValues",
        MAYBE,
        MAYBE,
    ),
    "larger groups": (
        rule("type: custom, engine: assay, implementation: {check: P003, k: 5}"),
        rule("type: custom, engine: assay, implementation: {check: P003, k: 10}"),
        "rule P003",
        NO,
        YES,
    ),
    "parameter of unknown direction": (
        rule("type: custom, engine: assay, implementation: {check: P002, as_of: 2026-01-01}"),
        rule("type: custom, engine: assay, implementation: {check: P002, as_of: 2026-02-01}"),
        "rule P002",
        MAYBE,
        MAYBE,
    ),
    "rule of another tool": (rule(""), rule("type: custom, engine: soda, implementation: {}"), "rule soda", YES, YES),
    # governance
    "classified more": (column("classification: public"), column("classification: restricted"), "classification", YES, NO),
    "classified less": (column("classification: restricted"), column("classification: internal"), "classification", YES, YES),
    "classified no more": (column("classification: restricted"), column(""), "classification", MAYBE, YES),
    "classified by a word of one's own": (column("classification: tier 1"), column("classification: tier 2"), "classification", MAYBE, MAYBE),
    "personal data declared": (custom(), custom(("personalData", "e-mail address")), "personalData", YES, NO),
    "personal data taken back": (custom(("personalData", "e-mail address")), custom(), "personalData", MAYBE, YES),
    "sensitive": (custom(), custom(("role", "sensitive")), "role", MAYBE, YES),
    "sensitive no more": (custom(("role", "sensitive")), custom(), "role", MAYBE, NO),
    "target": (custom(), custom(("role", "target")), "role", MAYBE, NO),
    "consent asked for": (custom(), custom(("role", "consent")), "role", NO, YES),
    "consent no longer asked for": (custom(("role", "consent")), custom(), "role", YES, NO),
    "role written otherwise": (custom(("role", "quasi-identifier")), custom(("role", "quasi_identifier")), None, YES, YES),
    "no model may learn from it": (custom(), custom(("feature", "false")), "feature", YES, NO),
    "kept for less long": (custom(("retentionDays", "90")), custom(("retentionDays", "30")), "retentionDays", NO, NO),
    "kept longer": (custom(("retentionDays", "30")), custom(("retentionDays", "90")), "retentionDays", YES, NO),
    "shares of groups": (
        custom(("groupReference", "{x: 0.5, y: 0.5}")),
        custom(("groupReference", "{x: 0.4, y: 0.6}")),
        "groupReference",
        MAYBE,
        MAYBE,
    ),
    "a property of one's own": (custom(("shelf", "3")), custom(("shelf", "4")), "shelf", MAYBE, MAYBE),
    "physical type": (column("physicalType: INT"), column("physicalType: BIGINT"), "physicalType", MAYBE, MAYBE),
    # the same promise in other words
    "enum for a rule": (rule("metric: invalidValues, arguments: {validValues: [x, y]}, mustBe: 0", "string"), enum("y", "x"), None, YES, YES),
    "required for a rule": (rule("metric: nullValues, mustBe: 0"), column("required: true"), None, YES, YES),
    "unique for a rule": (rule("metric: duplicateValues, mustBe: 0"), column("unique: true"), None, YES, YES),
    "numbers for texts": (enum("1", "2"), enum("'1'", "'2'"), None, YES, YES),
    "another description": (column("description: one"), column("description: two"), None, YES, YES),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_changes_of_a_column(name):
    old, new, clause, producers, consumers = COLUMNS[name]
    diff = compared(whole(old), whole(new))
    if clause is None:
        assert diff.changes == []
        return
    change = only(diff)
    assert (change.clause, change.effect.producers, change.effect.consumers) == (clause, producers, consumers)
    assert change.why


def test_there_are_more_than_forty_kinds():
    assert len(COLUMNS) > 40


TABLES = {
    "fewer rows will do": (
        "    quality: [{metric: rowCount, mustBeGreaterThan: 10}]\n",
        "    quality: [{metric: rowCount, mustBeGreaterThan: 5}]\n",
        "rule rowCount",
        YES,
        NO,
    ),
    "duplicates admitted": (
        "    quality: [{metric: duplicateValues, mustBe: 0}]\n",
        "    quality: [{metric: duplicateValues, mustBeLessThan: 9}]\n",
        "rule duplicateValues",
        YES,
        NO,
    ),
    "key of fewer columns": (
        "    quality: [{metric: duplicateValues, arguments: {properties: [a, b]}, mustBe: 0}]\n",
        "    quality: [{metric: duplicateValues, arguments: {properties: [a]}, mustBe: 0}]\n",
        "rule duplicateValues",
        NO,
        YES,
    ),
    "another query": (
        "    quality: [{type: sql, query: SELECT 1, mustBe: 0}]\n",
        "    quality: [{type: sql, query: SELECT 2, mustBe: 0}]\n",
        "rule sql",
        MAYBE,
        MAYBE,
    ),
    "another result of a query": (
        "    quality: [{type: sql, query: SELECT 1, mustBe: 0}]\n",
        "    quality: [{type: sql, query: SELECT 1, mustBeBetween: [-1, 1]}]\n",
        "rule sql",
        YES,
        NO,
    ),
    "words": ("", "    quality: [{type: text, description: be kind}]\n", "rule text", YES, YES),
    "Great Expectations": (
        "    quality: [{type: custom, engine: greatExpectations, implementation: {type: e, kwargs: {mostly: 0.9}}}]\n",
        "    quality: [{type: custom, engine: greatExpectations, implementation: {type: e, kwargs: {mostly: 0.8}}}]\n",
        "rule e",
        MAYBE,
        MAYBE,
    ),
    "purpose": (
        "    customProperties: [{property: purpose, value: research}]\n",
        "    customProperties: [{property: purpose, value: advertising}]\n",
        "purpose",
        MAYBE,
        NO,
    ),
    "foreign key": ("", "    relationships: [{from: t.a, to: other.id}]\n", "relationship", NO, YES),
    "foreign key dropped": ("    relationships: [{from: t.a, to: other.id}]\n", "", "relationship", YES, NO),
}


@pytest.mark.parametrize("name", TABLES)
def test_changes_of_a_table(name):
    old, new, clause, producers, consumers = TABLES[name]
    change = only(compared(whole("{name: a}\n{name: b}", table=old), whole("{name: a}\n{name: b}", table=new)))
    assert (change.column in ("", "a"), change.clause) == (True, clause)
    assert (change.effect.producers, change.effect.consumers) == (producers, consumers)


FILES = {
    "younger data": (
        "slaProperties: [{property: latency, value: 4, unit: d, element: t.a}]\n",
        "slaProperties: [{property: latency, value: 48, unit: h, element: t.a}]\n",
        "latency",
        NO,
        YES,
    ),
    "older data": (
        "slaProperties: [{property: latency, value: 1, unit: d, element: t.a}]\n",
        "slaProperties: [{property: latency, value: 1, unit: w, element: t.a}]\n",
        "latency",
        YES,
        NO,
    ),
    "a month or thirty days": (
        "slaProperties: [{property: latency, value: 1, unit: M, element: t.a}]\n",
        "slaProperties: [{property: latency, value: 30, unit: d, element: t.a}]\n",
        "latency",
        MAYBE,
        MAYBE,
    ),
    "a day in hours": (
        "slaProperties: [{property: latency, value: 1, unit: d, element: t.a}]\n",
        "slaProperties: [{property: latency, value: 24, unit: h, element: t.a}]\n",
        "latency",
        YES,
        YES,
    ),
    "rows go earlier": (
        "slaProperties: [{property: retention, value: 3, unit: y, element: t.a}]\n",
        "slaProperties: [{property: retention, value: 1, unit: y, element: t.a}]\n",
        "retention",
        NO,
        NO,
    ),
    "availability": (
        "slaProperties: [{property: availability, value: 99, unit: percent}]\n",
        "slaProperties: [{property: availability, value: 98, unit: percent}]\n",
        "service level availability",
        MAYBE,
        MAYBE,
    ),
    "server gone": ("servers: [{server: a, type: local, path: x, format: csv}]\n", "", "server a", YES, MAYBE),
    "server added": ("", "servers: [{server: a, type: local, path: x, format: csv}]\n", "server a", YES, YES),
}


@pytest.mark.parametrize("name", FILES)
def test_changes_of_the_file(name):
    old, new, clause, producers, consumers = FILES[name]
    change = only(compared(whole(file=old), whole(file=new)))
    assert (change.clause, change.effect.producers, change.effect.consumers) == (clause, producers, consumers)


def test_status_and_id():
    retired = only(compared(whole(), whole().replace("status: active", "status: retired")))
    assert (retired.clause, retired.effect.producers, retired.effect.consumers) == ("status", YES, MAYBE)
    other = only(compared(whole(), whole().replace("id: x", "id: y")))
    assert (other.clause, other.effect.producers, other.effect.consumers) == ("id", MAYBE, MAYBE)


def test_columns_that_came_and_went():
    added = only(compared(whole(), whole("{name: a}\n{name: weight}")))
    assert (added.column, added.clause, added.kind, added.effect.producers, added.effect.consumers) == ("weight", "column", "added", NO, YES)
    gone = only(compared(whole("{name: a}\n{name: weight}"), whole()))
    assert (gone.column, gone.kind, gone.effect.producers, gone.effect.consumers) == ("weight", "removed", YES, NO)
    assert str(gone.place) == "old.odcs.yaml:11"


def test_a_renamed_column_is_told_as_such():
    diff = compared(whole("{name: a}\n{name: birth_date, logicalType: date}"), whole("{name: a}\n{name: birthdate, logicalType: date}"))
    added, gone = diff.changes
    assert (added.column, added.hint) == ("birthdate", "'birth_date' is gone: perhaps renamed")
    assert gone.column == "birth_date"
    assert gone.hint.startswith("'birthdate' is new: perhaps renamed")
    other = compared(whole("{name: a}\n{name: birth_date, logicalType: date}"), whole("{name: a}\n{name: birthdate, logicalType: string}"))
    assert [c.hint for c in other.changes] == ["", ""]


def test_tables_that_came_went_and_were_renamed():
    two = whole() + "  - {name: u, properties: [{name: z}]}\n"
    added, gone = only(compared(whole(), two)), only(compared(two, whole()))
    assert (added.table, added.clause, added.effect.producers, added.effect.consumers) == ("u", "table", NO, YES)
    assert (gone.table, gone.effect.producers, gone.effect.consumers) == ("u", YES, NO)
    named = only(compared(whole(), whole(name="s")))
    assert (named.clause, named.before, named.after, named.effect.producers, named.effect.consumers) == ("table", "t", "s", NO, NO)


def test_a_key_of_more_columns_is_implied_by_one_of_fewer():
    one, two = "{name: a, primaryKey: true}\n{name: b, required: true}", "{name: a, primaryKey: true}\n{name: b, primaryKey: true}"
    wider = compared(whole(one), whole(two))
    assert {(c.before, c.after, c.effect.producers, c.effect.consumers) for c in wider.changes} == {("", "a + b", YES, YES), ("a", "", YES, NO)}
    narrower = compared(whole(two), whole(one))
    assert {(c.before, c.after, c.effect.producers, c.effect.consumers) for c in narrower.changes} == {("", "a", NO, YES), ("a + b", "", YES, YES)}


def test_a_primary_key_that_is_unique_and_required_is_the_same():
    assert compared(whole("{name: a, primaryKey: true}"), whole("{name: a, unique: true, required: true}")).changes == []


def test_each_change_names_its_line_and_what_was_written():
    change = only(compared(whole(options("minimum: 0")), whole(options("minimum: 1"))))
    assert (change.table, change.column, change.before, change.after) == ("t", "a", "minimum 0", "minimum 1")
    assert str(change.place) == "new.odcs.yaml:10"
    assert change.record()["producers"] == "breaking"


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "asked", "made", "enough", "following"),
    [
        (column(""), column("required: true"), "1.4.2", "2.0.0", "major", "major", True, "2.0.0"),
        (column(""), column("required: true"), "1.4.2", "1.5.0", "major", "minor", False, "2.0.0"),
        (column(""), column("required: true"), "0.4.2", "0.5.0", "minor", "minor", True, "0.5.0"),
        (column(""), column("required: true"), "0.4.2", "0.4.3", "minor", "patch", False, "0.5.0"),
        (options("minimum: 1"), options("exclusiveMinimum: 0"), "1.4.2", "1.4.3", "minor", "patch", False, "1.5.0"),
        (column("description: one"), column("description: two"), "1.4.2", "1.4.3", "patch", "patch", True, "1.4.3"),
        (column("description: one"), column("description: two"), "1.4.2", "1.4.2", "patch", "none", False, "1.4.3"),
        (column(""), column(""), "1.4.2", "1.4.2", "none", "none", True, "1.4.2"),
        (column(""), column("required: true"), "1.4.2", "1.3.9", "major", "back", False, "2.0.0"),
        (column(""), column("required: true"), "first", "second", "major", "unknown", False, ""),
    ],
)
def test_the_step_of_the_version(old, new, before, after, asked, made, enough, following):
    found = compared(whole(old, version=before), whole(new, version=after)).version
    assert (found.asked, found.made, found.enough, found.next) == (asked, made, enough, following)
