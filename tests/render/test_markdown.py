import re

from audit.core.result import Result
from audit.core.status import Status as S
from audit.render.markdown import MAX_BYTES, code, escaped, markdown
from tests.render.awkward_runs import awkward_run, empty_run, run_with


def test_every_key_once():
    run = awkward_run()
    text = markdown(run)
    assert [text.count(code(r.key)) for r in run.results] == [1] * len(run.results)


def test_no_markup_of_the_data_gets_through():
    text = markdown(awkward_run())
    outside_code = re.sub(r"(`+)[^`].*?[^`]\1(?!`)", "", text)
    assert "<script" not in outside_code
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", text)


def test_tables_keep_their_columns():
    rows = [row for row in markdown(awkward_run()).splitlines() if row.startswith("| ")]
    assert len(rows) == 5  # the head and four findings
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}


def test_opens_with_the_verdict_and_what_to_do():
    text = markdown(run_with(S.PASSED, S.FAILED))
    assert text.startswith("## ❌ Not passed: p\n\nOf 2 checks examined, 1 failed.")
    assert text.index("### What to do") < text.index("### What was found") < text.index("<details>")
    assert "<summary>1 check held</summary>" in text


def test_green_and_empty():
    assert markdown(run_with(S.PASSED)).startswith("## ✅ Passed: p")
    assert "What to do" not in markdown(run_with(S.PASSED))
    assert "Nothing was examined" in markdown(empty_run())


def test_stays_within_what_a_step_summary_may_hold():
    run = run_with(S.FAILED)
    many = [Result(f"Q{i}", "t", "quality", S.PASSED, "m" * 400) for i in range(4000)]
    text = markdown(run.with_results([*run.results, *many]))
    assert len(text.encode()) <= MAX_BYTES
    assert "4,000 further results" in text


def test_escaping():
    assert escaped("a|b *c* <i> `d` [e](f)\ng") == "a\\|b \\*c\\* &lt;i&gt; \\`d\\` \\[e\\](f) g"
    assert code("a`b|c") == "`` a`b\\|c ``"
    assert code("D003:age") == "`D003:age`"
