"""Roles that a contract gives its columns, and what the config puts over them."""

import pytest

from audit.contract.roles import contract_roles, merge_roles
from audit.core.contract import Column, Contract
from audit.core.errors import UsageError
from audit.core.roles import Roles


def column(name, role=None, **rest):
    custom = ({"role": role} if role else {}) | rest.pop("custom", {})
    return Column(name, {"": 3, "role": 7}, "c.odcs.yaml", custom=custom, **rest)


def roles(*columns):
    return contract_roles(Contract(columns=columns))


def test_roles_by_custom_property():
    assert roles(column("y", "target"), column("sex", "sensitive"), column("race", "sensitive"), column("x")) == {
        "target": "y",
        "sensitive": ["sex", "race"],
    }


@pytest.mark.parametrize("written", ["quasi-identifier", "quasi_identifiers", "quasi identifier"])
def test_roles_are_written_with_hyphens_or_spaces_too(written):
    assert roles(column("zip", written)) == {"quasi_identifiers": ["zip"]}


def test_a_column_may_play_several_roles():
    assert roles(column("born", ["sensitive", "quasi-identifier"])) == {"sensitive": ["born"], "quasi_identifiers": ["born"]}


def test_the_positive_value_stands_with_the_target():
    assert roles(column("y", "target", custom={"positive": 1})) == {"target": "y", "positive": "1"}


def test_the_task_stands_with_the_target():
    assert roles(column("y", "target", custom={"task": "regression"})) == {"target": "y", "task": "regression"}
    with pytest.raises(UsageError, match=r"no task 'regresion'\. Did you mean 'regression'\?"):
        roles(column("y", "target", custom={"task": "regresion"}))


def test_the_primary_key_is_the_key_unless_a_role_says_otherwise():
    assert roles(column("a", primary_key=True), column("b", primary_key=True)) == {"key": ["a", "b"]}
    assert roles(column("a", primary_key=True), column("b", "key")) == {"key": ["b"]}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ([column("y", "tarket")], "c.odcs.yaml:7: no role 'tarket'. Did you mean 'target'?"),
        ([column("y", "positive")], "c.odcs.yaml:7: no role 'positive'"),
        ([column("a", "target"), column("b", "target")], "c.odcs.yaml:7: 'b' and 'a' both claim the role 'target'"),
    ],
)
def test_roles_that_cannot_be(columns, words):
    with pytest.raises(UsageError, match=words):
        roles(*columns)


def test_the_config_wins_and_its_silence_does_not():
    contract = Contract(columns=(column("y", "target"), column("sex", "sensitive"), column("when", "time")))
    merged = merge_roles(contract, {"target": "z", "sensitive": [], "time": None, "key": ["id"]})
    assert merged == Roles(target="z", sensitive=("sex",), time="when", key=("id",))
