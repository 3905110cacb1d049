"""Definition by attribute, and the rates of the groups, from runs written by hand."""

from dataclasses import replace

from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status
from audit.render.gap_matrix import gap_matrix, group_tables, missing_rows, state_of
from audit.render.gap_tables import fragment
from audit.render.html import html
from tests.runs import sample_run

LIMIT = Limit(high=0.1, blocking=False)


def gap(code: str, attribute: str, status: Status, value: float | None = 0.12, limit: Limit = LIMIT) -> Result:
    ends = None if value is None else (value - 0.02, value + 0.03)
    measured = [
        Measurement("rate_difference", value, "share", {}, 500, ends, 0.95 if ends else None),
        Measurement("rate", 0.4, "share", {}, 500, (0.36, 0.44), 0.95),
        Measurement("rate", 0.25, "share", {attribute: "a"}, 300, (0.2, 0.3), 0.95),
        Measurement("rate", None, "share", {attribute: "b"}, 0, method="not estimable: no rows to count among"),
        Measurement("implied_rate", 0.9, "share", {attribute: "a"}, 300, method="what would follow"),
        Measurement("rate", 0.1, "share", {attribute: "a", "model": "other"}, 300, (0.05, 0.15), 0.95),
        Measurement("missing_labels", 7, "rows", {}, 500),
    ]
    return Result(code, f"Gap {code}", "fairness", status, "A gap.", {"attribute": attribute}, "", measured, "rate_difference", limit)


FOUND = [
    gap("F001", "sex", Status.WARNED),
    gap("F001", "race", Status.UNDECIDED, None),
    gap("F002", "sex", Status.PASSED, 0.03),
    gap("F009", "race", Status.PASSED, 0.4, Limit()),
    Result("F011", "Intersections", "fairness", Status.NOT_APPLICABLE, "One attribute only."),
]


def matrix():
    return gap_matrix(FOUND, lambda r: r.key)


def test_matrix_has_a_line_for_each_definition_and_a_column_for_each_attribute():
    made = matrix()
    assert made.attributes == ["sex", "race"]
    assert [d.code for d in made.definitions] == ["F001", "F002", "F009"]
    said = [[c and (c.says, c.value, c.span) for c in d.cells] for d in made.definitions]
    assert said == [
        [("Beyond limit", "12.0 points", "10.0 to 15.0 points"), ("Undecided", "not estimable", "")],
        [("Within limit", "3.0 points", "1.00 to 6.0 points"), None],
        [None, ("Measured", "40.0 points", "38.0 to 43.0 points")],
    ]
    assert [d.limit for d in made.definitions] == ["at most 10 points", "at most 10 points", ""]


def test_a_state_that_is_open_says_how_many_rows_it_needs():
    message = "A gap. These rows cannot decide whether it is above 10 points; about 5,200 more like them would."
    open_question = replace(gap("F001", "sex", Status.UNDECIDED), message=message)
    assert gap_matrix([open_question], lambda r: "").cells[0].needs == "5,200 more rows"
    assert gap_matrix([replace(open_question, message="Nobody knows.")], lambda r: "").cells[0].needs == ""
    assert gap_matrix([replace(open_question, status=Status.PASSED)], lambda r: "").cells[0].needs == ""


def test_what_applies_nowhere_has_no_line():
    assert gap_matrix([*FOUND, gap("F016", "sex", Status.NOT_APPLICABLE)], lambda r: "").definitions == gap_matrix(FOUND, lambda r: "").definitions


def test_state_is_said_in_a_sentence():
    assert state_of(matrix()) == (
        "Of 3 gaps between groups of sex and race, 1 is beyond its limit, 1 is undecided and 1 is within its limit. "
        "What is undecided is not shown to be fair."
    )
    alone = gap_matrix([gap("F001", "sex", Status.PASSED), gap("F002", "sex", Status.PASSED)], lambda r: "")
    assert state_of(alone) == "Of 2 gaps between groups of sex, 2 are within their limit."
    unjudged = gap_matrix([gap("F009", "sex", Status.PASSED, limit=Limit())], lambda r: "")
    assert state_of(unjudged) == "1 number about groups of sex; none is held against a limit."
    broken = gap_matrix([gap("F001", "sex", Status.ERROR)], lambda r: "")
    assert "1 is in error" in state_of(broken)
    nothing = gap_matrix([gap("F001", "sex", Status.NOT_APPLICABLE)], lambda r: "")
    assert state_of(nothing).startswith("No gap between groups could be examined")


def test_groups_have_their_rates_and_nothing_else():
    (sex, race) = group_tables(FOUND)
    assert (sex.attribute, race.attribute) == ("sex", "race")
    assert sex.rates == ["rate"]
    lines = [(group, [(r.value, r.span, r.n) for r in rates if r]) for group, rates in sex.lines]
    assert lines == [
        ("all rows", [("40.0 %", "36.0 to 44.0 %", "500")]),
        ("a", [("25.0 %", "20.0 to 30.0 %", "300")]),
        ("b", [("not estimable", "", "0")]),
    ]


def test_missing_rows_are_said_once():
    assert missing_rows(FOUND) == ["7 of 500 rows without a label"]


def test_report_shows_the_matrix_with_links_to_the_findings():
    run = Run("20260101T000000Z-000000", "p", "audit", "2026-01-01T00:00:00Z", 1.0, Document("d"), results=tuple(FOUND))
    page = html(run)
    assert 'href="#f001-sex" class="badge warned"' in page
    assert 'id="f001-sex"' in page
    assert "Beyond limit" in page
    assert "By race: rate" in page
    assert 'class="gaps"' not in html(replace(run, results=tuple(r for r in FOUND if not r.where)))


def test_names_are_no_markup():
    odd = [gap("F001", "<b>sex</b>", Status.WARNED)]
    made = fragment(gap_matrix(odd, lambda r: "x"), group_tables(odd))
    assert "<b>sex" not in made
    assert "&lt;b&gt;sex" in made


def test_results_of_old_runs_have_their_place():
    made = gap_matrix([r for r in sample_run().results if r.family == "fairness"], lambda r: r.key)
    assert made.attributes == ["colour", "sex"]
    assert [c.says for c in made.cells] == ["Beyond limit", "Within limit"]
