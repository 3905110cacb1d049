"""Training's door: the gate's run, the compiled contract, and which columns may pass."""

from dataclasses import replace

import pandas as pd
import pandera.pandas as pa
import pytest

from audit.core.contract import Column, Contract
from audit.core.errors import DataError, UsageError
from audit.core.result import Result
from audit.core.status import Status
from tests.toys import CONTRACT_SHA, config, gate_run, separable, subject, trained
from training.features import features_of
from training.gate import require_gate
from training.guard import guard

CONTRACT = Contract(sha256=CONTRACT_SHA)
AGAIN = "Run 'assay gate' on them, mend what it finds, then train"


def test_a_passing_gate_lets_in():
    require_gate(gate_run(), subject(separable(20)), CONTRACT)
    require_gate(gate_run(Status.WARNED), subject(separable(20)), CONTRACT)


def test_a_run_of_all_steps_is_judged_by_its_gate():
    run = gate_run()
    model = Result("F001", "Gap", "fairness", Status.FAILED, "wide")
    require_gate(run.with_results([*run.results, model]), subject(separable(20)), CONTRACT)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (None, f"toy has no passing gate run over exactly these data and this contract. {AGAIN}"),
        (
            gate_run(data="e" * 64),
            f"gate run gate-1 is about other data (SHA-256 eeeeeeeeeeee, expected dddddddddddd): the data changed since. {AGAIN}",
        ),
        (
            gate_run(contract=""),
            f"gate run gate-1 is about other contract (SHA-256 unknown, expected cccccccccccc): the contract changed since. {AGAIN}",
        ),
        (gate_run(Status.FAILED), f"gate run gate-1 ended 'failed' (D002:age); training refuses what did not pass. {AGAIN}"),
        (gate_run(Status.ERROR), f"gate run gate-1 ended 'error' (D002:age); training refuses what did not pass. {AGAIN}"),
        (gate_run(Status.SKIPPED), f"gate run gate-1 ended 'error'; training refuses what did not pass. {AGAIN}"),
        (
            gate_run(fail_on="never"),
            f"gate run gate-1 could not fail ('--fail-on never'); training refuses what did not pass. {AGAIN}",
        ),
    ],
)
def test_anything_else_is_refused(run, message):
    with pytest.raises(UsageError) as refused:
        require_gate(run, subject(separable(20)), CONTRACT)
    assert str(refused.value) == message


def test_data_without_a_fingerprint_are_refused():
    with pytest.raises(UsageError, match="is about other data"):
        require_gate(gate_run(data=""), replace(subject(separable(20)), sha256=""), CONTRACT)


def test_the_guard_names_every_broken_clause_at_once_and_no_value():
    frame = pd.DataFrame({"age": [17, 250, 300], "sex": ["f", "secret-value", None], "free": ["x", "y", "z"]})
    schema = pa.DataFrameSchema(
        {
            "age": pa.Column(None, pa.Check.le(120)),
            "sex": pa.Column(None, pa.Check.isin(["f", "m"]), nullable=False),
            "free": pa.Column(int),
            "income": pa.Column(None),
        }
    )
    with pytest.raises(DataError) as refused:
        guard(frame, schema, "people.csv")
    text = str(refused.value)
    assert text.startswith("people.csv breaks 5 clauses of its contract at training's door: ")
    for clause in ("income: column_in_dataframe", "age: less_than_or_equal_to(120) (2 rows)", "sex: not_nullable (1 row)", "free: dtype("):
        assert clause in text
    assert "sex: isin(['f', 'm']) (1 row)" in text
    assert "secret-value" not in text
    assert "250" not in text
    assert text.endswith("Run 'assay gate' on the same file: it names the rows")
    assert refused.value.__cause__ is None


def test_the_guard_lets_a_good_frame_pass_unchanged():
    frame = pd.DataFrame({"age": [1, 2]})
    kept = frame.copy()
    guard(frame, pa.DataFrameSchema({"age": pa.Column(int, coerce=True)}), "people.csv")
    pd.testing.assert_frame_equal(frame, kept)


def chosen(contract=CONTRACT, roles=None, **training):
    return features_of(subject(separable(20), **(roles or {})), contract, config(**training).training)


def test_all_columns_but_bookkeeping_are_features_sensitive_ones_too():
    assert chosen() == ["number", "level", "noise", "group"]
    assert chosen(exclude=["group", "noise"]) == ["number", "level"]
    assert chosen(roles={"entity": "noise"}) == ["number", "level", "group"]
    assert chosen(features=["noise", "number"]) == ["number", "noise"]


@pytest.mark.parametrize("written", [False, "false"])
def test_the_contract_may_bar_a_column(written):
    contract = Contract(sha256=CONTRACT_SHA, columns=(Column("noise", custom={"feature": written}), Column("level", custom={"feature": True})))
    assert chosen(contract) == ["number", "level", "group"]
    with pytest.raises(UsageError, match="names 'noise', which no model may learn from: the contract says 'feature: false'"):
        chosen(contract, features=["noise"])


@pytest.mark.parametrize(
    ("training", "message"),
    [
        ({"features": ["numbr"]}, "'training: features' names 'numbr', which is no column of toy. Did you mean 'number'?"),
        ({"exclude": ["groop"]}, "'training: exclude' names 'groop', which is no column of toy. Did you mean 'group'?"),
        ({"features": ["label"]}, "'training: features' names 'label', which no model may learn from: it is the target. Take it out of the list"),
        (
            {"features": ["noise"], "exclude": ["noise"]},
            "no column of toy is left to learn from. Look at the roles, 'training: features' and 'training: exclude'",
        ),
    ],
)
def test_features_that_cannot_be_are_refused(training, message):
    with pytest.raises(UsageError) as refused:
        chosen(**training)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("frame", "roles", "training", "message"),
    [
        (separable(60), {"target": None}, {}, "toy has no target. Name the column to learn under 'roles: target'"),
        (separable(60), {}, {"candidates": ["logistic_regression"] * 2}, "names one twice"),
        (separable(60), {}, {"candidates": ["forest"]}, "names 'forest', which is no candidate. Known: hist_gradient_boosting"),
        (separable(60), {}, {"metric": "auc"}, "'training: metric' is 'auc'"),
        (separable(60).assign(assay_row=1), {}, {}, "the data have columns named assay_row, which training gives to its own outputs. Rename them"),
        (separable(60), {"sensitive": ()}, {"mitigate": {}}, "'training: mitigate' is on, but no attribute is sensitive"),
        (separable(60), {}, {"mitigate": {"sensitive": "grup"}}, "names 'grup', which is no column of the data. Did you mean 'group'?"),
    ],
)
def test_what_cannot_be_trained_is_refused(frame, roles, training, message):
    with pytest.raises(UsageError, match=message):
        trained(frame, roles, **training)
