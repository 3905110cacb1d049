"""``assay contract diff``: versions from files and from git, clauses held against data, outputs and exit codes."""

import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from audit.cli import app
from audit.core.errors import DataError, UsageError
from audit.verbs.diff_contract import diff_against, diff_contract

OLD = """\
apiVersion: v3.2.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    quality:
      - {metric: rowCount, mustBeGreaterThan: 3}
    properties:
      - {name: id, logicalType: integer, unique: true}
      - name: age
        logicalType: integer
        logicalTypeOptions: {minimum: 0}
      - {name: sex, logicalType: string, enum: [{value: f}, {value: m}, {value: x}]}
      - {name: town, logicalType: string}
"""
NEW = (
    OLD.replace("version: 1.0.0", "version: 1.1.0")
    .replace("mustBeGreaterThan: 3", "mustBeGreaterThan: 9")
    .replace("integer, unique: true", "integer")
    .replace("{minimum: 0}", "{minimum: 0, maximum: 60}")
    .replace("{value: m}, {value: x}", "{value: m}")
    .replace("logicalType: string}\n", "logicalType: string, required: true}\n      - {name: country, logicalType: string}\n")
)
#: Two ages above 60, one 'x' in a row of its own, one town missing in a row that is too old as well; two rows share an id.
DATA = pd.DataFrame(
    {
        "id": [1, 1, 2, 3, 4],
        "age": [20, 30, 61, 70, 40],
        "sex": ["f", "m", "f", "m", "x"],
        "town": ["Bonn", "Bonn", "Bonn", None, "Bonn"],
    }
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("old.odcs.yaml").write_text(OLD)
    Path("new.odcs.yaml").write_text(NEW)
    DATA.to_parquet("people.parquet")
    return tmp_path


def git(*arguments: str) -> None:
    names = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *names, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(folder):
    git("init")
    Path("sub").mkdir()
    Path("sub/c.odcs.yaml").write_text(OLD)
    git("add", ".")
    git("commit", "-m", "first")
    Path("sub/c.odcs.yaml").write_text(NEW)
    return folder


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["contract", "diff", *arguments])


def test_rows_that_fail_each_changed_clause_before_and_after(folder):
    diff = diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet")
    rows = {(c.column, c.clause): tuple(None if f is None else (f.rows, f.status) for f in (c.failing_before, c.failing_after)) for c in diff.changes}
    assert rows == {
        ("", "rule rowCount"): ((None, "passed"), (None, "failed")),
        ("id", "unique"): ((2, "failed"), None),
        ("age", "range"): ((0, "passed"), (2, "failed")),
        ("sex", "allowed values"): ((0, "passed"), (1, "failed")),
        ("town", "required"): (None, (1, "failed")),
        ("country", "column"): (None, (None, "failed")),
    }
    # row by row: none before; after, the two that are too old (one of them without a town) and the one with 'x'
    assert (diff.rows, diff.failing_before, diff.failing_after) == (5, 0, 3)


def test_everything_is_counted_in_one_scan_of_the_rows(folder, monkeypatch):
    from audit.engines.ask_engine import AskEngine

    engines: list[AskEngine] = []
    plain = AskEngine.__init__
    monkeypatch.setattr(AskEngine, "__init__", lambda self, backend: (plain(self, backend), engines.append(self))[0])
    diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet")
    (engine,) = engines
    # one for all scalars, one for value counts, one for repeated keys
    assert len(engine.queries) == 3


def test_a_retention_period_is_held_against_the_rows(folder):
    text = OLD.replace("{name: town, logicalType: string}", "{name: seen, logicalType: date, customProperties: [{property: role, value: collected}]}")
    for days, name in ((36500, "old"), (30, "new")):
        Path(f"{name}.odcs.yaml").write_text(text.replace("schema:", f"customProperties: [{{property: retentionDays, value: {days}}}]\nschema:"))
    seen = pd.to_datetime(["2001-01-01", "2002-01-01", "2100-01-01"]).date
    pd.DataFrame({"id": [1, 2, 3], "age": 1, "sex": "f", "seen": seen}).to_parquet("people.parquet")
    (change,) = diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet").changes
    assert change.clause == "retentionDays"
    assert (change.failing_before.rows, change.failing_after.rows) == (0, 2)


def test_rules_of_great_expectations_are_held_against_the_rows(folder):
    kwargs = "kwargs: {column: age, max_value: %s}"
    rule = f"{{type: custom, engine: greatExpectations, implementation: {{type: expect_column_values_to_be_between, {kwargs}}}}}"
    for most, name in ((99, "old"), (50, "new")):
        Path(f"{name}.odcs.yaml").write_text(OLD.replace("{metric: rowCount, mustBeGreaterThan: 3}", rule % most))
    (change,) = diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet").changes
    assert (change.failing_before.status, change.failing_after.status) == ("passed", "failed")


def test_exit_codes(folder):
    assert invoke("old.odcs.yaml", "new.odcs.yaml").exit_code == 1
    assert invoke("old.odcs.yaml", "old.odcs.yaml").exit_code == 0
    wider = OLD.replace("{minimum: 0}", "{minimum: -1}")
    Path("wider.odcs.yaml").write_text(wider)
    for choice, code in (("breaking", 1), ("producers", 0), ("consumers", 1), ("version", 1), ("never", 0)):
        assert invoke("old.odcs.yaml", "wider.odcs.yaml", "--fail-on", choice, "-q").exit_code == code
    Path("wider.odcs.yaml").write_text(wider.replace("1.0.0", "2.0.0"))
    assert invoke("old.odcs.yaml", "wider.odcs.yaml", "--fail-on", "version").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["old.odcs.yaml"], "expected two contracts, OLD and NEW, or one and --against REVISION"),
        (["old.odcs.yaml", "new.odcs.yaml", "--against", "main"], "expected two contracts"),
        (["old.odcs.yaml", "new.odcs.yaml", "--fail-on", "braking"], "no choice 'braking' for --fail-on. Did you mean 'breaking'?"),
        (["old.odcs.yaml", "new.odcs.yaml", "--json", "--markdown"], "choose one"),
        (["old.odcs.yaml", "new.odcs.yaml", "--data", "people.parquet", "--table", "peple"], "describes no table 'peple'. Did you mean 'people'?"),
    ],
)
def test_usage(arguments, words, folder):
    done = invoke(*arguments)
    assert isinstance(done.exception, UsageError)
    assert words in str(done.exception)


def test_a_contract_with_faults_is_refused_with_all_of_them(folder):
    Path("new.odcs.yaml").write_text(NEW.replace("unique", "uniqe").replace("{name: id, logicalType", "{name: id, logicalTpye"))
    with pytest.raises(UsageError, match=r"new.odcs.yaml:11: ODCS knows no key 'logicalTpye' here. Did you mean 'logicalType'?"):
        diff_contract("old.odcs.yaml", "new.odcs.yaml")


def test_json_alone_on_stdout(folder):
    done = invoke("old.odcs.yaml", "new.odcs.yaml", "--json", "--data", "people.parquet")
    record = json.loads(done.stdout)
    assert done.stderr == ""
    assert record["breaking"] == {"producers": True, "consumers": True}
    assert record["version"] == {"before": "1.0.0", "after": "1.1.0", "asked": "major", "made": "minor", "enough": False, "next": "2.0.0"}
    assert (record["rows"], record["failing_after"]) == (5, 3)
    (age,) = (c for c in record["changes"] if c["column"] == "age")
    assert (age["clause"], age["before"], age["after"], age["place"]) == ("range", "minimum 0", "minimum 0, maximum 60", "new.odcs.yaml:14")
    assert age["failing_after"] == {"rows": 2, "status": "failed"}


def test_markdown_for_a_pull_request(folder):
    done = invoke("old.odcs.yaml", "new.odcs.yaml", "--markdown", "--data", "people.parquet")
    assert done.stderr == ""
    assert done.stdout.startswith("## ❌ new.odcs.yaml\n")
    assert "| `people.age` | range | `minimum 0` | `minimum 0, maximum 60` | ❌ breaking | ✅ compatible | 0 → 2 |" in done.stdout
    assert "Of 5 rows of people.parquet, 0 fail a changed clause of the old contract and 3 fail a changed clause of the new contract." in done.stdout
    heads = [line.count("|") for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(heads) == 8
    assert len(set(heads)) == 1


def test_what_a_contract_says_cannot_break_out_of_the_table(folder):
    text = OLD.replace("name: people", "name: 'pe|ople'").replace("{value: f}", "{value: 'f | <b>x</b>'}")
    Path("new.odcs.yaml").write_text(text)
    rows = [line for line in invoke("old.odcs.yaml", "new.odcs.yaml", "--markdown").stdout.splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {8}


def test_a_table_for_people_on_stderr(folder):
    done = invoke("old.odcs.yaml", "new.odcs.yaml")
    assert done.stdout == ""
    assert "producers" in done.stderr
    assert "6 changes: for producers 5 breaking; for consumers 1 breaking." in done.stderr
    assert "the changes ask for a major step, 2.0.0 or later" in " ".join(done.stderr.split())


def test_against_a_revision_of_git(repository):
    by_option = diff_against("main", "sub/c.odcs.yaml")
    by_name = diff_contract("main:sub/c.odcs.yaml", "sub/c.odcs.yaml")
    assert len(by_option.changes) == 6
    assert [c.record() for c in by_option.changes] == [c.record() for c in by_name.changes]
    assert by_option.old == "main:sub/c.odcs.yaml"
    assert invoke("--against", "main", "sub/c.odcs.yaml").exit_code == 1
    assert invoke("--against", "HEAD", "old.odcs.yaml").exit_code == 0


def test_a_contract_that_is_new_had_promised_nothing(repository):
    Path("sub/fresh.odcs.yaml").write_text(OLD)
    assert diff_against("main", "sub/fresh.odcs.yaml") is None
    done = invoke("--against", "main", "sub/fresh.odcs.yaml", "--json")
    assert (done.exit_code, done.stdout) == (0, "null\n")


def test_a_file_that_is_gone_or_a_revision_that_is_unknown(repository):
    with pytest.raises(UsageError, match="git knows no revision 'mian'"):
        diff_against("mian", "sub/c.odcs.yaml")
    with pytest.raises(UsageError, match="git knows no revision '--output=x'"):
        diff_against("--output=x", "sub/c.odcs.yaml")
    with pytest.raises(DataError, match="there is no contract"):
        diff_against("main", "sub/none.odcs.yaml")
    with pytest.raises(DataError, match=r"the revision 'main' has no file 'sub/none.odcs.yaml'"):
        diff_contract("main:sub/none.odcs.yaml", "sub/c.odcs.yaml")


def test_outside_of_a_repository(folder):
    with pytest.raises(DataError, match="is in no git repository; name two files to compare instead"):
        diff_against("main", "new.odcs.yaml")


def test_other_tables_of_the_contract_are_left_alone(folder):
    more = "  - name: towns\n    properties:\n      - {name: %s, logicalType: string}\n"
    Path("old.odcs.yaml").write_text(OLD + more % "a")
    Path("new.odcs.yaml").write_text(NEW + more % "b")
    with pytest.raises(UsageError, match=r"describes 2 tables .people, towns.; say with --table which one the data are"):
        diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet")
    diff = diff_contract("old.odcs.yaml", "new.odcs.yaml", data="people.parquet", table="people")
    assert {c.failing_after for c in diff.changes if c.table == "towns"} == {None}
    assert diff.failing_after == 3
