"""Subjects: what they lack, what a model may learn from, which rows it is judged by, and what is positive."""

from dataclasses import fields, replace

import pandas as pd
import pyarrow as pa
import pytest

from audit.core.errors import DataError, NotApplicable, did_you_mean
from audit.core.roles import PURPOSE, Roles
from audit.core.subject import Model, Predictor, Subject
from tests.predicates import subject_with

COLUMNS = {"id": [1, 2, 3], "y": ["no", "yes", None], "x": [0.1, 0.2, 0.3], "sex": ["f", "m", "f"], "part": ["train", "test", "test"]}


def subject(**roles):
    return subject_with(COLUMNS, **roles)[0]


def test_a_role_on_a_column_that_is_not_there_is_refused():
    with pytest.raises(DataError, match=r"role 'sensitive' names the column 'sexx', which rows does not have. Did you mean 'sex'?"):
        subject(sensitive=("x", "sexx"))


def test_the_positive_value_is_no_column():
    assert subject(target="y", positive="maybe").roles.positive == "maybe"


@pytest.mark.parametrize("role", [f.name for f in fields(Roles) if f.name not in ("positive", "bins")])
def test_a_role_nobody_plays_says_what_it_is_for_and_where_to_declare_it(role):
    with pytest.raises(NotApplicable) as missing:
        subject().need(role)
    text = str(missing.value)
    assert PURPOSE[role] in text
    assert f"'roles: {role}' in assay.yaml" in text
    assert f"'role: {role.replace('_', '-')}' in the contract" in text


def test_every_role_has_a_purpose():
    assert set(PURPOSE) == {f.name for f in fields(Roles)}


def test_roles_that_are_played():
    played = subject(target="y", sensitive=["sex"], key=["id"])
    assert played.need("target") == "y"
    assert played.need_many("sensitive") == ("sex",)
    assert list(played.roles.columns()) == [("target", "y"), ("sensitive", "sex"), ("key", "id")]
    with pytest.raises(NotApplicable, match="needs a quasi identifiers column"):
        played.need_many("quasi_identifiers")


def test_features_are_the_columns_without_a_bookkeeping_role():
    model = Model("m", "x", "part")
    assert subject(target="y", sensitive=("sex",), key=("id",), split="part").features == ("x", "sex")
    assert replace(subject(target="y"), models=(model,)).features == ("id", "sex")


def test_the_model_under_audit_is_the_chosen_one():
    chosen, other = Model("b", "x"), Model("a", "x", chosen=False)
    assert replace(subject(), models=(other, chosen)).need_model() is chosen
    with pytest.raises(NotApplicable, match="needs a fitted model; run 'assay train' or 'assay run'"):
        replace(subject(), models=(other,)).need_model()


def test_held_out_rows_are_those_of_the_test_split_or_all():
    made, engine = subject_with(COLUMNS, split="part")
    assert [row[0] for row in engine.fetch(made.held_out)[1]] == [2, 3]
    made, engine = subject_with(COLUMNS)
    assert len(engine.fetch(made.held_out)[1]) == 3


POSITIVE = [
    (["no", "yes", None], "yes", [False, True, None]),
    (["no", "yes", None], "Yes", [False, False, None]),
    ([0, 1, None], "1", [False, True, None]),
    ([0, 1, None], "1.0", [False, True, None]),
    ([0.0, 1.0, None], "1", [False, True, None]),
    ([1, 2, None], "yes", [None, None, None]),
    ([False, True, None], "True", [False, True, None]),
    ([False, True, None], "Yes", [False, True, None]),
    ([False, True, None], "0", [True, False, None]),
    ([False, True, None], "approved", [False, False, False]),
]


@pytest.mark.parametrize(("values", "positive", "expected"), POSITIVE)
def test_what_is_positive(values, positive, expected):
    made, engine = subject_with({"y": pa.array(values)}, target="y", positive=positive)
    told = [v for (v,) in engine.fetch(made.table.select(p=made.is_positive(made.table.y)))[1]]
    assert [bool(v) for v in told] == [bool(v) for v in expected]


def test_without_a_binary_target_nothing_is_positive():
    made = subject(target="x")
    with pytest.raises(NotApplicable, match="needs a binary target; 'x' has not exactly two values"):
        made.is_positive(made.table.x)
    with pytest.raises(NotApplicable, match="needs a target column"):
        subject().is_positive(made.table.x)


def test_other_rows_keep_everything_else():
    made = subject(target="y")
    narrowed = made.with_table(made.table.limit(1))
    assert (narrowed.name, narrowed.roles) == (made.name, made.roles)
    assert isinstance(narrowed, Subject)


def test_anything_with_probabilities_is_a_predictor():
    class Own:
        def predict_proba(self, features: pd.DataFrame) -> None: ...

    assert isinstance(Own(), Predictor)
    assert not isinstance(object(), Predictor)


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("agee", ["age", "sex"], "Did you mean 'age'?"),
        ("zzz", ["b", "a", "a"], "Known: a, b."),
        ("zzz", [], "Known: none."),
        ("zzz", [f"c{i:02}" for i in range(13)], "Known: c00, c01, c02, c03, c04, c05, c06, c07, c08, c09, c10, c11, …."),
    ],
)
def test_hints(word, known, hint):
    assert did_you_mean(word, known) == hint
