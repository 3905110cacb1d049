"""The model of an earlier run beside the new one, and earlier predictions from a file."""

import sys

import numpy as np
import pandas as pd
import pytest

from audit.cli import main
from audit.config import Config, make_config
from audit.core.errors import DataError, UsageError
from audit.core.result import Result
from audit.core.run import Run
from audit.core.status import Status
from audit.verbs.audit import audit
from audit.verbs.gate import gate
from tests.toys import separable
from training.verbs import run


def config(folder, champion=None, data="toy.parquet", **rest) -> Config:
    document = {
        "project": "toy",
        "data": data,
        "roles": {"target": "label", "sensitive": ["group"]},
        "training": {"candidates": ["logistic_regression"]},
        "audit": {"skip": ["X001", "L006", "L008"], **({"champion": champion} if champion else {})},
        "report": {"formats": ["json"]},
    } | rest
    return make_config(document, folder)


def compared(done: Run) -> Result:
    return done.result("M013")


def value(result: Result, name: str) -> float:
    (found,) = [m.value for m in result.measurements if m.name == name and not m.where]
    assert found is not None
    return float(found)


@pytest.fixture
def folder(tmp_path):
    separable(400).to_parquet(tmp_path / "toy.parquet", index=False)
    return tmp_path


@pytest.mark.slow
def test_the_last_run_is_the_champion_of_the_next(folder):
    first = run(config(folder, "last"))
    assert compared(first.run).status is Status.NOT_APPLICABLE
    assert any("no earlier run with a model" in n for n in first.run.notices)
    again = run(config(folder, "last"))
    # the same data, the same split, the same model: no row changes, and all 60 test rows are compared
    assert value(compared(again.run), "accuracy_gain") == 0
    (gain,) = [m for m in compared(again.run).measurements if m.name == "accuracy_gain"]
    assert gain.n == 60
    assert any(first.run.id in n and "trained on the same data" in n for n in again.run.notices)
    # another split: the test rows that the first model has learnt from have no answer of it
    third = run(config(folder, first.run.id, split={"seed": 3}))
    earlier = pd.read_parquet(first.folder / "predictions.parquet").set_index("assay_row")["assay_split"]
    now = pd.read_parquet(third.folder / "predictions.parquet").set_index("assay_row")["assay_split"]
    held_out = now.index[now == "test"]
    assert value(compared(third.run), "unmatched_rows") == (earlier[held_out] != "test").sum()


@pytest.mark.slow
def test_a_champion_of_other_data_is_loaded_and_asked(folder):
    first = run(config(folder))
    separable(500, seed=4).to_parquet(folder / "more.parquet", index=False)
    second = run(config(folder, str(first.folder), data="more.parquet"))
    result = compared(second.run)
    (gain,) = [m for m in result.measurements if m.name == "accuracy_gain"]
    assert gain.n == second.run.training["split"]["test"]
    assert any("cannot be told" in n for n in second.run.notices)
    names = {m.name for m in result.measurements}
    assert "roc_auc_gain" in names
    assert not names & {"unmatched_rows"}
    # the earlier model is no candidate, and no feature
    assert second.run.training["features"] == ["number", "level", "noise", "group"]
    separable(400).drop(columns="noise").to_parquet(folder / "less.parquet", index=False)
    with pytest.raises(DataError, match=r"needs the columns noise, which 'less.parquet' does not have"):
        run(config(folder, first.run.id, data="less.parquet"))
    model = first.folder / "model" / "logistic_regression" / "model.json"
    model.write_text(model.read_text() + " ")
    with pytest.raises(DataError, match="not the file that was recorded"):
        run(config(folder, first.run.id))


@pytest.mark.slow
def test_a_file_of_predictions_serves_a_run_too(folder):
    frame = separable(400).assign(id=[f"R{i}" for i in range(400)])
    frame.to_parquet(folder / "toy.parquet", index=False)
    pd.DataFrame({"id": frame["id"], "old": frame["label"]}).to_csv(folder / "old.csv", index=False)
    roles = {"target": "label", "key": ["id"], "champion": "old"}
    result = compared(run(config(folder, "old.csv", roles=roles)).run)
    assert value(result, "accuracy_gain") <= 0
    assert "the previous one on 100 %" in result.message


@pytest.mark.slow
def test_a_network_and_trees_can_be_champions(folder):
    for family in ("torch_mlp", "hist_gradient_boosting"):
        training = {"candidates": [family], "max_epochs": 2}
        first = run(config(folder, training=training))
        gain = compared(run(config(folder, first.run.id, training=training)).run)
        assert value(gain, "accuracy_gain") == value(gain, "roc_auc_gain") == 0


def audited(folder, champion=None, **roles):
    document = {"data": "now.csv", "roles": {"target": "y", "prediction": "p", "key": ["id"]} | roles, "report": {"formats": ["json"]}}
    return audit(make_config(document | ({"audit": {"champion": champion}} if champion else {}), folder)).run


@pytest.fixture
def predictions(tmp_path):
    rng = np.random.default_rng(5)
    y = rng.integers(0, 2, 200)
    now = pd.DataFrame({"id": np.arange(200), "y": y, "p": np.where(rng.random(200) < 0.9, y, 1 - y)})
    now.to_csv(tmp_path / "now.csv", index=False)
    old = pd.DataFrame({"id": np.arange(200), "p": np.where(rng.random(200) < 0.7, y, 1 - y)})
    return tmp_path, now, old


def test_audit_matches_a_file_by_key(predictions):
    folder, now, old = predictions
    # in another order, without some of the rows, with others that nobody asked for
    pd.concat([old.sample(frac=1, random_state=1).query("id >= 20"), pd.DataFrame({"id": [999], "p": [1]})]).to_csv(folder / "old.csv", index=False)
    result = compared(audited(folder, "old.csv"))
    both = now.merge(old, on="id").query("id >= 20")
    assert value(result, "accuracy_gain") == pytest.approx((both["p_x"] == both["y"]).mean() - (both["p_y"] == both["y"]).mean())
    assert value(result, "unmatched_rows") == 20


def test_audit_reads_a_column_of_the_data(predictions):
    folder, now, old = predictions
    now.assign(q=old["p"]).to_csv(folder / "now.csv", index=False)
    roles = {"target": "y", "prediction": "p", "champion": "q"}
    result = compared(audit(make_config({"data": "now.csv", "roles": roles, "report": {"formats": ["json"]}}, folder)).run)
    assert value(result, "accuracy_gain") == pytest.approx((now["p"] == now["y"]).mean() - (old["p"] == now["y"]).mean())


def test_bad_files_of_predictions(predictions):
    folder, _, old = predictions
    with pytest.raises(DataError, match=r"gone\.csv"):
        audited(folder, "gone.csv")
    old.rename(columns={"p": "answer"}).to_csv(folder / "old.csv", index=False)
    with pytest.raises(DataError, match="has no column 'p'"):
        audited(folder, "old.csv")
    pd.concat([old, old[:1]]).to_csv(folder / "old.csv", index=False)
    with pytest.raises(DataError, match="201 rows, 200 different values of id"):
        audited(folder, "old.csv")
    old.to_csv(folder / "old.csv", index=False)
    with pytest.raises(UsageError, match="roles: key"):
        audited(folder, "old.csv", key=[])
    with pytest.raises(UsageError, match="loads no models"):
        audited(folder, "last")
    old.assign(id=old["id"] + 5_000).to_csv(folder / "old.csv", index=False)
    assert compared(audited(folder, "old.csv")).status is Status.NOT_APPLICABLE
    old.assign(p=np.where(old["p"], "yes", "no")).to_csv(folder / "old.csv", index=False)
    broken = compared(audited(folder, "old.csv"))
    assert broken.status is Status.ERROR
    assert "no prediction in 'assay_champion' is a class of 'y': got no, yes" in broken.message


def test_what_is_not_there_is_told_before_anything_is_trained(folder):
    with pytest.raises(DataError, match="neither a run of 'toy' nor a file"):
        run(config(folder, "20261127T000000Z-abcdef"))
    with pytest.raises(DataError, match=r"gone\.csv"):
        run(config(folder, "gone.csv", roles={"target": "label", "key": ["number"], "champion": "p"}))
    with pytest.raises(UsageError, match="name its column of predictions under 'roles: champion'"):
        run(config(folder, "gone.csv", roles={"target": "label", "key": ["number"]}))
    assert not (folder / "reports").exists()


def test_exit_codes(folder, monkeypatch, capfd):
    monkeypatch.chdir(folder)
    for champion, code in (("gone", 3), ("gone.csv", 2)):
        (folder / "assay.yaml").write_text(f"data: toy.parquet\nroles: {{target: label}}\naudit: {{champion: {champion}}}\n")
        monkeypatch.setattr(sys, "argv", ["assay", "run", "--quiet"])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
        assert "audit: champion" in capfd.readouterr().err


def test_a_run_without_a_model_is_no_champion(folder):
    gated = gate(config(folder))
    with pytest.raises(DataError, match="trained no model"):
        run(config(folder, gated.run.id))
