"""Gates inside other people's tests."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: people
version: 1.0.0
status: active
schema:
  - name: people
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: age, logicalType: integer, logicalTypeOptions: {minimum: 0, maximum: 120}}
"""
TESTS = """
import pandas as pd

def test_good(assay_gate):
    result = assay_gate(pd.DataFrame({"id": [1, 2, 3], "age": [34, 61, 45]}), contract="people.odcs.yaml", declared=True)
    assert result.passes

def test_bad(assay_gate):
    assay_gate(pd.DataFrame({"id": [1, 2, 3], "age": [34, 612, 45]}), contract="people.odcs.yaml", declared=True)

def test_lost(assay_gate):
    assay_gate(pd.DataFrame({"id": [1]}), contract="poeple.odcs.yaml")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    pytester.makefile(".odcs.yaml", people=CONTRACT)
    # not also through the entry point, where it is installed
    return lambda *arguments: pytester.runpytest_inprocess("-p", "no:assay", "-p", "audit.pytest_plugin", "-p", "no:cacheprovider", *arguments)


def test_a_test_fails_with_the_findings_and_no_traceback(pytester: pytest.Pytester, run) -> None:
    pytester.makepyfile(TESTS)
    done = run()
    done.assert_outcomes(passed=1, failed=2)
    done.stdout.fnmatch_lines(["Not passed. frame, 3 rows: *", "*D003 age: 1 of 3 values of age are outside 0 to 120*", "*→ *"])
    done.stdout.fnmatch_lines(["the gate could not be run: there is no contract *poeple.odcs.yaml'. Did you mean 'people.odcs.yaml'?"])
    done.stdout.no_fnmatch_line("*pytest_plugin.py*")
    assert not (pytester.path / "reports").exists()


def test_contracts_may_lie_in_a_folder_of_their_own(pytester: pytest.Pytester, run) -> None:
    (pytester.path / "contracts").mkdir()
    (pytester.path / "people.odcs.yaml").rename(pytester.path / "contracts" / "people.odcs.yaml")
    pytester.makeini("[pytest]\nassay_contracts = contracts\n")
    pytester.makepyfile(TESTS)
    run("-k", "good").assert_outcomes(passed=1, deselected=2)


def test_configs_are_tests_where_that_is_asked_for(pytester: pytest.Pytester, run) -> None:
    for name, age in (("good", 34), ("bad", 340)):
        folder: Path = pytester.mkdir(name)
        (folder / "people.csv").write_text(f"id,age\n1,{age}\n2,20\n")
        (folder / "assay.yaml").write_text("data: people.csv\ncontract: ../people.odcs.yaml\naudit: {declared_only: true}\n")
    done = run("--assay")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*assay: assay.yaml*", "Not passed. people, 2 rows: *", "*D003 age: 1 of 2 values*", "FAILED bad/assay.yaml::gate*"])
    assert not list(pytester.path.rglob("reports"))
    assert run().ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_entry_point_names_the_plugin() -> None:
    import tomllib

    document = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    assert document["project"]["entry-points"]["pytest11"] == {"assay": "audit.pytest_plugin"}
