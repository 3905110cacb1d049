"""X005 on a model whose answers are known: which rows are chosen, how they are named, and what is kept back."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from audit.checks.explanation.bands import Bands
from audit.checks.explanation.x005_single_rows import SingleRows
from audit.core.contract import Column, Contract
from audit.core.subject import Model
from audit.run import result_of
from tests.answers import findings, subject_of

ROLES = {"target": "label", "positive": "yes", "prediction": "p", "sensitive": ("sex",), "key": ("name",)}


class Made:
    classes_ = np.array(["no", "yes"])

    def predict_proba(self, frame):
        chance = (frame["a"].to_numpy(dtype=float) + 10 * (frame["sex"] == "m")) / 100
        return np.column_stack([1 - chance, chance])


@pytest.fixture
def frame():
    made = pd.DataFrame({"name": [f"person {i}" for i in range(90)], "a": range(90), "sex": ["f"] * 90, "town": ["Bree"] * 80 + ["Combe"] * 10})
    made["label"] = np.where(made["a"] >= 50, "yes", "no")
    # the model is surest of row 89, and wrong about it; then of row 5
    made.loc[[89, 5], "label"] = ["no", "yes"]
    return made.assign(p="yes")


def found(frame, check):
    subject, engine = subject_of(frame, [Model("made", "p", "", Made(), ("a", "sex", "town"))], **ROLES)
    return findings(check, subject, engine)


def named(i):
    return hashlib.md5(f"person {i}".encode()).hexdigest()


def test_the_surest_of_the_wrong_and_the_least_sure_are_chosen(frame):
    table, heatmap = found(frame, SingleRows(each=2)).exhibits
    assert table.column("hash of the row's key") == [named(5), named(89), named(50), *[named(i) for i in (49, 51) if named(i) in str(table.rows)]]
    assert table.column("why it is here") == ["most wrong"] * 2 + ["nearest to the threshold"] * 2
    assert table.column("outcome")[:2] == ["yes", "no"]
    assert table.column("answer")[:2] == ["no", "yes"]
    assert table.column("probability")[:3] == pytest.approx([0.05, 0.89, 0.5])
    assert len(heatmap.rows) == 4 * 3


def test_what_would_turn_an_answer_is_said_by_name_alone(frame):
    table, _ = found(frame, SingleRows(each=1)).exhibits
    assert table.column("what would turn it") == ["'a'", "'a'"]


def test_rows_are_found_by_key_and_by_the_name_that_a_report_gives(frame):
    for key in ("person 17", named(17), named(17)[:12]):
        table, _ = found(frame, SingleRows(each=1, keys=(key,))).exhibits
        assert table.column("hash of the row's key")[-1] == named(17)
        assert table.column("why it is here")[-1] == "asked for"
    assert "Of 1 key asked for, 0 rows were found." in found(frame, SingleRows(each=1, keys=("nobody",))).message


def test_a_secret_makes_names_that_cannot_be_guessed(frame, monkeypatch):
    monkeypatch.setenv("ASSAY_MASK_KEY", "secret")
    table, _ = found(frame, SingleRows(each=1)).exhibits
    (first, _) = table.column("hash of the row's key")
    assert first not in {named(i) for i in range(90)}
    again, _ = found(frame, SingleRows(each=1, keys=(first,))).exhibits
    assert again.column("hash of the row's key")[-1] == first


def test_no_key_and_no_protected_value_is_shown(frame):
    subject, _ = subject_of(frame, [Model("made", "p", "", Made(), ("a", "sex", "town"))], **ROLES)
    contract = Contract(columns=[Column("a", {"": 1}, "c", classification="restricted")])
    (check,) = SingleRows.plan(subject, contract)
    assert check.hidden == ("a",)
    result = found(frame, SingleRows(each=2, keys=("person 17",), hidden=check.hidden))
    said = repr(result)
    assert "person" not in said
    assert "lowest fifth" not in said
    assert "highest fifth" not in said
    shown = result_of(SingleRows(keys=("person 17",)), "passed", "").parameters
    assert shown["keys"] == "1 key"


def test_values_are_said_in_fifths_and_shared_categories():
    bands = Bands(pd.DataFrame({"a": np.arange(100.0), "b": ["x"] * 95 + ["y"] * 5, "c": [0, 1] * 50, "d": range(100)}), ["a", "b", "c"])
    assert [bands.said("a", v) for v in (0, 50, 99, np.nan)] == ["lowest fifth, ", "middle fifth, ", "highest fifth, ", "missing, "]
    assert [bands.said("b", v) for v in ("x", "y", "z")] == ["x, ", "a rare one, ", "a rare one, "]
    assert bands.said("c", 1) == "1, "
    assert bands.said("d", 7) == ""
