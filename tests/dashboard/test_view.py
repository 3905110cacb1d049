"""What the dashboard says about a run, against sentences and rows written by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.render import wording
from audit.render.grid import Grid
from dashboard import comparison, looks, view
from tests.runs import earlier_run, passing_gate, sample_run

GAP = Measurement("selection_rate_gap", 0.116, "share", {"colour": "White − Black"}, 5226, (0.091, 0.142), 0.95, "newcombe")
FAILED, WARNED = (f"{wording.MARKS[s]} {wording.WORDS[s]}" for s in (Status.FAILED, Status.WARNED))
LIMIT = Limit(high=0.08, reason="agreed with the review board", source="assay.yaml")


def result(code="D001", family="quality", status=Status.PASSED, **more) -> Result:
    return Result(code, more.pop("title", "Schema"), family, status, more.pop("message", "Fine."), **more)


def run(*results: Result, **more) -> Run:
    return Run("20260101T000000Z-aaaaaa", "p", more.pop("verb", "gate"), "2026-01-01T00:00:00Z", 1.0, Document("data"), results=results, **more)


def test_heading_names_code_title_and_place():
    assert view.heading(result("F001", title="Selection-rate gap", where={"attribute": "colour"})) == "F001 Selection-rate gap: colour"
    assert view.heading(result("D008", title="Row count")) == "D008 Row count"


def test_results_of_a_family_come_worst_first():
    one = run(
        result("D002", status=Status.PASSED),
        result("D003", status=Status.SKIPPED),
        result("D004", status=Status.ERROR),
        result("D005", status=Status.WARNED),
        result("P001", "privacy", Status.FAILED),
        result("D006", status=Status.FAILED),
        result("D007", status=Status.UNDECIDED),
        result("D008", status=Status.NOT_APPLICABLE),
    )
    assert [r.code for r in view.results_of(one, "quality")] == ["D004", "D006", "D007", "D005", "D002", "D008", "D003"]


def test_results_are_filtered_by_state_and_text():
    one = run(
        result("D002", status=Status.FAILED, message="14 values of 'Citizen' are missing.", where={"column": "citizen"}),
        result("D003", status=Status.PASSED, message="All ages lie from 12 to 100.", where={"column": "age"}),
        result("D004", status=Status.FAILED, message="Two unknown codes.", parameters={"column": "AGE_GROUP"}),
    )
    assert [r.code for r in view.results_of(one, "quality", [Status.FAILED])] == ["D002", "D004"]
    assert [r.code for r in view.results_of(one, "quality", text=" age")] == ["D004", "D003"]
    assert [r.code for r in view.results_of(one, "quality", [Status.FAILED], "CITIZEN")] == ["D002"]
    assert view.results_of(one, "quality", text="zebra") == []
    assert view.results_of(one, "fairness") == []


def test_families_follow_the_house_and_strangers_come_last():
    one = run(
        result("Z001", "astrology", Status.PASSED),
        result("S001", "shift", Status.WARNED),
        result("D001", "quality", Status.PASSED),
        result("D002", "quality", Status.FAILED),
        result("D003", "quality", Status.PASSED),
        result("P002", "privacy", Status.SKIPPED),
        result("P003", "privacy", Status.NOT_APPLICABLE),
    )
    lines = view.families(one)
    assert [line.family for line in lines] == ["quality", "privacy", "shift", "astrology"]
    assert lines[0].counts == {Status.FAILED: 1, Status.PASSED: 2}
    assert [line.status for line in lines] == [Status.FAILED, Status.NOT_APPLICABLE, Status.WARNED, Status.PASSED]
    assert lines[3].title == "Astrology"


def test_a_table_of_texts_keeps_every_column_even_of_the_same_name():
    cells = Grid(["rows", "rows", "share", "rows"], [True] * 4, [["1", "2", "3 %", "4"]])
    assert view.frame(cells).to_dict("records") == [{"rows": "1", "rows (2)": "2", "share": "3 %", "rows (3)": "4"}]
    assert view.frame(Grid(["a"], [False], [])).columns.tolist() == ["a"]


def test_columns_that_say_nothing_are_left_out():
    rows = pd.DataFrame({"a": ["", ""], "b": ["", "x"]})
    assert view.without_empty_columns(rows).columns.tolist() == ["b"]


def test_limit_is_told_in_the_unit_it_judges_with_reason_and_source():
    found = result("F001", measurements=(GAP,), judged="selection_rate_gap", limit=LIMIT)
    assert view.limit_sentence(found) == "Selection rate gap must be at most 8 points, because: agreed with the review board. Declared in assay.yaml."
    soft = replace(found, limit=Limit(low=3, blocking=False), judged="k", measurements=(Measurement("k", 2, "rows"),))
    assert view.limit_sentence(soft) == "K should be at least 3 rows."
    assert view.limit_sentence(result()) == "Nothing is held against a limit here."


@pytest.mark.parametrize(
    ("text", "said"), [("", ""), ("all is well", "All is well."), ("Is it?", "Is it?"), ("two\nlines", "Two lines."), ("ROC AUC.", "ROC AUC.")]
)
def test_sentence(text, said):
    assert view.sentence(text) == said


def test_exhibit_rows_keep_columns_and_values():
    shown = Exhibit(Kind.BARS, "t", ("label", "value"), [("a", 1.5), (None, None)])
    assert view.exhibit_rows(shown).columns.tolist() == ["label", "value"]
    assert view.exhibit_rows(shown)["value"][0] == 1.5
    assert view.exhibit_rows(Exhibit(Kind.TABLE, "t", ("a", "b"), [])).columns.tolist() == ["a", "b"]


def test_names_with_a_colon_are_grouped():
    pairs = [("split method", "stratified"), ("files: a/model.json", "x"), ("mitigation: rule: Black: p0", "0.4"), ("files: b", "y")]
    assert view.grouped(pairs) == {
        "": {"Split method": "stratified"},
        "Files": {"a/model.json": "x", "b": "y"},
        "Mitigation": {"rule: Black: p0": "0.4"},
    }
    assert view.grouped([]) == {}


def test_provenance_says_what_the_run_rests_on():
    rows = view.provenance_rows(sample_run())
    assert rows["Data"] == "arrests, data/arrests/arrests.parquet, 5,226 rows, 8 columns"
    assert rows["Contract"] == "arrests, data/arrests/arrests.odcs.yaml, version 1.2.0"
    assert rows["Started"] == "1 March 2026, 10:15 UTC"
    assert rows["Command"] == "assay run (gate, training and audit)"
    assert rows["Stops on"] == "failed or worse"
    without = view.provenance_rows(replace(passing_gate(), fail_on="never"))
    assert (without["Contract"], without["Contract SHA-256"], without["Stops on"]) == ("none", "none", "nothing")


def test_roles_that_no_column_plays_are_left_out():
    one = run(roles={"target": "released", "sensitive": ["colour", "sex"], "entity": None, "key": [], "positive": "Yes"})
    assert view.role_rows(one) == {"Target": "released", "Sensitive": "colour, sex", "Positive": "Yes"}


def test_a_run_compared_with_itself_has_not_changed():
    found = comparison.compare(sample_run(), sample_run())
    assert (found.changed, found.moved, found.new, found.vanished, found.different) == ([], [], [], [], [])
    assert found.unchanged == len(sample_run().results)


def test_comparison_tells_what_changed():
    found = comparison.compare(earlier_run(), sample_run())
    assert [(c.before.key, c.before.status, c.after.status, c.direction) for c in found.changed] == [
        ("F001:colour", Status.WARNED, Status.FAILED, "worse"),
    ]
    assert [(m.result.key, m.after.name, m.before.value, m.after.value) for m in found.moved] == [("F001:colour", "selection_rate_gap", 0.081, 0.116)]
    assert [r.key for r in found.new] == ["S001:checks"]
    assert [r.key for r in found.vanished] == ["D005:employed"]
    assert found.unchanged == len(sample_run().results) - 2


def test_comparison_is_told_in_rows_with_both_intervals():
    found = comparison.compare(earlier_run(), sample_run())
    assert comparison.change_rows(found.changed)["State"].tolist() == [f"{WARNED} → {FAILED}, worse"]
    row = comparison.move_rows(found.moved).to_dict("records")[0]
    assert row == {
        "Check": "F001 Selection-rate gap: colour",
        "Number": "selection rate gap, colour = White − Black",
        "Before": "8.1 points (5.5 to 10.7 points)",
        "Now": "11.6 points (9.1 to 14.2 points)",
        "Intervals apart": "no",
    }
    assert comparison.result_rows(found.new)["State"].tolist() == [WARNED]


@pytest.mark.parametrize(
    ("before", "after", "apart"),
    [
        ((0.1, 0.2), (0.3, 0.4), True),
        ((0.3, 0.4), (0.1, 0.2), True),
        ((0.1, 0.3), (0.3, 0.4), False),
        (None, (0.1, 0.2), None),
        ((0.1, 0.2), None, None),
    ],
)
def test_intervals_are_apart_where_they_share_no_value(before, after, apart):
    one, two = (Measurement("m", value, interval=interval) for value, interval in ((0.15, before), (0.35, after)))
    assert comparison.Move(result(), one, two).apart is apart


def test_moves_beyond_chance_come_first_and_worse_before_better():
    def made(a: Status, b: Status, near: float, far: float) -> Run:
        numbers = (Measurement("near", near, interval=(0.0, 1.0)), Measurement("far", far, interval=(far, far)), Measurement("gone", None))
        return run(result("D001", status=a), result("D002", status=b, measurements=numbers))

    found = comparison.compare(made(Status.FAILED, Status.PASSED, 0.1, 0.2), made(Status.PASSED, Status.FAILED, 0.3, 0.4))
    assert [c.after.code for c in found.changed] == ["D002", "D001"]
    assert [m.after.name for m in found.moved] == ["far", "near"]


def test_results_with_the_same_key_are_matched_in_order():
    before = run(result("D009", message="first"), result("D009", message="second"))
    after = run(result("D009", message="first"), result("D009", message="second", status=Status.FAILED), result("D009", message="third"))
    found = comparison.compare(before, after)
    assert [c.after.message for c in found.changed] == ["second"]
    assert [r.message for r in found.new] == ["third"]


def test_what_two_runs_do_not_share_is_named():
    before = run(seed=1)
    after = replace(before, seed=2, contract=Document(sha256="b" * 64), environment={"pandas": "3.1"})
    assert comparison.compare(before, after).different == ["the contract", "the seed", "versions of packages"]


def test_every_state_is_told_by_mark_and_word():
    for status in Status:
        mark, word = looks.state(status).split(" ", 1)
        assert (mark, word) == (wording.MARKS[status], wording.WORDS[status])
    assert len({looks.LOOKS[s].icon for s in Status}) == len(list(Status))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a_b * c", r"a\_b \* c"), ("$x$ :red[y]", r"\$x\$ \:red\[y\]"), ("<b>", r"\<b\>"), ("# no\n- list", r"\# no \- list"), ("`code`", r"\`code\`")],
)
def test_escaped_text_is_no_markdown(text, shown):
    assert looks.escaped(text) == shown


def test_title_of_a_run_in_a_list():
    assert looks.title(sample_run()) == f"{wording.MARKS[Status.FAILED]} Not passed · 01 Mar 2026 10:15 · run"
    remarks = sample_run(Status.UNDECIDED)
    assert looks.title(remarks) == f"{wording.MARKS[Status.WARNED]} Undecided · 01 Mar 2026 10:15 · run"
    assert looks.title(replace(passing_gate(), started="long ago")) == f"{wording.MARKS[Status.PASSED]} Passed · long ago · gate"


def test_the_sentence_that_says_what_would_decide_is_found():
    said = "A gap of 0.5 points (p = 0.3). These rows cannot decide whether it is above 10.0 points; about 40 more would. 3 rows lack a label."
    assert view.deciding(said) == "These rows cannot decide whether it is above 10.0 points; about 40 more would."
    assert view.deciding("Nothing to say.") == "Nothing to say."
