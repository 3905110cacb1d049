"""From checks to results: which are planned, by which limit they are judged, and what becomes of those that cannot be run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd
import pyarrow as pa
import pytest

import audit.run
from audit.checks import discover
from audit.config import LimitConfig
from audit.core.ask import scalar
from audit.core.check import Check, Findings
from audit.core.contract import Column, Contract, Rule
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.roles import Roles
from audit.core.run import Run
from audit.core.status import Status
from audit.core.subject import Subject
from audit.engines.ask_engine import AskEngine
from audit.engines.sources import frame_source
from audit.policies.load import policy_names, read_policy, under_policy
from audit.run import Settings, examine, judge, plan, resolve_positive
from tests.predicates import PLACE, rule

FRAME = pd.DataFrame({"age": [17, 30, None], "town": ["Hull", None, "York"]})
SOFT = Limit(high=0, blocking=False, reason="by default", source="a paper")


def gated(contract: Contract | None = None, families: Sequence[str] = ("quality",), frame=FRAME, **settings) -> Run:
    source = frame_source(frame)
    subject = Subject("t", source.table, location="t.csv", sha256="ab")
    return examine(subject, verb="gate", families=families, contract=contract, settings=Settings(**settings)).run


def contract(*columns: Column, rules: Sequence[Rule] = ()) -> Contract:
    return Contract(name="t", version="1.0.0", path=PLACE.file, sha256="cd", columns=columns, rules=tuple(rules), place=PLACE)


@dataclass(frozen=True, kw_only=True)
class Toy(Check):
    """A check that finds what it is told to find."""

    code: ClassVar[str] = "D900"
    title: ClassVar[str] = "Toy"
    family: ClassVar[str] = "toys"
    judged: ClassVar[str] = "toys"
    advice: ClassVar[str] = "Tidy up."

    values: tuple[float | None, ...] = (1,)
    asking: BaseException | None = None
    measuring: BaseException | None = None
    limit: Limit = SOFT

    def asks(self, subject):
        if self.asking:
            raise type(self.asking)(*self.asking.args)
        return {"n": scalar(subject.table.count())}

    def measure(self, subject, answers):
        if self.measuring:
            raise type(self.measuring)(*self.measuring.args)
        return Findings([Measurement("toys", v) for v in self.values] + [Measurement("rows", answers.scalar("n"))], "There are toys.")


@pytest.fixture
def toys(monkeypatch):
    """Let only toys be found: one with each of the given sets of parameters."""

    def only(*parameters: dict):
        planned = [Toy(**p) for p in parameters]

        class Box(Toy):
            @classmethod
            def plan(cls, subject, contract):
                return planned

        known = {"D900": Box, "D001": discover()["D001"]}
        monkeypatch.setattr(audit.run, "discover", lambda: known)
        return planned

    return only


# limits


def limit_of(policy="default", own=None, declared=None) -> Limit:
    """Return the limit that F001 is planned with."""
    rules = [rule(kind="custom", engine="assay", implementation={"check": "F001", "attribute": "town"}, limit=declared)] if declared else []
    source = frame_source(FRAME)
    settings = Settings(policy=policy, limits={"F001": own} if own else {})
    (check,) = plan(Subject("t", source.table, Roles(sensitive=("town",))), contract(rules=rules), ["fairness"], replace(settings, skip=SKIPPED))[0][
        :1
    ]
    assert check.code == "F001"
    return check.limit


SKIPPED = tuple(c for c, k in discover().items() if k.family == "fairness" and c != "F001")
DEFAULT = discover()["F001"].limit
CONTRACT = Limit(high=0.2, blocking=False, reason="agreed", source=str(PLACE))


def test_the_default_limit_serves_where_nobody_says_otherwise():
    assert limit_of() == DEFAULT
    assert not DEFAULT.blocking


def test_the_policy_wins_over_the_default():
    strict = limit_of("strict")
    assert strict == replace(DEFAULT, blocking=True, source="policy strict")


def test_the_config_wins_over_the_policy():
    won = limit_of("strict", LimitConfig(high=0.3, blocking=False, reason="the board"))
    assert (won.low, won.high, won.blocking, won.reason, won.source) == (None, 0.3, False, "the board", "assay.yaml")
    kept = limit_of("strict", LimitConfig(high=0.3))
    assert (kept.high, kept.blocking, kept.reason) == (0.3, True, DEFAULT.reason)


def test_the_contract_wins_over_all():
    assert limit_of("strict", LimitConfig(high=0.3, blocking=True), CONTRACT) == CONTRACT


def test_a_rule_of_the_contract_without_bounds_keeps_the_defaults_bounds_and_its_own_severity():
    won = limit_of("strict", LimitConfig(high=0.3), Limit(blocking=False, source=str(PLACE)))
    assert (won.high, won.blocking, won.source, won.reason) == (DEFAULT.high, False, str(PLACE), DEFAULT.reason)


def test_one_bound_from_the_config_replaces_both(toys):
    toys({"limit": Limit(low=1, high=5, exclude_low=True, inverse=True)})
    (result,) = gated(families=["toys"], limits={"D900": LimitConfig(high=9)}).results
    assert result.limit == Limit(high=9, source="assay.yaml")
    (result,) = gated(families=["toys"], limits={"D900": LimitConfig(blocking=False)}).results
    assert result.limit == Limit(low=1, high=5, exclude_low=True, inverse=True, blocking=False, source="assay.yaml")


def test_policies_can_be_read_and_are_named():
    assert policy_names() == ["default", "strict"]
    for name in policy_names():
        policy = read_policy(name)
        assert (policy["name"], bool(policy["title"]), bool(policy["version"])) == (name, True, True)
        assert set(policy["limits"]) <= set(discover())
    with pytest.raises(UsageError, match=r"audit.policy: no policy 'stict'. Did you mean 'strict'?"):
        gated(policy="stict")


def test_a_policy_can_bound_a_single_check_and_leaves_those_without_limit_alone():
    policy = {"name": "own", "limits": {"F001": {"high": 0.05}}}
    assert under_policy(SOFT, "F001", policy) == replace(SOFT, high=0.05)
    assert under_policy(SOFT, "F002", policy) == SOFT
    assert under_policy(Limit(blocking=False), "X001", read_policy("strict")) == Limit(blocking=False)


# judging


@pytest.mark.parametrize(
    ("values", "blocking", "state"),
    [
        ((0,), True, "passed"),
        ((1,), True, "failed"),
        ((1,), False, "warned"),
        ((0, 1, 0), True, "failed"),
        ((0, None), True, "undecided"),
        ((None, 1), True, "failed"),
        ((float("nan"),), True, "undecided"),
        ((), True, "undecided"),
    ],
)
def test_the_worst_of_all_judged_measurements_decides(values, blocking, state):
    check = Toy(limit=Limit(high=0, blocking=blocking))
    measured = [Measurement("toys", v) for v in values] + [Measurement("other", 99)]
    assert judge(check, measured) is Status(state)


def test_a_limit_may_be_about_another_measurement():
    assert judge(Toy(limit=Limit(high=0, measurement="other")), [Measurement("toys", 0), Measurement("other", 1)]) is Status.FAILED


def test_a_check_without_a_limit_passes_once_it_has_measured():
    assert judge(Toy(limit=Limit()), []) is Status.PASSED


def test_advice_is_given_only_where_something_is_to_be_done(toys):
    toys({"values": (0,)}, {"values": (1,)})
    assert [(r.status.value, r.advice) for r in gated(families=["toys"]).results] == [("passed", ""), ("warned", "Tidy up.")]


# what cannot be run


@pytest.mark.parametrize("step", ["asking", "measuring"])
@pytest.mark.parametrize(
    ("raised", "state", "words"),
    [
        (NotApplicable("needs toys"), Status.NOT_APPLICABLE, "needs toys"),
        (DataError("no such box"), Status.ERROR, "could not be run: no such box"),
        (UsageError("wrong box"), Status.ERROR, "could not be run: wrong box"),
        (ZeroDivisionError("division by zero"), Status.ERROR, "crashed: ZeroDivisionError: division by zero (test_run.py:"),
        (KeyError("toy"), Status.ERROR, "crashed: KeyError: 'toy' (test_run.py:"),
        (AssertionError(), Status.ERROR, "crashed: AssertionError:  (test_run.py:"),
    ],
)
def test_a_check_that_cannot_be_run_is_a_result_that_says_so(toys, step, raised, state, words):
    toys({step: raised}, {"values": (0,)})
    broken, fine = gated(families=["toys"]).results
    assert broken.status is state
    assert broken.message.startswith(words)
    assert broken.measurements == ()
    assert (broken.code, broken.title, broken.judged) == ("D900", "Toy", "toys")
    assert fine.status is Status.PASSED


def test_a_crash_ends_in_3_and_what_is_not_applicable_does_not(toys):
    toys({"measuring": RuntimeError("x")}, {"values": (0,)})
    assert gated(families=["toys"]).exit_code == 3
    toys({"measuring": NotApplicable("x")}, {"values": (0,)})
    assert gated(families=["toys"]).exit_code == 0


def test_who_stops_the_program_stops_it(toys):
    toys({"measuring": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        gated(families=["toys"])


def test_what_duckdb_makes_of_an_interruption_is_one(toys):
    toys({"measuring": RuntimeError("Query interrupted")})
    with pytest.raises(KeyboardInterrupt):
        gated(families=["toys"])


def test_a_message_of_a_broken_expression_shows_no_statement():
    column = Column("town", logical_type="string", options={"pattern": "(?=x)"})
    (result,) = [r for r in gated(contract(column)).results if r.code == "D005"]
    assert result.status is Status.ERROR
    assert result.message.startswith("could not be run: Invalid Input Error")
    assert "SELECT" not in result.message


# what is planned


def test_checks_that_are_switched_off_are_shown_as_skipped():
    run = gated(contract(Column("age")), skip=("D011", "F001"))
    skipped = [r for r in run.results if r.status is Status.SKIPPED]
    assert [r.code for r in skipped] == ["D011"]
    assert skipped[0].message == "switched off in assay.yaml under 'audit: skip'"


def test_only_what_is_declared_on_demand():
    run = gated(contract(Column("age")), families=["privacy"], declared_only=True)
    (found,) = [r for r in run.results if r.code == "P001"]
    assert (found.status, found.message.split(";")[0]) == (Status.SKIPPED, "looks for what the contract does not declare")
    asked = rule(kind="custom", engine="assay", implementation={"check": "P001"})
    run = gated(contract(Column("age"), rules=[asked]), families=["privacy"], declared_only=True)
    (found,) = [r for r in run.results if r.code == "P001"]
    assert found.status is Status.PASSED


@pytest.mark.parametrize("settings", [{"skip": ("D01",)}, {"limits": {"D01": LimitConfig(high=1)}}])
def test_unknown_codes_in_the_config_are_mistakes(settings):
    with pytest.raises(UsageError, match=r"assay.yaml: there is no check 'D01'. Did you mean 'D0"):
        gated(**settings)


def test_an_unknown_code_in_the_contract_is_a_mistake():
    wrong = rule(kind="custom", engine="assay", implementation={"check": "D03"})
    with pytest.raises(UsageError, match=f"{PLACE}: there is no check 'D03'. Did you mean 'D0"):
        gated(contract(rules=[wrong]))
    with pytest.raises(UsageError, match=f"{PLACE}: there is no check ''"):
        gated(contract(rules=[rule(kind="custom", engine="assay", implementation={})]))


def test_only_the_wanted_families_are_examined():
    assert {r.family for r in gated(families=["quality"]).results} == {"quality"}


def test_the_run_knows_what_it_rests_on():
    run = gated(contract(Column("age")), project="p", seed=3, fail_on="warned", policy="strict")
    assert (run.project, run.verb, run.seed, run.fail_on, run.policy) == ("p", "gate", 3, "warned", "strict")
    assert (run.subject.name, run.subject.location, run.subject.sha256, run.subject.rows, run.subject.columns) == ("t", "t.csv", "ab", 3, 2)
    assert (run.contract.name, run.contract.location, run.contract.sha256, run.contract.version) == ("t", "t.odcs.yaml", "cd", "1.0.0")
    assert {"python", "duckdb", "pandas", "ibis-framework"} <= set(run.environment)


def test_progress_counts_up_to_the_number_of_checks(toys):
    toys({}, {}, {"asking": NotApplicable("x")})
    told = []
    source = frame_source(FRAME)
    examine(Subject("t", source.table), verb="gate", families=["toys"], progress=lambda done, total, what: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_only_blocking_failures_are_handed_on(toys):
    hard, _, _ = toys({"limit": Limit(high=0)}, {"limit": SOFT}, {"limit": Limit(high=5)})
    source = frame_source(FRAME)
    done = examine(Subject("t", source.table), verb="gate", families=["toys"])
    assert [e.check for e in done.failed] == [hard]


# clauses that no check evaluates


@pytest.mark.parametrize(
    ("own", "state", "words"),
    [
        (rule(kind="text", description="by hand"), "skipped", "a rule in words is for people to check: “by hand”"),
        (rule(kind="custom", engine="soda"), "skipped", "this rule is for soda; run it there"),
        (rule(kind="custom"), "skipped", "this rule is for an engine it does not name; run it there"),
    ],
)
def test_clauses_that_no_check_evaluates_are_told(own, state, words):
    column = replace(own, column="age")
    run = gated(contract(Column("age", rules=(column,)), rules=[own]))
    told = [r for r in run.results if r.code == "D000"]
    assert [(r.status.value, r.message) for r in told] == [(state, f"{PLACE}: {words}")] * 2
    assert [dict(r.where) for r in told] == [{"clause": str(PLACE)}, {"column": "age", "clause": str(PLACE)}]
    assert [r.code for r in gated(contract(rules=[own]), families=["balance"]).results if r.code == "D000"] == []


def test_what_stays_unknown_and_what_no_data_can_answer_are_told_apart():
    on_one_line = {
        "unevaluated": [(PLACE, "'items' of a is declared, and no check looks at it")],
        "beyond_data": [(PLACE, "why"), (PLACE, "why not")],
    }
    told = [r for r in gated(replace(contract(Column("age")), **on_one_line)).results if r.code == "D000"]
    assert [(r.status.value, r.message) for r in told] == [
        ("undecided", f"{PLACE}: 'items' of a is declared, and no check looks at it; whether it holds is unknown"),
        ("skipped", f"{PLACE}: why"),
        ("skipped", f"{PLACE}: why not"),
    ]
    assert len({r.key for r in told}) == 3


def test_clauses_that_checks_evaluate_are_not():
    own = rule(kind="custom", engine="assay", column="age", implementation={"check": "D003", "minimum": 0})
    run = gated(contract(Column("age", rules=(own, rule("nullValues", column="age"))), rules=[rule("rowCount", limit=Limit(low=1))]))
    assert "D000" not in {r.code for r in run.results}


def test_a_clause_that_nothing_judges_leaves_the_run_undecided():
    run = gated(replace(contract(Column("age")), unevaluated=[(PLACE, "'items' of age is declared, and no check looks at it")]))
    assert run.status is Status.UNDECIDED
    assert replace(run, fail_on="undecided").exit_code == 1


def test_two_rules_of_one_kind_on_one_column_are_told_apart():
    coded = replace(rule("missingValues", column="age", arguments={"missingValues": [17]}), place=replace(PLACE, line=9))
    half = replace(rule("nullValues", column="age"), place=replace(PLACE, line=11))
    run = gated(contract(Column("age", {"required": 4}, PLACE.file, required=True, rules=(coded, half)), Column("town", required=True)))
    assert {r.key for r in run.results if r.code == "D002"} == {
        "D002:age, clause=t.odcs.yaml:4",
        "D002:age, clause=t.odcs.yaml:11",
        "D002:age, coded=17",
        "D002:town",
    }


# the positive class


def positive(values, declared=None):
    source = frame_source(pa.table({"y": pa.array(values)}))
    return resolve_positive(Subject("t", source.table, Roles(target="y", positive=declared)), AskEngine(source.backend)).roles.positive


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["no", "yes", None, "no"], "yes"),
        (["Yes", "No"], "Yes"),
        ([0, 1, 1, None], "1"),
        ([2, 1], "2"),
        ([-1, 1], "1"),
        ([0.0, 1.0], "1"),
        ([0.5, 1.5], "1.5"),
        ([0.1, 0.30000000000000004], "0.30000000000000004"),
        ([0.0, 1234567.0], "1234567"),
        ([0.0, 1.0, float("nan")], "1"),
        ([False, True, None], "True"),
        ([1, 1], None),
        ([0, 1, 2], None),
        ([None, None], None),
        ([None, "x"], None),
    ],
)
def test_the_larger_of_two_values_is_positive(values, expected):
    if values == [None, None]:
        values = pa.array(values, pa.int64())
    assert positive(values) == expected


@pytest.mark.parametrize(
    ("values", "declared", "kept"),
    [
        (["no", "yes"], "no", "no"),
        ([0, 1], "0", "0"),
        ([0.0, 1.0], "0", "0"),
        ([0.0, 1.0], "1.0", "1"),
        ([False, True], "false", "False"),
        ([False, True], "No", "False"),
        (["a", "b", "c"], "b", "b"),
        (pa.array([], pa.string()), "b", "b"),
    ],
)
def test_a_declared_value_that_occurs_is_kept_as_the_data_write_it(values, declared, kept):
    assert positive(values, declared) == kept


@pytest.mark.parametrize(
    ("values", "declared", "words"),
    [
        (["no", "yes"], "Yes", "roles.positive is 'Yes', which 'y' never is. Did you mean 'yes'?"),
        ([0, 1], "2", "roles.positive is '2', which 'y' never is. Known: 0, 1."),
        ([0, 1], "yes", "roles.positive is 'yes', which 'y' never is. Known: 0, 1."),
        ([0.0, 1.0], "yes", "roles.positive is 'yes'"),
        ([False, True], "approved", "roles.positive is 'approved'"),
        ([True, True], "False", "roles.positive is 'False', which 'y' never is"),
    ],
)
def test_a_declared_value_that_does_not_occur_is_a_mistake(values, declared, words):
    with pytest.raises(UsageError) as refused:
        positive(values, declared)
    assert words in str(refused.value)


def test_without_a_target_nothing_is_asked():
    source = frame_source(FRAME)
    engine = AskEngine(source.backend)
    subject = Subject("t", source.table)
    assert resolve_positive(subject, engine) is subject
    assert engine.queries == []
