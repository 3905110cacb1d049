"""What Azure Pipelines is told."""

from dataclasses import replace

from audit.ci import azure
from audit.core.limit import Limit
from audit.core.status import Status as S
from tests.render.awkward_runs import awkward_run, run_with


def lines(capsys) -> list[str]:
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


def test_an_issue_for_each_finding_at_its_line(capsys, tmp_path):
    run = run_with(S.WARNED, S.FAILED, S.PASSED)
    failed = replace(run.results[1], where={"column": "a;b]"}, clauses=("c.odcs.yaml:3",), limit=Limit(source="c.odcs.yaml:3"))
    run = replace(run, results=(run.results[0], failed, run.results[2]), paths={"c.odcs.yaml": "dir/c.odcs.yaml"})
    azure.tell_run(run, tmp_path)
    told = lines(capsys)
    assert told[0].startswith("##vso[task.logissue type=error;sourcepath=dir/c.odcs.yaml;linenumber=3;code=Q001;]Title 1 (a%3Bb%5D): failed")
    assert told[1].startswith("##vso[task.logissue type=warning;sourcepath=assay.yaml;code=Q000;]Title 0: warned")
    assert len(told) == 2


def test_the_markdown_goes_to_the_summary_page(capsys, tmp_path):
    (tmp_path / "summary.md").touch()
    azure.tell_run(run_with(S.PASSED), tmp_path)
    assert lines(capsys) == [f"##vso[task.uploadsummary]{tmp_path}/summary.md"]


def test_any_text_stays_on_its_line(capsys, tmp_path):
    azure.tell_run(awkward_run(), tmp_path)
    assert all(text.startswith("##vso[task.logissue ") for text in lines(capsys))


def test_a_command_without_a_run(capsys):
    azure.tell_stop("gate", "no file\n100%", 3)
    expected = "##vso[task.logissue type=error;]assay gate: the data, a model or a tool failed, or nothing was examined. no file%0A100%AZP25"
    assert lines(capsys) == [expected]
