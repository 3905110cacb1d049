"""The whole of training on toy tables: the choice, the record, what is handed over, and that nothing leaks or varies."""

import json

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import roc_auc_score

from audit.core.contract import Contract
from audit.core.errors import DataError
from audit.core.serial import plain
from tests.toys import CONTRACT_SHA, config, gate_run, separable, subject, trained
from training import models
from training.export import load
from training.pipeline import train


@pytest.fixture(scope="module")
def all_three():
    return trained(separable(600), candidates=models.names(), max_epochs=20, mitigate={})


def test_the_best_on_validation_is_chosen(all_three):
    record, frame = all_three.record, all_three.frame
    held = frame[frame.assay_split == "validation"]
    for candidate in record["candidates"]:
        expected = roc_auc_score(held.label == "yes", held[f"score_{candidate['name']}"])
        assert candidate["validation"] == pytest.approx(expected, abs=1e-12)
        assert candidate["interval"][0] < expected <= candidate["interval"][1]
        assert candidate["n"] == len(held) == 90
    best = max(record["candidates"], key=lambda c: c["validation"])
    assert record["chosen"] == best["name"] == all_three.chosen
    assert [c["name"] for c in record["candidates"] if c["chosen"]] == [best["name"]]
    assert set(record["learning_curves"]) == {"hist_gradient_boosting", "torch_mlp"}


def test_every_candidate_beats_the_majority_on_rows_it_never_saw(all_three):
    test = all_three.frame[all_three.frame.assay_split == "test"]
    majority = test.label.value_counts(normalize=True).max()
    for name in models.names():
        assert (test[f"prediction_{name}"] == test.label).mean() > majority + 0.2


def test_the_record_can_be_written(all_three):
    record = plain(all_three.record)
    json.dumps(record, allow_nan=False)
    assert record["split"] == {"train": 420, "validation": 90, "test": 90}
    assert record["features"] == ["number", "level", "noise", "group"]
    assert record["sensitive_features"] == ["group"]
    assert not any("test" in str(key) for key in record if key != "split")


def test_what_is_handed_over(all_three):
    handed, source = all_three.subject, separable(600)
    assert handed.roles.split == "assay_split"
    assert handed.roles.key == ("assay_row",)
    assert handed.roles.positive == "yes"
    assert handed.roles.prediction == f"prediction_{all_three.chosen}"
    assert handed.roles.score == f"score_{all_three.chosen}"
    assert handed.models[0].chosen
    assert handed.models[0].name == all_three.chosen
    assert [m.name for m in handed.models if m.estimator is None] == ["mitigated"]
    assert sum(m.chosen for m in handed.models) == 1
    assert handed.held_out.count().to_pyarrow().as_py() == 90
    frame = all_three.frame
    pd.testing.assert_frame_equal(frame[source.columns], source)
    assert frame.assay_row.tolist() == list(range(600))
    for model in handed.models[:3]:
        assert model.features == ("number", "level", "noise", "group")
        probability = model.estimator.predict_proba(source[list(model.features)])
        assert list(model.estimator.classes_) == ["no", "yes"]
        assert (probability[:, 1] == frame[model.score]).all()
        assert frame[model.prediction].dtype == frame.label.dtype
    assert set(all_three.predictions.columns) == set(frame.columns) - set(source.columns)


def test_mitigation_narrows_the_gap_on_validation(all_three):
    frame = all_three.frame[all_three.frame.assay_split == "validation"]

    def gap(column):
        rates = MetricFrame(metrics=selection_rate, y_true=frame.label == "yes", y_pred=frame[column] == "yes", sensitive_features=frame.group)
        return float(rates.difference())

    assert all_three.record["mitigation"]["applied"]
    assert gap("prediction_mitigated") < gap(f"prediction_{all_three.chosen}") - 0.1


def test_the_same_twice():
    one, again = (trained(separable(300), candidates=models.names(), max_epochs=5, mitigate={}) for _ in range(2))
    pd.testing.assert_frame_equal(one.frame, again.frame)
    drop = {"candidates"}
    assert {k: v for k, v in one.record.items() if k not in drop} == {k: v for k, v in again.record.items() if k not in drop}
    assert [c["validation"] for c in one.record["candidates"]] == [c["validation"] for c in again.record["candidates"]]


def test_other_test_rows_change_neither_preprocessing_nor_model_nor_choice():
    source = separable(400)
    split = trained(source).frame.assay_split
    spoilt = source.copy()
    held = (split == "test").to_numpy()
    spoilt.loc[held, ["number", "noise"]] = [[1e6, -1e6]]
    spoilt.loc[held, "level"] = "unheard-of"
    one, other = (trained(f, candidates=models.names(), max_epochs=5, mitigate={}) for f in (source, spoilt))
    assert [c["validation"] for c in one.record["candidates"]] == [c["validation"] for c in other.record["candidates"]]
    assert one.record["mitigation"] == other.record["mitigation"]
    for name, pipeline in one.pipelines.items():
        assert (pipeline.predict_proba(source) == other.pipelines[name].predict_proba(source)).all()


def test_other_validation_rows_do_not_change_the_preprocessing():
    source = separable(400)
    split = trained(source).frame.assay_split
    spoilt = source.copy()
    spoilt.loc[(split == "validation").to_numpy(), "number"] *= 1000
    one, other = (trained(f).pipelines["logistic_regression"][:-1].transform(source) for f in (source, spoilt))
    assert (one == other).all()


def test_rows_without_a_label_are_left_out_and_keep_their_numbers():
    source = separable(300)
    source.loc[[0, 7], "label"] = None
    done = trained(source)
    assert done.record["left_out"] == 2
    assert len(done.frame) == 298
    assert done.frame.assay_row.tolist() == [i for i in range(300) if i not in (0, 7)]
    assert done.frame.number.tolist() == source.number[done.frame.assay_row].tolist()


def test_entities_stay_together_and_declared_splits_hold():
    source = separable(300).assign(person=lambda f: np.arange(300) // 2)
    frame = trained(source, {"entity": "person"}).frame
    assert (frame.groupby("person").assay_split.nunique() == 1).all()
    source = separable(300).assign(fold=np.array(["train"] * 4 + ["validation", "test"])[np.arange(300) % 6])
    done = trained(source, {"split": "fold"})
    assert done.frame.assay_split.tolist() == source.fold.tolist()
    assert "fold" not in done.record["features"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [(lambda y: y == "yes", "bool"), (lambda y: (y == "yes").astype(int), "int64"), (lambda y: (y == "yes").astype(float), "float64")],
)
def test_predictions_have_the_type_of_the_target(label, kind):
    source = separable(200).assign(label=lambda f: label(f.label))
    done = trained(source, mitigate={})
    assert done.frame.prediction_logistic_regression.dtype == kind == done.frame.prediction_mitigated.dtype
    held = done.subject.is_positive(done.subject.table.prediction_logistic_regression).sum().to_pyarrow().as_py()
    assert held == (done.frame.score_logistic_regression > 0.5).sum()


def test_the_lower_class_can_be_the_positive_one():
    done = trained(separable(300), {"positive": "no"}, mitigate={})
    frame = done.frame
    assert done.subject.roles.positive == "no"
    assert frame.groupby("label").score_logistic_regression.mean()["no"] > 0.5
    assert ((frame.score_logistic_regression > 0.5) == (frame.prediction_logistic_regression == "no")).all()
    assert done.record["mitigation"]["applied"]


@pytest.mark.parametrize(
    ("label", "positive", "resolved"),
    [
        (lambda y: y == "yes", "yes", "True"),
        (lambda y: y == "yes", "no", "False"),
        (lambda y: (y == "yes").astype(int), "true", "1"),
        (lambda y: (y == "yes").astype(float), "0", "0.0"),
    ],
)
def test_the_positive_class_is_named_as_for_the_audit(label, positive, resolved):
    done = trained(separable(200).assign(label=lambda f: label(f.label)), {"positive": positive})
    assert done.subject.roles.positive == resolved
    # both sides by the audit's own predicate: the score is of the class that it counts
    scored = done.subject.table.group_by(given=done.subject.is_positive(done.subject.table.label)).agg(
        score=done.subject.table.score_logistic_regression.mean()
    )
    means = dict(scored.to_pyarrow().to_pandas().itertuples(index=False))
    assert means[True] > 0.5 > means[False]


@pytest.mark.slow
def test_three_classes_have_no_score_and_no_mitigation():
    source = separable(400).assign(label=lambda f: np.digitize(f.number, [-0.7, 0.7]))
    done = trained(source, candidates=models.names(), max_epochs=10, mitigate={})
    assert not [c for c in done.frame if c.startswith("score_")]
    assert done.subject.roles.score is None
    assert done.subject.roles.positive is None
    assert done.record["mitigation"]["reason"] == "the target has 3 classes; threshold_optimizer corrects two-class predictions only"
    assert (done.frame.prediction_logistic_regression == done.frame.label).mean() > 0.8


def test_awkward_columns_go_all_the_way():
    source = separable(200).rename(columns={"number": 'größe in "cm".x=y', "level": "it's a level", "noise": "年齢"})
    source["empty"] = np.nan
    source["always"] = "same"
    source["when"] = pd.date_range("2020-01-01", periods=200)
    source["gaps"] = pd.array([1, None] * 100, dtype="Int64")
    done = trained(source, candidates=models.names(), max_epochs=3, mitigate={})
    assert done.record["features"] == [c for c in source.columns if c != "label"]
    frame = done.subject.table.to_pyarrow().to_pandas()
    assert np.isfinite(done.pipelines[done.chosen].predict_proba(frame)).all()


def test_candidates_are_stored_and_restored(tmp_path):
    source = separable(200)
    steps = []
    done = train(
        subject(source),
        Contract(sha256=CONTRACT_SHA),
        config(candidates=["logistic_regression", "torch_mlp"], max_epochs=2),
        gate_run(),
        folder=tmp_path / "model",
        progress=lambda done, total, what: steps.append((done, total, what)),
    )
    assert set(done.record["files"]) == {str(f.relative_to(tmp_path / "model")) for f in (tmp_path / "model").rglob("*") if f.is_file()}
    for name, pipeline in done.pipelines.items():
        mine = {f.split("/")[1]: sha for f, sha in done.record["files"].items() if f.startswith(f"{name}/")}
        assert (load(tmp_path / "model" / name, mine).predict_proba(source) == pipeline.predict_proba(source)).all()
    assert steps == [
        (0, 3, "training logistic_regression"),
        (1, 3, "training torch_mlp"),
        (1, 3, "training torch_mlp: epoch 1 of at most 2"),
        (1, 3, "training torch_mlp: epoch 2 of at most 2"),
        (2, 3, "predicting"),
    ]


def test_a_quantity_is_not_trained_as_hundreds_of_classes():
    with pytest.raises(DataError, match="the target 'label' is a quantity, and only classifiers are trained"):
        trained(separable(200).assign(label=np.arange(200)))
