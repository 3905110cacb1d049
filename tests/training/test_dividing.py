"""Splits: shares, strata, entities, declared splits, and what is refused."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.config import SplitConfig, make_config
from audit.core.errors import DataError, UsageError
from training.labels import read_labels
from training.split import divide

SHARES = SplitConfig(seed=3)


def labels_of(values, name="label"):
    return read_labels(pd.Series(values, name=name))


def test_shares_and_strata():
    split = divide(labels_of(["no"] * 200 + ["yes"] * 100), SHARES)
    assert split.rows == {"train": 210, "validation": 45, "test": 45}
    # 70, 15 and 15 % of 100 rows of one class, and of 200 of the other
    assert {name: int(split.part(name)[200:].sum()) for name in split.rows} == {"train": 70, "validation": 15, "test": 15}
    assert split.method == "stratified by 'label'"


def test_same_seed_same_split_and_another_seed_another():
    labels = labels_of(["no", "yes"] * 100)
    first, again, other = divide(labels, SHARES), divide(labels, SHARES), divide(labels, SplitConfig(seed=4))
    assert (first.assignment == again.assignment).all()
    assert first.sha256 == again.sha256 != other.sha256
    assert first.sha256 == hashlib.sha256(bytes(int(a) for a in first.assignment)).hexdigest()


@given(st.lists(st.integers(7, 60), min_size=2, max_size=4), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_every_class_within_one_row_of_its_share(sizes, seed):
    values = np.repeat(np.arange(len(sizes)), sizes)
    split = divide(labels_of(values), SplitConfig(seed=seed))
    for code, size in enumerate(sizes):
        for name, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
            rows = int(split.part(name)[values == code].sum())
            assert rows >= 1
            assert abs(rows - share * size) <= 1


def test_rows_without_a_label_are_in_no_part_and_counted():
    values = ["no", "yes"] * 50
    values[10] = values[11] = None
    split = divide(labels_of(values), SHARES)
    assert split.left_out == 2
    assert split.assignment[10] == split.assignment[11] == -1
    assert sum(split.rows.values()) == 98 == len(split.names())


def test_a_class_too_small_is_refused_by_name():
    with pytest.raises(DataError) as refused:
        divide(labels_of(["no"] * 50 + ["yes"] * 4), SHARES)
    assert str(refused.value) == (
        "class 'yes' of target 'label' has 4 rows; 7 are needed for one in each of train, validation, test at a smallest share of 0.15. "
        "Collect more of them, merge the class with another, or leave it out"
    )


def test_no_entity_in_two_parts_and_still_stratified():
    rng = np.random.default_rng(0)
    people = rng.integers(0, 150, size=1200)
    values = np.where(rng.random(1200) < 0.3, "yes", "no")
    split = divide(labels_of(values), SHARES, entity=pd.Series(people, name="person"))
    parts = [set(people[split.part(name)]) for name in split.rows]
    assert sum(map(len, parts)) == len(set(people))
    overall = (values == "yes").mean()
    for name, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
        assert abs(split.rows[name] / 1200 - share) < 0.02
        assert abs((values[split.part(name)] == "yes").mean() - overall) < 0.03


def test_rows_that_name_no_entity_stand_alone():
    people = pd.Series([None] * 100, name="person", dtype=object)
    split = divide(labels_of(["no", "yes"] * 50), SHARES, entity=people)
    # 15 % of 50 rows of a class is 7.5: seven or eight
    assert split.rows["train"] == 70
    assert abs(split.rows["validation"] - 15) <= 1
    assert split.method == "stratified by 'label', no 'person' in two parts (100 entities)"


def test_too_few_entities_are_refused():
    values = ["no", "yes"] * 30
    with pytest.raises(DataError, match=r"does not appear in each part .* there are too few entities of that class"):
        divide(labels_of(values), SHARES, entity=pd.Series([1] * 30 + [2] * 30, name="person"))


def test_a_declared_split_is_used_as_it_is():
    declared = pd.Series(["test", "test", "validation", "validation", "train", "train"], name="fold")
    split = divide(labels_of(["no", "yes"] * 3), SHARES, declared=declared)
    assert split.names().tolist() == declared.tolist()
    assert split.method == "declared by the column 'fold'"


def test_a_declared_split_with_other_names_is_refused():
    declared = pd.Series(["train", "train", "holdout", None], name="fold")
    with pytest.raises(DataError) as refused:
        divide(labels_of(["no", "yes"] * 2), SHARES, declared=declared)
    assert str(refused.value) == (
        "the declared split 'fold' has the values '(missing)' (1 row), 'holdout' (1 row), 'train' (2 rows) in 4 labelled rows. "
        "Expected exactly train, validation, test; or take 'split' out of the roles, and the rows are divided by the shares in the config"
    )


def test_a_declared_split_that_leaves_a_class_out_is_refused():
    declared = pd.Series(["train", "train", "validation", "validation", "test", "test"], name="fold")
    with pytest.raises(DataError, match="class 'yes' of target 'label' does not appear in each part \\(train 1, validation 1, test 0 rows\\)"):
        divide(labels_of(["no", "yes", "no", "yes", "no", "no"]), SHARES, declared=declared)


@pytest.mark.parametrize(
    "shares", [{"train": 0.7, "validation": 0.2, "test": 0.2}, {"train": 1.2, "validation": -0.1, "test": -0.1}, {"train": "most"}]
)
def test_absurd_shares_are_refused_by_the_config(shares):
    with pytest.raises(UsageError):
        make_config({"data": "x.csv", "split": shares})
