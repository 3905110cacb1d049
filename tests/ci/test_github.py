"""What GitHub Actions is told, read back as its runner reads it."""

import re
from pathlib import Path

import pandas as pd
import pytest

from audit.ci import github
from audit.core.errors import DataError
from audit.core.limit import Limit
from audit.core.result import Result
from audit.core.status import Status as S
from audit.render.finding import ci_findings
from tests.ci.runner import annotations, outputs
from tests.render.awkward_runs import awkward_run, empty_run, run_with

OUTPUTS = {
    "result", "failed", "warnings", "undecided", "errors", "report-path", "sarif-path", "junit-path", "quarantined-rows", "run-id", "exit-code",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable, name in (("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary")):
        (tmp_path / name).touch()
        monkeypatch.setenv(variable, str(tmp_path / name))
    return tmp_path


def told(files: Path) -> dict[str, str]:
    return outputs((files / "output").read_text(encoding="utf-8"))


def test_outputs_of_a_run(files, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "report.html").touch()
    (folder / "results.sarif").touch()
    pd.DataFrame({"a": [1, 2, 3]}).to_parquet(folder / "quarantine.parquet")
    github.tell_run(run_with(S.FAILED, S.WARNED, S.WARNED, S.UNDECIDED, S.PASSED), folder)
    assert told(files) == {
        "result": "failed", "failed": "1", "warnings": "2", "undecided": "1", "errors": "0", "report-path": str(folder / "report.html"),
        "sarif-path": str(folder / "results.sarif"), "junit-path": "", "quarantined-rows": "3", "run-id": "id", "exit-code": "1",
    }  # fmt: skip
    assert (files / "summary").read_text(encoding="utf-8").startswith("## ❌ Not passed: p")


@pytest.mark.parametrize(("run", "result", "errors", "code"), [(empty_run(), "error", "1", "3"), (run_with(S.ERROR, S.ERROR), "error", "2", "3")])
def test_what_could_not_be_examined_is_an_error(files, run, result, errors, code):
    github.tell_run(run, files)
    assert (told(files)["result"], told(files)["errors"], told(files)["exit-code"]) == (result, errors, code)


def test_a_command_that_is_killed_has_left_word(files):
    github.tell_start()
    assert told(files).keys() == OUTPUTS
    assert (told(files)["result"], told(files)["errors"], told(files)["exit-code"]) == ("error", "1", "3")
    github.tell_run(run_with(S.PASSED), files)
    assert (told(files)["result"], told(files)["errors"], told(files)["exit-code"]) == ("passed", "0", "0")


@pytest.mark.parametrize("code", [2, 3, 130, 143])
def test_a_command_without_a_run_says_so_everywhere(files, capsys, code):
    github.tell_stop("gate", "there is no file 'x.csv'.\n```\n::error::forged", code)
    assert told(files).keys() == OUTPUTS
    assert {k: v for k, v in told(files).items() if v} == {
        "result": "error", "failed": "0", "warnings": "0", "undecided": "0", "errors": "1", "quarantined-rows": "0", "exit-code": str(code),
    }  # fmt: skip
    page = (files / "summary").read_text(encoding="utf-8")
    assert page.startswith(f"## ❌ No verdict: `assay gate` ended with exit code {code}\n")
    assert "````text\nthere is no file 'x.csv'." in page
    (only,) = annotations(capsys.readouterr().err)
    assert (only.command, only.message) == ("error", "there is no file 'x.csv'.\n```\n::error::forged")


def test_a_value_cannot_forge_an_output(files):
    github.tell_stop("gate", "m", 3)
    before = (files / "output").read_text(encoding="utf-8")
    ends = re.findall(r"^[\w-]+<<(\S+)$", before, flags=re.MULTILINE)
    assert len(set(ends)) == len(ends) == len(OUTPUTS)


def test_annotations_carry_any_text_to_the_right_place(capsys):
    nasty = "a%25,b:c\r\nd%::error::x"
    run = run_with(S.FAILED)
    at = f"{nasty}.yaml:12"
    result = Result("D003", nasty, "quality", S.FAILED, "m", {"column": nasty}, limit=Limit(source=at), clauses=(at,))
    run = run.with_results([result])
    run = type(run)(**{**vars(run), "paths": {f"{nasty}.yaml": f"dir/{nasty}.yaml"}})
    lines = github.annotations(ci_findings(run))
    assert all("\n" not in text and "\r" not in text for text in lines)
    (only,) = annotations("\n".join(lines))
    assert only.properties["file"] == f"dir/{nasty}.yaml"
    assert only.properties["line"] == "12"
    assert only.properties["title"] == "D003 a%25,b:c d%::error::x"
    assert only.message.startswith("a%25,b:c d%::error::x (a%25,b:c d%::error::x): failed")


def test_ten_of_a_kind_the_last_of_which_counts_the_rest():
    many = [Result("Q1", "t", "quality", S.WARNED, "m", {"column": str(i)}) for i in range(12)]
    few = [Result("Q2", "t", "quality", S.FAILED, "m", {"column": str(i)}) for i in range(10)]
    told = annotations("\n".join(github.annotations(ci_findings(run_with().with_results([*many, *few])))))
    assert [a.command for a in told] == ["error"] * 10 + ["warning"] * 10
    assert told[-1].message.startswith("3 further findings of this kind")
    assert "further" not in told[9].message


@pytest.mark.parametrize(("fail_on", "commands"), [("failed", ["error", "warning"]), ("never", ["error", "notice"])])
def test_kinds_follow_the_level(fail_on, commands):
    assert [a.command for a in annotations("\n".join(github.annotations(ci_findings(run_with(S.FAILED, S.WARNED, fail_on=fail_on)))))] == commands


def test_stdout_stays_empty_and_any_text_is_safe(files, capsys):
    github.tell_run(awkward_run(), files)
    out, err = capsys.readouterr()
    assert out == ""
    assert len(annotations(err)) == len(err.splitlines()) == 4


def test_the_summary_of_a_step_never_grows_past_what_github_takes(files):
    (files / "summary").write_text("x" * (github.SUMMARY_BYTES - 300), encoding="utf-8")
    github.tell_run(run_with(S.FAILED, S.WARNED, S.PASSED), files)
    size = (files / "summary").stat().st_size
    assert github.SUMMARY_BYTES - 300 < size <= github.SUMMARY_BYTES
    (files / "summary").write_text("x" * github.SUMMARY_BYTES, encoding="utf-8")
    github.tell_run(run_with(S.FAILED), files)
    github.tell_stop("gate", "m", 3)
    assert (files / "summary").stat().st_size == github.SUMMARY_BYTES


def test_several_runs_of_a_step_share_the_summary(files):
    github.tell_run(run_with(S.FAILED), files)
    github.tell_run(run_with(S.PASSED), files)
    assert re.findall(r"^## .*$", (files / "summary").read_text(encoding="utf-8"), flags=re.MULTILINE) == ["## ❌ Not passed: p", "## ✅ Passed: p"]
    assert told(files)["result"] == "passed"


def test_outputs_that_cannot_be_written_are_an_error(files, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(files / "no" / "folder"))
    with pytest.raises(DataError, match="cannot write to the file that GITHUB_OUTPUT names"):
        github.tell_run(run_with(S.PASSED), files)


def test_without_the_files_only_annotations_are_printed(monkeypatch, tmp_path, capsys):
    github.tell_run(run_with(S.FAILED), tmp_path)
    assert len(annotations(capsys.readouterr().err)) == 1
