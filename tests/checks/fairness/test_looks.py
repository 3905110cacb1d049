"""Who shares the 5 % of a run, and Holm where only some p-values are known."""

import pandas as pd
import pytest

from audit.checks.fairness.looks import CLASSES, DECISIONS, QUANTITIES, SCORES, adjusted, attributes_of, looks, questions
from audit.core.contract import Contract, Place, Rule
from audit.core.subject import Model
from audit.stats.multiplicity import holm
from tests.answers import subject_of

FRAME = pd.DataFrame(
    {"y": [0, 1, 0, 1], "p": [0, 1, 1, 0], "s": [0.1, 0.9, 0.6, 0.4], "sex": list("fmfm"), "race": list("abab"), "three": list("xyzx")}
)


def rule(check, column="", engine="assay", **parameters):
    return Rule("custom", Place("c.yaml", 3), column=column, engine=engine, implementation={"check": check, **parameters})


def test_the_attributes_are_the_sensitive_ones_and_those_of_rules_of_fairness():
    subject, _ = subject_of(FRAME, target="y", prediction="p", sensitive=("sex",))
    rules = [rule("F001", attribute="race"), rule("F002", column="sex"), rule("F003"), rule("B003", attribute="three"), rule("F001", "x", "other")]
    assert attributes_of(subject, Contract(rules=rules)) == ("sex", "race")


def test_questions_follow_from_the_roles():
    subject, _ = subject_of(FRAME, target="y", prediction="p", sensitive=("sex",))
    assert questions(subject) == DECISIONS
    subject, _ = subject_of(FRAME, target="y", prediction="p", score="s", sensitive=("sex",))
    assert questions(subject) == (*DECISIONS, *SCORES)
    subject, _ = subject_of(FRAME, (Model("m", "p", "s"),), target="y", sensitive=("sex",))
    assert questions(subject) == (*DECISIONS, *SCORES)
    subject, _ = subject_of(FRAME, target="three", prediction="p", sensitive=("sex",))
    assert questions(subject) == CLASSES
    subject, _ = subject_of(FRAME, target="s", prediction="p", sensitive=("sex",))
    assert questions(subject) == QUANTITIES


def test_looks_are_questions_times_attributes_and_one_for_each_search():
    subject, _ = subject_of(FRAME, target="y", prediction="p", sensitive=("sex",))
    assert looks(subject, ["sex"]) == 10 + 1
    assert looks(subject, ["sex", "race"]) == 20 + 2
    assert looks(subject, []) == 11


def test_holm_with_unknown_p_values_is_holm_with_the_largest_ones():
    known = {"a": 0.001, "b": 0.04, "c": None, "d": 0.011}
    full = holm([0.001, 0.04, 0.011, 1.0, 1.0])
    assert adjusted(known, 5) == {"a": pytest.approx(full[0]), "b": pytest.approx(full[1]), "c": None, "d": pytest.approx(full[2])}
    assert adjusted({"a": 0.01}, 1) == {"a": pytest.approx(0.01)}
    assert adjusted({"a": None}, 4) == {"a": None}
