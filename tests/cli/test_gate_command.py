"""`assay gate` as a process: exit codes, messages, and what is on disk afterwards."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from audit.cli import main
from tests.people import CONTRACT, GOOD

CONFIG = "project: people\ndata: people.csv\ncontract: people.odcs.yaml\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text(GOOD)
    (tmp_path / "people.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "assay.yaml").write_text(CONFIG)
    return tmp_path


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


Assay = Callable[..., Done]


@pytest.fixture
def assay(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Assay:
    """The command line inside this process: the same entry point, without starting Python again."""

    def run(folder: Path, *arguments: str) -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setattr(sys, "argv", ["assay", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        return Done(int(stop.value.code or 0), *capfd.readouterr())

    return run


def process(folder: Path, code: str, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
    """Python in a process of its own, for what would end this one."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options)


def runs(folder: Path) -> list[Path]:
    return sorted((folder / "reports" / "people").glob("*")) if (folder / "reports" / "people").exists() else []


def test_good_data_pass(assay: Assay, project: Path) -> None:
    done = assay(project, "gate")
    assert done.returncode == 0, done.stderr
    assert "Passed" in done.stderr
    folder = project / done.stdout.strip()
    assert {f.name for f in folder.iterdir()} == {"run.json", "junit.xml", "summary.md", "report.html", "results.sarif"}
    assert json.loads((folder / "run.json").read_text())["status"] == "passed"


def test_bad_data_fail_and_their_rows_are_set_aside(assay: Assay, project: Path) -> None:
    (project / "people.csv").write_text("id,age,town\n1,34,Bree\n2,612,Ashford\n3,45,Bostn\n3,7,Bree\n")
    done = assay(project, "gate")
    assert done.returncode == 1
    for code in ("D003", "D004", "D006"):
        assert code in done.stderr
    folder = runs(project)[-1]
    bad = pd.read_parquet(folder / "quarantine.parquet")
    assert bad["assay_row"].tolist() == [1, 2, 3]
    assert [list(c) for c in bad["assay_codes"]] == [["D003"], ["D004", "D006"], ["D006"]]
    assert "age is outside 0 to 120" in bad["assay_reasons"][0][0]
    assert bad["age"].tolist() == [612, 45, 7]
    suites = ElementTree.fromstring((folder / "junit.xml").read_text())
    assert int(suites.get("failures", "0")) == 3
    assert "612" not in done.stderr.replace("go from 7 to 612", "")


def test_json_is_alone_on_stdout(assay: Assay, project: Path) -> None:
    done = assay(project, "gate", "--json")
    assert json.loads(done.stdout)["verb"] == "gate"
    assert done.stderr == ""


def test_options_instead_of_a_config(assay: Assay, project: Path) -> None:
    (project / "assay.yaml").unlink()
    done = assay(project, "gate", "--data", "people.csv", "--contract", "people.odcs.yaml", "--out", "elsewhere", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(list((project / "elsewhere" / "people").iterdir())) == 1


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [("error", 0), ("failed", 0), ("undecided", 0), ("warned", 1), ("never", 0)],
)
def test_fail_on(assay: Assay, project: Path, fail_on: str, code: int) -> None:
    (project / "people.csv").write_text("id,age,town,extra\n1,34,Bree,x\n2,61,Ashford,y\n3,45,Bree,z\n")  # D011 warns
    assert assay(project, "gate", "--fail-on", fail_on).returncode == code


def _write(name: str, content: str | bytes) -> object:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


BAD_INPUT: dict[str, tuple[object, int, str]] = {
    "missing data": (lambda p: (p / "people.csv").unlink(), 3, "there is no file"),
    "misspelt data": (_write("assay.yaml", CONFIG.replace("people.csv", "poeple.csv")), 3, "Did you mean 'people.csv'?"),
    "pattern without a match": (_write("assay.yaml", CONFIG.replace("people.csv", "part-*.csv")), 3, "matches no file"),
    "folder": (_write("assay.yaml", CONFIG.replace("people.csv", ".")), 3, "is a folder"),
    "unknown kind of file": (_write("assay.yaml", CONFIG.replace("people.csv", "assay.yaml")), 2, "cannot tell what"),
    "missing contract": (lambda p: (p / "people.odcs.yaml").unlink(), 3, "there is no contract"),
    "unknown config key": (_write("assay.yaml", CONFIG + "auditt: {}\n"), 2, "Did you mean 'audit'?"),
    "unknown nested config key": (_write("assay.yaml", CONFIG + "audit: {skp: [D007]}\n"), 2, "Did you mean 'skip'?"),
    "unknown contract key": (
        _write("people.odcs.yaml", CONTRACT.replace("required:", "requird:")),
        2,
        "people.odcs.yaml:9: ODCS knows no key 'requird'",
    ),
    "unknown option": (_write("people.odcs.yaml", CONTRACT.replace("maximum:", "maximun:")), 2, "Did you mean 'maximum'?"),
    "unknown check": (_write("assay.yaml", CONFIG + "audit: {skip: [D077]}\n"), 2, "there is no check 'D077'"),
    "role without a column": (_write("assay.yaml", CONFIG + "roles: {target: twon}\n"), 3, "Did you mean 'town'?"),
    "not UTF-8": (_write("people.csv", "id,age,town\n1,34,Orléans\n".encode("latin-1")), 3, "UTF-8"),
    "ragged": (_write("people.csv", GOOD + "4,5\n5,6,Bree,x,y\n"), 3, "cannot read"),
    "no bytes": (_write("people.csv", ""), 3, "is empty"),
    "not YAML": (_write("assay.yaml", "data: [people.csv\n"), 2, "not valid YAML"),
    "no data key": (_write("assay.yaml", "project: people\n"), 2, "'data' is missing"),
    "absurd split": (_write("assay.yaml", CONFIG + "split: {train: 0.9, validation: 0.9, test: 0.1}\n"), 2, "add up to 1"),
    "pattern that is none": (
        _write("people.odcs.yaml", CONTRACT.replace("enum: [{value: Ashford}, {value: Bree}]", "logicalTypeOptions: {pattern: '[a-'}")),
        2,
        "is no regular expression",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_ends_in_a_clear_message(assay: Assay, project: Path, case: str) -> None:
    change, code, text = BAD_INPUT[case]
    change(project)
    done = assay(project, "gate")
    assert done.returncode == code, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not [f for f in project.rglob("*") if f.name.startswith(".unfinished")]


DATA_FAULTS: dict[str, tuple[str, int, str]] = {
    "header only": ("id,age,town\n", 1, "D008"),
    "column of the contract not in the data": ("id,town\n1,Bree\n", 1, "missing: age"),
    "all missing": ("id,age,town\n,,\n,,\n", 1, "D002"),
    "text where numbers were promised": ("id,age,town\n1,old,Bree\n2,young,Bree\n", 1, "D001"),
}


@pytest.mark.parametrize("case", DATA_FAULTS)
def test_faulty_data_are_findings(assay: Assay, project: Path, case: str) -> None:
    text, code, said = DATA_FAULTS[case]
    (project / "people.csv").write_text(text)
    done = assay(project, "gate")
    assert done.returncode == code, done.stderr
    assert said in done.stderr + (runs(project)[-1] / "run.json").read_text()


def test_strange_column_names(assay: Assay, tmp_path: Path) -> None:
    names = ['a "b"', "c.d", "größe ~", "it's", "年齢"]
    pd.DataFrame({n: [1, 2, None] for n in names}).to_parquet(tmp_path / "t.parquet")
    properties = "".join(f"      - {json.dumps({'name': n, 'logicalType': 'number', 'required': True}, ensure_ascii=False)}\n" for n in names)
    (tmp_path / "t.odcs.yaml").write_text(CONTRACT[: CONTRACT.index("      - {name: id")] + properties, encoding="utf-8")
    done = assay(tmp_path, "gate", "--data", "t.parquet", "--contract", "t.odcs.yaml")
    assert done.returncode == 1, done.stderr
    bad = pd.read_parquet(next((tmp_path / "reports" / "t").iterdir()) / "quarantine.parquet")
    assert bad["assay_row"].tolist() == [2]
    assert bad["assay_codes"][0].tolist() == ["D002"] * 5


def test_nowhere_to_write(assay: Assay, project: Path) -> None:
    (project / "reports").write_text("a file where the folder should be")
    done = assay(project, "gate")
    assert done.returncode == 3
    assert "cannot write the run" in done.stderr


def test_disk_full_leaves_nothing(project: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit then fails as on a full disk

    full = process(project, "from audit.cli import main; main()", "gate", preexec_fn=small_files)
    _, errors = full.communicate(timeout=60)
    assert full.returncode == 3, errors
    assert "cannot write the run" in errors
    assert runs(project) == []


#: The gate, held up between writing its files and putting the folder in place.
SLOW = """
import time
import audit.verbs.gate as verb
from audit.cli import main
from tests.people import CONTRACT, GOOD

write = verb.write_outputs

def slowly(folder, run, formats):
    run = write(folder, run, formats)
    print("writing", flush=True)
    time.sleep(60)
    return run

verb.write_outputs = slowly
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_leaves_nothing_that_looks_finished(assay: Assay, project: Path, number: signal.Signals) -> None:
    killed = process(project, SLOW, "gate")
    with killed:
        assert killed.stdout is not None
        assert killed.stdout.readline().strip() == "writing"
        killed.send_signal(number)
        _, errors = killed.communicate(timeout=30)
    assert killed.returncode != 0
    assert "Traceback" not in errors
    finished = [f for f in runs(project) if not f.name.startswith(".")]
    assert finished == []
    assert assay(project, "gate", "--quiet").returncode == 0
    assert len([f for f in runs(project) if not f.name.startswith(".")]) == 1


def test_report_renders_a_stored_run_again(assay: Assay, project: Path) -> None:
    folder = assay(project, "gate").stdout.strip()
    for name, start in {"html": "<!", "json": "{", "junit": "<?xml", "markdown": "#", "sarif": "{", "gitlab": "[", "intoto": "{"}.items():
        done = assay(project, "report", folder, "--format", name)
        assert done.returncode == 0, done.stderr
        assert done.stdout.lstrip().casefold().startswith(start), name
    assert assay(project, "report", "20200101T000000Z-000000").returncode == 3
    assert "Did you mean 'html'?" in assay(project, "report", folder, "--format", "htlm").stderr


def test_lint(assay: Assay, project: Path) -> None:
    assert assay(project, "contract", "lint", "people.odcs.yaml").returncode == 0
    (project / "people.odcs.yaml").write_text(CONTRACT.replace("required:", "requird:").replace("maximum", "maximun"))
    done = assay(project, "contract", "lint", "people.odcs.yaml")
    assert done.returncode == 2
    assert "people.odcs.yaml:9:" in done.stderr
    assert "people.odcs.yaml:12:" in done.stderr


def test_repaired_rows_are_released(assay: Assay, project: Path) -> None:
    (project / "people.csv").write_text("id,age,town\n1,34,Bree\n2,612,Ashford\n3,45,Bree\n3,7,Bree\n")
    assert assay(project, "gate", "--clean").returncode == 1
    before = runs(project)[-1]
    assert pd.read_parquet(before / "clean.parquet")["id"].tolist() == [1]
    bad = pd.read_parquet(before / "quarantine.parquet")
    bad.loc[bad["assay_row"] == 1, "age"] = 61
    bad[bad["assay_row"] < 3].to_parquet(project / "repaired.parquet")
    done = assay(project, "gate", "--release", "repaired.parquet", "--run", before.name)
    assert done.returncode == 0, done.stderr
    assert "1 row of that quarantine was not handed back and is left out" in done.stderr
    released = project / done.stdout.strip() / "released.parquet"
    assert pd.read_parquet(released)["age"].tolist() == [34, 61, 45]
    # the released file is what the gate lets through
    assert assay(project, "gate", "--data", str(released)).returncode == 0


@pytest.mark.parametrize("arguments", [["--release", "r.parquet"], ["--run", "x"]])
def test_release_and_run_go_together(assay: Assay, project: Path, arguments: list[str]) -> None:
    done = assay(project, "gate", *arguments)
    assert done.returncode == 2
    assert "--release and --run go together" in done.stderr


@pytest.mark.parametrize(("name", "code", "words"), [("missing.parquet", 3, "there is no file"), ("people.csv", 2, "is no Parquet file")])
def test_a_release_that_cannot_be_read_writes_nothing(assay: Assay, project: Path, name: str, code: int, words: str) -> None:
    (project / "people.csv").write_text("id,age,town\n1,34,Bree\n2,612,Ashford\n")
    assay(project, "gate")
    (before,) = runs(project)
    done = assay(project, "gate", "--release", name, "--run", before.name)
    assert (done.returncode, runs(project)) == (code, [before])
    assert words in done.stderr
    assert "Traceback" not in done.stderr
