"""Commands on a CI server: whatever way they end, the server is told, and never that all is green when it is not."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audit.cli import main
from tests import people
from tests.ci.runner import annotations, outputs
from tests.people import GOOD

CONTRACT = people.CONTRACT.replace("id: people", "id: urn:people")
CONFIG = "project: people\ndata: ../data/people.csv\ncontract: people.odcs.yaml\nreport: {folder: ../reports}\n"
BAD = "id,age,town\n1,34,Bree\n2,612,Ashford\n3,45,Bree\n"
#: No check looks at whether times have a zone, so it stays open whether the clause holds.
UNDECIDED = CONTRACT + "      - {name: seen, logicalType: timestamp, logicalTypeOptions: {timezone: true}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with config and contract in one folder, and the data in another."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "conf").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "people.csv").write_text(GOOD)
    (tmp_path / "conf" / "people.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "conf" / "assay.yaml").write_text(CONFIG)
    return tmp_path


@dataclass
class Told:
    """How a command ended, and what GitHub was told."""

    code: int
    stdout: str
    stderr: str
    outputs: dict[str, str]
    summary: str

    @property
    def annotations(self) -> list[tuple[str, str | None, str | None]]:
        return [(a.command, a.properties.get("file"), a.properties.get("line")) for a in annotations(self.stderr)]


OnGitHub = Callable[..., Told]


@pytest.fixture
def on_github(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory) -> OnGitHub:
    def run(folder: Path, *arguments: str, **environment: str) -> Told:
        files = tmp_path_factory.mktemp("runner")
        for variable, name in (("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary")):
            (files / name).touch()
            monkeypatch.setenv(variable, str(files / name))
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("COLUMNS", "200")
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["assay", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        return Told(int(stop.value.code or 0), out, err, outputs((files / "output").read_text()), (files / "summary").read_text())

    return run


def test_a_passing_gate(on_github: OnGitHub, repository: Path) -> None:
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared")
    assert told.code == 0, told.stderr
    assert told.summary.startswith("## ✅ Passed: people")
    assert told.annotations == []
    assert (told.outputs["result"], told.outputs["exit-code"], told.outputs["quarantined-rows"]) == ("passed", "0", "0")
    for name in ("report-path", "sarif-path", "junit-path"):
        assert Path(told.outputs[name]).is_absolute()
        assert ".." not in told.outputs[name]
        assert Path(told.outputs[name]).is_file()


def test_a_failing_gate_points_at_the_clause(on_github: OnGitHub, repository: Path) -> None:
    (repository / "data" / "people.csv").write_text(BAD)
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared")
    assert told.code == 1
    assert told.annotations == [("error", "conf/people.odcs.yaml", "12")]
    assert told.summary.startswith("## ❌ Not passed: people")
    assert (told.outputs["result"], told.outputs["failed"], told.outputs["exit-code"], told.outputs["quarantined-rows"]) == ("failed", "1", "1", "1")


@pytest.mark.parametrize(("options", "code", "kind"), [([], 0, "warning"), (["--fail-on", "undecided"], 1, "error")])
def test_an_undecided_gate_is_never_passed(on_github: OnGitHub, repository: Path, options: list[str], code: int, kind: str) -> None:
    (repository / "conf" / "people.odcs.yaml").write_text(UNDECIDED)
    (repository / "data" / "people.csv").write_text("id,age,town,seen\n1,34,Bree,2026-01-01 00:00:00\n")
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared", *options)
    assert told.code == code, told.stderr
    assert (told.outputs["result"], told.outputs["undecided"], told.outputs["exit-code"]) == ("undecided", "1", str(code))
    assert [a[0] for a in told.annotations] == [kind]


WITHOUT_A_RUN = {
    "missing data": (["gate", "--data", "no.csv"], 3),
    "ragged data": (["gate", "--data", "ragged.csv"], 3),
    "missing contract": (["gate", "--data", "data/people.csv", "--contract", "no.yaml"], 3),
    "missing config": (["gate", "nowhere.yaml"], 2),
    "wrong config": (["gate", "wrong.yaml"], 2),
    "wrong option": (["gate", "--bogus"], 2),
    "wrong format": (["gate", "conf/assay.yaml", "--format", "sarf"], 2),
    "nothing to audit": (["audit", "conf/assay.yaml"], 2),
    "nowhere to write": (["gate", "conf/assay.yaml", "--out", "data/people.csv"], 3),
}


@pytest.mark.parametrize("case", WITHOUT_A_RUN)
def test_a_command_without_a_run_is_red_everywhere(on_github: OnGitHub, repository: Path, case: str) -> None:
    (repository / "wrong.yaml").write_text(CONFIG + "auditt: {}\n")
    (repository / "ragged.csv").write_text(GOOD + "4,5\n5,6,Bree,x,y\n")
    arguments, code = WITHOUT_A_RUN[case]
    told = on_github(repository, *arguments)
    assert told.code == code, told.stderr
    assert (told.outputs["result"], told.outputs["errors"], told.outputs["exit-code"]) == ("error", "1", str(code))
    assert told.outputs["report-path"] == told.outputs["run-id"] == ""
    assert told.summary.startswith("## ❌ No verdict: ")
    assert [a[0] for a in told.annotations] == ["error"]


def test_verbs_that_say_nothing_about_data_tell_nothing(on_github: OnGitHub, repository: Path) -> None:
    told = on_github(repository, "report", "no-run")
    assert (told.code, told.outputs, told.summary, told.annotations) == (3, {}, "", [])


def test_outputs_that_cannot_be_written_end_in_3(on_github: OnGitHub, repository: Path) -> None:
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared", GITHUB_OUTPUT=str(repository / "no" / "file"))
    assert told.code == 3
    assert "cannot write to the file that GITHUB_OUTPUT names" in told.stderr
    assert "Traceback" not in told.stderr


def test_json_stays_alone_on_stdout(on_github: OnGitHub, repository: Path) -> None:
    (repository / "data" / "people.csv").write_text(BAD)
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared", "--json")
    assert json.loads(told.stdout)["status"] == "failed"
    assert len(told.annotations) == len(told.stderr.splitlines()) == 1
    assert told.outputs["result"] == "failed"


def test_nobody_is_told_who_was_not_asked(on_github: OnGitHub, repository: Path) -> None:
    told = on_github(repository, "gate", "conf/assay.yaml", "--declared", "--quiet", "--ci", "none")
    assert (told.code, told.stdout, told.stderr, told.outputs, told.summary) == (0, "", "", {}, "")


@pytest.mark.parametrize(("number", "ended"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGKILL", -9)])
def test_a_killed_command_leaves_no_green_output(repository: Path, tmp_path: Path, number: str, ended: int) -> None:
    code = (
        "import os, signal, time, audit.verbs.gate as verb\nfrom audit.cli import main\n"
        f"verb.write_outputs = lambda *a: (os.kill(os.getpid(), signal.{number}), time.sleep(60))\nmain()"
    )
    (tmp_path / "output").touch()
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(tmp_path / "output")}
    done = subprocess.run([sys.executable, "-c", code, "gate", "conf/assay.yaml"], cwd=repository, env=environment, timeout=120, check=False)
    assert done.returncode == ended
    told = outputs((tmp_path / "output").read_text())
    assert (told["result"], told["errors"], told["exit-code"]) == ("error", "1", "3")


def sarif_results(folder: Path) -> list[dict[str, Any]]:
    (file,) = folder.rglob("results.sarif")
    results: list[dict[str, Any]] = json.loads(file.read_text())["runs"][0]["results"]
    return results


def test_two_runs_on_data_that_differ_only_in_counts_have_the_same_fingerprints(on_github: OnGitHub, repository: Path) -> None:
    def gated(out: str, rows: str, contract: str = CONTRACT) -> dict[str, tuple[str, str]]:
        (repository / "data" / "people.csv").write_text(rows)
        (repository / "conf" / "people.odcs.yaml").write_text(contract)
        assert on_github(repository, "gate", "conf/assay.yaml", "--out", out, "--format", "gitlab").code == 1
        results = sarif_results(repository / out)
        (quality,) = (repository / out).rglob("codequality.json")
        names = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results]
        assert [v["fingerprint"] for v in json.loads(quality.read_text())] == names
        assert len(set(names)) == len(names)
        return dict(zip(names, [(r["ruleId"], r["message"]["text"]) for r in results], strict=True))

    one = gated("one", "id,age,town\n1,34,Bree\n2,612,Ashford\n3,45,Bostn\n3,7,Bree\n")
    rows = "".join(f"{i},{30 + i % 40},Bree\n" for i in range(10, 60))
    more = f"id,age,town\n1,612,Bree\n2,613,Ashford\n3,45,Bostn\n4,45,Bostn\n3,7,Bree\n{rows}"
    two = gated("two", more, CONTRACT.replace("schema:", "\n\nschema:"))
    assert {"D003", "D004", "D006"} <= {code for code, _ in one.values()}
    assert {n for n, (code, _) in one.items() if code in ("D003", "D004", "D006")} <= two.keys()
    assert set(one.values()).isdisjoint(set(two.values()))


def test_what_leaves_for_a_server_holds_no_value_of_the_data(on_github: OnGitHub, repository: Path) -> None:
    people = [f"{i},{20 + i % 50},Canary{i % 3},canary{i}@example.org,Canary Smith{i},yes" for i in range(60)]
    people += ["59,98765,canary0,canary59@example.org,N/A,no", "60,98765,CANARY1,canary60@example.org,Canary Smith1,yes"]
    (repository / "data" / "people.csv").write_text("\n".join(["id,age,town,contact,name,flag", *people, ""]))
    told = on_github(repository, "gate", "conf/assay.yaml", "--format", "gitlab", "--format", "intoto")
    assert told.code == 1
    files = [f for pattern in ("results.sarif", "codequality.json", "test-result.intoto.json") for f in repository.rglob(pattern)]
    assert len(files) == 3
    found = {r["ruleId"] for r in sarif_results(repository)}
    assert {"D003", "D004", "D006", "P001"} <= found
    log = "\n".join(a.message for a in annotations(told.stderr))
    for text in (*(f.read_text() for f in files), log):
        assert "canary" not in text.casefold()
        assert "98765" not in text
        assert "example.org" not in text
