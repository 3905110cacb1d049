"""What CI servers are told: levels, places, names that stay, and no values of the data."""

from dataclasses import replace

import pytest

from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.run import Document, Run
from audit.core.status import Status as S
from audit.render.finding import Location, ci_findings, fingerprints, locations, sentence
from tests.render.awkward_runs import awkward_run, empty_run, run_with

CONTRACT = Document("people", "people.odcs.yaml", "a" * 64, "1.0.0", "urn:people")
PATHS = {"people.odcs.yaml": "contracts/people.odcs.yaml", "assay.yaml": "conf/assay.yaml", "people.csv": "data/people.csv"}


def run_of(*results: Result, **rest) -> Run:
    made = Run("id", "p", "gate", "2026-11-21T09:30:15+00:00", 1.0, Document("people", "people.csv"), CONTRACT, results=results, paths=PATHS)
    return replace(made, **rest)


def broken(line: int = 9, failing: int = 2, status: S = S.FAILED, column: str = "age", **rest) -> Result:
    """A range that some rows break, found at a line of the contract, with a message that names a value."""
    at = f"people.odcs.yaml:{line}"
    measured = (Measurement("failing_rows", failing, "rows", {"column": column}, 4), Measurement("failing_share", failing / 4, "share", n=4))
    given = {
        "where": {"column": column}, "advice": "Correct it.", "measurements": measured, "judged": "failing_rows",
        "limit": Limit(high=0, source=at), "clauses": (at,),
    }  # fmt: skip
    return Result("D003", "Value range", "quality", status, f"{column} goes from 7 to 612 in {failing} rows.", **{**given, **rest})


@pytest.mark.parametrize(
    ("fail_on", "levels"),
    [
        ("failed", ["error", "error", "warning", "warning"]),
        ("undecided", ["error", "error", "error", "warning"]),
        ("warned", ["error", "error", "error", "error"]),
        ("error", ["error", "error", "note", "note"]),
        ("never", ["error", "error", "note", "note"]),
    ],
)
def test_what_stops_the_run_is_an_error(fail_on, levels):
    run = run_with(S.PASSED, S.WARNED, S.SKIPPED, S.UNDECIDED, S.FAILED, S.ERROR, S.NOT_APPLICABLE, fail_on=fail_on)
    found = ci_findings(run)
    assert [f.result.status for f in found] == [S.ERROR, S.FAILED, S.UNDECIDED, S.WARNED]
    assert [f.level for f in found] == levels


@pytest.mark.parametrize("run", [empty_run(), run_with(S.SKIPPED, S.NOT_APPLICABLE)])
def test_a_run_in_which_nothing_was_examined_has_that_to_tell(run):
    (told,) = ci_findings(run)
    assert (told.result.code, told.level, told.sentence) == (
        "nothing_evaluated",
        "error",
        "Nothing was examined, so nothing is shown to be sound.",
    )


def test_a_green_run_has_nothing_to_tell():
    assert ci_findings(run_with(S.PASSED, S.SKIPPED)) == []


def test_the_sentence_has_counts_limit_and_advice_but_no_value():
    assert sentence(broken()) == "Value range (age): failed, failing rows 2 (n = 4), limit at most 0. Correct it."
    crashed = Result("D003", "Value range", "quality", S.ERROR, "crashed: ValueError: could not convert 'Jane Doe'", {"column": "age"})
    assert "Jane Doe" not in sentence(crashed)
    assert sentence(crashed).startswith("Value range (age): could not be examined")


def test_the_sentence_counts_where_many_numbers_were_judged():
    rates = tuple(Measurement("selection_rate", v, "share", {"sex": g}, 100) for g, v in (("Jane", 0.1), ("Joe", 0.5), ("Jim", 0.2)))
    found = Result(
        "F009", "Rates", "fairness", S.FAILED, "m", {"attribute": "sex"}, "", rates, judged="selection_rate", limit=Limit(low=0.3, high=0.9)
    )
    assert sentence(found).startswith("Rates (sex): failed, 2 of 3 values of selection rate beyond the limit, from 30 % to 90 %.")


def test_places_are_seen_from_the_root_of_the_repository():
    run = run_of()
    law = broken(clauses=("Some Act § 5:1", "people.odcs.yaml:9", "people.odcs.yaml:12"))
    assert locations(run, law) == (Location("contracts/people.odcs.yaml", 9), Location("contracts/people.odcs.yaml", 12))
    told = Result("F001", "t", "fairness", S.FAILED, "m", limit=Limit(high=0.1, source="assay.yaml"))
    assert locations(run, told) == (Location("conf/assay.yaml"),)
    by_itself = Result("D010", "t", "quality", S.WARNED, "m", limit=Limit(high=0))
    assert locations(run, by_itself) == (Location("contracts/people.odcs.yaml"),)
    assert locations(replace(run, contract=Document()), by_itself) == (Location("conf/assay.yaml"),)
    assert locations(replace(run, contract=Document(), paths={"people.csv": "data/people.csv"}), by_itself) == (Location("data/people.csv"),)


def test_a_run_of_an_older_version_still_names_its_contract():
    old = run_of(paths={}, contract=replace(CONTRACT, location="/home/me/people.odcs.yaml"))
    assert locations(old, broken(clauses=("/home/me/people.odcs.yaml:9",))) == (Location("people.odcs.yaml", 9),)
    assert locations(run_of(paths={}), Result("D010", "t", "quality", S.WARNED, "m")) == (Location("people.odcs.yaml"),)


def test_names_stay_when_counts_lines_versions_and_states_change():
    before = run_of(broken(9, 2), broken(12, 1, column="height"))
    after = run_of(broken(40, 3, S.WARNED), broken(44, 4, column="height"), contract=replace(CONTRACT, name="folk", version="2.0.0", sha256="b" * 64))
    assert fingerprints(before) == fingerprints(after)
    assert len(set(fingerprints(before))) == 2


def test_names_differ_by_contract_check_and_place():
    one = broken()
    others = [replace(one, code="D004"), replace(one, where={"column": "height"})]
    runs = [run_of(one), *map(run_of, others), run_of(one, contract=replace(CONTRACT, id="other"))]
    assert len({fingerprints(run)[0] for run in runs}) == 4


def told_apart(line: int, **rest) -> Result:
    return broken(line, where={"column": "age", "clause": f"people.odcs.yaml:{line}"}, **rest)


def test_two_clauses_of_one_kind_are_told_apart_by_what_they_say_wherever_they_stand():
    low, high = Limit(low=1, source="people.odcs.yaml:9"), Limit(high=5, source="people.odcs.yaml:10")
    before = fingerprints(run_of(told_apart(9, limit=low), told_apart(10, limit=high)))
    after = fingerprints(run_of(told_apart(7, limit=replace(high, source="people.odcs.yaml:7")), told_apart(30, limit=low)))
    assert before == after[::-1]
    assert len(set(before)) == 2
    by_parameters = [told_apart(9, parameters={"query": "a"}), told_apart(10, parameters={"query": "b"})]
    assert len(set(fingerprints(run_of(*by_parameters)))) == 2


def test_two_clauses_that_say_the_same_keep_their_order():
    twice = fingerprints(run_of(told_apart(9), told_apart(10)))
    assert len(set(twice)) == 2
    assert twice == fingerprints(run_of(told_apart(19, failing=4), told_apart(20, failing=0, status=S.PASSED)))


def test_clauses_that_no_check_evaluates_are_told_apart_by_their_words():
    def told(line: int, what: str) -> Result:
        at = f"people.odcs.yaml:{line}"
        return Result("D000", "Clauses", "quality", S.UNDECIDED, f"{at}: {what}", {"clause": at}, clauses=(at,))

    before = fingerprints(run_of(told(9, "timezone"), told(10, "required")))
    assert before == fingerprints(run_of(told(20, "required"), told(31, "timezone")))[::-1]
    assert len(set(before)) == 2


def test_awkward_text_gets_a_place_and_a_name_of_its_own():
    found = ci_findings(awkward_run())
    assert len({f.fingerprint for f in found}) == len(found) == 4
    assert all(at.file for f in found for at in f.locations)
