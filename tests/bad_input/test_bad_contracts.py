"""Contracts and configs that no engine could run, or that mean nothing: told with file and line before the data are read, and by lint alike."""

import sys
from pathlib import Path

import pytest

from audit.cli import main

HEAD = """apiVersion: v3.1.0
kind: DataContract
id: bad
version: 1.0.0
status: active
schema:
  - name: t
    properties:
      - {name: id, logicalType: integer}
"""


def of(clauses: str, kind: str = "string") -> str:
    """Return a contract in which line 10 is about the column x."""
    return f"{HEAD}      - {{name: x, logicalType: {kind}, {clauses}}}\n"


def pattern(written: str) -> str:
    return of(f"logicalTypeOptions: {{pattern: '{written}'}}")


#: What stands in the contract, and what is said of it beside the line.
NO_ENGINE_RUNS = {
    "look-ahead": (pattern("^(?=.*a)b"), "x: the pattern '^(?=.*a)b' has a look-ahead at character 2", "rule of its own"),
    "look-behind": (pattern("(?<=a)b"), "a look-behind at character 1", "rule of its own"),
    "back-reference": (pattern("(a)\\1"), "a back-reference at character 4", "D014"),
    "possessive repetition": (pattern("a++b"), "a possessive repetition at character 2", "drop the last '+'"),
    "atomic group": (pattern("(?>a)b"), "an atomic group at character 1", "plain group"),
    "class of Unicode": (pattern("\\p{Lu}+x{2}"), "x: the pattern", "list the characters"),
    "too many repetitions": (pattern("a{5000}"), "a repetition of more than 1,000 times at character 2", "minLength and maxLength"),
    "no expression": (pattern("[a-"), "is no regular expression that the engines can run", ""),
    "nested too deeply": (pattern("(" * 3_000 + ")" * 3_000), "it is nested too deeply", ""),
    "in a rule": (of("quality: [{metric: invalidValues, mustBe: 0, arguments: {pattern: 'a(?!b)'}}]"), "a negative look-ahead at character 2", ""),
}
MEANS_NOTHING = {
    "a bound that is no number": (of("logicalTypeOptions: {maximum: .nan}", "number"), "'maximum' is a number; got nan", ""),
    "a bound of 5,000 digits": (of(f"logicalTypeOptions: {{maximum: {'9' * 5_000}}}", "integer"), "a number of 5,000 digits", ""),
    "a length beyond 64 bits": (of("logicalTypeOptions: {minLength: 99999999999999999999}"), "'minLength' is a whole number", ""),
    "a negative length": (of("logicalTypeOptions: {maxLength: -1}"), "'maxLength' is a whole number from 0; got -1", ""),
    "no room between two bounds": (of("logicalTypeOptions: {minimum: 5, maximum: 4}", "number"), "leaves nothing below 'maximum'", ""),
    "a day that is none": (of("logicalTypeOptions: {minimum: 2026-02-30}", "date"), "got '2026-02-30'", "a moment such as 2026-01-31"),
    "a time zone that is none": (of("logicalTypeOptions: {defaultTimezone: Atlantis}", "timestamp"), "no time zone 'Atlantis'", "Europe/Berlin"),
    "a step of nothing": (of("logicalTypeOptions: {multipleOf: 0}", "number"), "'multipleOf' is a number above 0", ""),
}
FAULTY = {**NO_ENGINE_RUNS, **MEANS_NOTHING}


@pytest.mark.parametrize("case", FAULTY)
def test_lint_and_gate_name_the_line_and_the_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    contract, wrong, remedy = FAULTY[case]
    (tmp_path / "t.odcs.yaml").write_text(contract)
    (tmp_path / "t.csv").write_text("id,x\n1,a\n")
    monkeypatch.chdir(tmp_path)
    for command in (["contract", "lint", "t.odcs.yaml"], ["gate", "--data", "t.csv", "--contract", "t.odcs.yaml"]):
        monkeypatch.setattr(sys, "argv", ["assay", *command])
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        assert (stop.value.code, out) == (2, "")
        assert "t.odcs.yaml:10" in err.splitlines()[0]
        assert wrong in err
        assert remedy in err
        assert len(err) < 1_000
    assert not (tmp_path / "reports").exists()


ABSURD = {
    "a split that adds up to more": ({"split": {"train": 0.9, "validation": 0.9, "test": 0.1}}, "add up to 1"),
    "a split below nothing": ({"split": {"train": -1.0, "validation": 1.0, "test": 1.0}}, "greater than 0; got -1.0"),
    "a limit that is no number": ({"audit": {"limits": {"D007": {"high": float("nan")}}}}, "finite number; got nan"),
    "a limit without room": ({"audit": {"limits": {"D007": {"low": 2, "high": 1}}}}, "low (2) is above high (1)"),
    "an unknown check": ({"audit": {"skip": ["D0007"]}}, "Did you mean 'D007'?"),
    "an unknown format": ({"report": {"formats": ["pdf"]}}, "there is no format 'pdf'. Known: gitlab, html"),
    "a project that leads out of its folder": ({"project": "../../etc"}, "'project'"),
    "a positive class that is none": ({"roles": {"target": "x", "positive": "z"}}, "Known: a, b."),
}


@pytest.mark.parametrize("case", ABSURD)
def test_absurd_configs_end_before_anything_is_written(gate, tmp_path: Path, case: str) -> None:
    config, words = ABSURD[case]
    (tmp_path / "t.csv").write_text("id,x\n1,a\n2,b\n")
    done = gate("t.csv", **config)
    assert (done.code, done.run) == (2, None)
    assert words in done.stderr


@pytest.mark.parametrize(
    ("implementation", "words"),
    [
        ({"check": "D015", "column": "w", "at_most": 1e30, "unit": "years"}, "months before"),
        ({"check": "P003", "k": -5}, "a whole number from 2 on; got -5"),
        ({"check": "P003", "k": "many"}, "a whole number from 2 on; got 'many'"),
        ({"check": "D010", "limit": 3}, "check D010 has no parameter 'limit'"),
        # YAML reads an unquoted no as false
        (
            {"check": "D013", "columns": ["id", "w"], "table": "o", "to": ["name", False]},
            "'to' is a list of names; got False. Put it in quotes: 'no'",
        ),
        ({"check": "D013", "columns": [True], "table": "o", "to": ["name"]}, "'columns' is a list of names; got True. Put it in quotes: 'yes'"),
        ({"check": "P003", "quasi_identifiers": ["id", 2020]}, "'quasi_identifiers' is a list of names; got 2020. Put it in quotes: '2020'"),
    ],
)
def test_rules_that_mean_nothing(gate, tmp_path: Path, implementation: dict[str, object], words: str) -> None:
    (tmp_path / "t.csv").write_text("id,w\n1,2026-01-01\n")
    done = gate("t.csv", [{"name": "id"}, {"name": "w"}], quality=[{"type": "custom", "engine": "assay", "implementation": implementation}])
    assert (done.code, done.run) == (2, None)
    assert words in done.stderr


def test_a_number_beyond_all_floats_bounds_nothing(gate, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,x\n1,5\n2,6\n")
    promise = {"name": "x", "logicalType": "integer", "logicalTypeOptions": {"maximum": float("inf")}}
    done = gate("t.csv", [{"name": "id"}, promise])
    assert done.number("D003", "failing_rows") == 0
