"""`assay train` and `assay run` from the config on disk to the run on disk."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from audit.cli import main
from audit.core.errors import UsageError
from audit.core.status import Status
from audit.store import Store
from tests.toys import separable
from training.export import load

CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: toy
version: 1.0.0
status: active
schema:
  - name: toy
    properties:
      - {name: number, logicalType: number, required: true, logicalTypeOptions: {minimum: -10, maximum: 10}}
      - {name: level, logicalType: string, enum: [{value: red}, {value: blue}, {value: green}]}
      - {name: noise, logicalType: number}
      - {name: group, logicalType: string, customProperties: [{property: role, value: sensitive}]}
      - {name: label, logicalType: string, required: true, customProperties: [{property: role, value: target}]}
"""
CONFIG = """\
project: toy
data: toy.parquet
contract: toy.odcs.yaml
training: {candidates: [logistic_regression], mitigate: {}}
audit: {skip: [X001]}
report: {formats: [json]}
"""


@pytest.fixture
def project(tmp_path):
    separable(400).to_parquet(tmp_path / "toy.parquet", index=False)
    (tmp_path / "toy.odcs.yaml").write_text(CONTRACT)
    (tmp_path / "assay.yaml").write_text(CONFIG)
    return tmp_path


def assay(monkeypatch, capfd, folder, *words):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["assay", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capfd.readouterr()
    return int(ended.value.code or 0), out, err


def calling(verb, folder):
    from audit.config import read_config
    from audit.verbs.gate import gate
    from training import verbs

    return {"gate": gate, "train": verbs.train, "run": verbs.run}[verb](read_config(folder / "assay.yaml"))


def test_train_refuses_until_the_gate_has_passed_over_these_very_data(project):
    with pytest.raises(UsageError, match="toy has no passing gate run over exactly these data and this contract"):
        calling("train", project)
    assert not list((project / "reports").rglob("*.json"))
    calling("gate", project)
    done = calling("train", project)
    assert done.run.verb == "train"
    assert done.run.training["chosen"] == "logistic_regression"
    separable(401).to_parquet(project / "toy.parquet", index=False)
    with pytest.raises(UsageError, match="no passing gate run"):
        calling("train", project)


@pytest.mark.slow
def test_run_writes_everything_that_it_says(project):
    done = calling("run", project)
    written = Store(project / "reports").load(done.run.id)
    assert written.verb == "run"
    assert written.training["split"] == {"train": 280, "validation": 60, "test": 60}
    families = set(written.families)
    assert {"quality", "performance", "fairness", "leakage"} <= families
    keys = [r.key for r in written.results]
    assert len(set(keys)) == len(keys)
    assert not [r.key for r in written.results if r.status is Status.ERROR]
    assert {"predictions.parquet", *(f"model/{f}" for f in written.training["files"])} <= set(written.artefacts)
    predictions = pd.read_parquet(done.folder / "predictions.parquet")
    assert set(predictions.columns) == {
        "assay_row",
        "assay_split",
        "prediction_logistic_regression",
        "score_logistic_regression",
        "prediction_mitigated",
    }
    restored = load(done.folder / "model" / "logistic_regression")
    source = separable(400)
    assert (restored.predict_proba(source)[:, 1] == predictions.score_logistic_regression).all()
    m001 = written.result("M001")
    accuracy = next(m for m in m001.measurements if m.name == "accuracy" and not m.where)
    test = predictions.assay_split == "test"
    assert accuracy.value == pytest.approx((predictions.prediction_logistic_regression[test] == source.label[test]).mean())
    assert accuracy.n == 60


def test_data_that_do_not_pass_are_not_trained_on(project, monkeypatch, capfd):
    frame = separable(400)
    frame.loc[3, "number"] = 999
    frame.to_parquet(project / "toy.parquet", index=False)
    code, out, _ = assay(monkeypatch, capfd, project, "run", "--json")
    run = json.loads(out)
    assert code == 1
    assert run["status"] == "failed"
    assert run["training"] == {}
    assert run["notices"][-1] == "The data did not pass the gate, so nothing was trained on them."
    folder = project / "reports" / "toy" / run["id"]
    assert (folder / "quarantine.parquet").exists()
    assert not (folder / "model").exists()
    assert not {"performance", "fairness"} & {r["family"] for r in run["results"]}


def test_predictions_in_the_data_are_audited_where_nothing_is_to_be_trained(project):
    frame = separable(400).assign(guess=lambda f: (f.number > 0).map({True: "yes", False: "no"}))
    frame.to_parquet(project / "toy.parquet", index=False)
    config = CONFIG.replace("training: {candidates: [logistic_regression], mitigate: {}}\n", "roles: {prediction: guess}\n")
    (project / "assay.yaml").write_text(config)
    run = calling("run", project).run
    assert run.training == {}
    accuracy = next(m for m in run.result("M001").measurements if m.name == "accuracy" and not m.where)
    assert accuracy.n == 400
    assert accuracy.value == pytest.approx((frame.guess == frame.label).mean())


def test_a_failure_in_training_leaves_nothing_that_looks_finished(project, monkeypatch, capfd):
    frame = separable(400)
    frame["label"] = "yes"
    frame.to_parquet(project / "toy.parquet", index=False)
    (project / "assay.yaml").write_text(CONFIG.replace("skip: [X001]", "skip: [X001, B001, B003, B004]"))
    code, _, err = assay(monkeypatch, capfd, project, "run")
    assert code == 3
    assert "target 'label' has one class only (yes, 400 rows)" in err
    assert not [f for f in (project / "reports").rglob("*") if f.is_file()]


def test_a_wrong_candidate_is_a_usage_error(project, monkeypatch, capfd):
    (project / "assay.yaml").write_text(CONFIG.replace("[logistic_regression]", "[logistic]"))
    code, _, err = assay(monkeypatch, capfd, project, "run")
    assert code == 2
    assert "'training: candidates' names 'logistic', which is no candidate." in err


def test_the_verbs_are_light_until_called():
    heavy = "{'torch', 'sklearn', 'fairlearn', 'skops', 'shap', 'streamlit', 'pandas', 'ibis'}"
    code = f"import sys, training.commands; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
