"""Models on disk: restored exactly, and not at all when a file is strange, missing, changed or damaged."""

import json

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

from audit.core.errors import DataError
from tests.toys import separable, trained
from training import export, models


@pytest.fixture(scope="module")
def done():
    return trained(separable(300), candidates=models.names(), max_epochs=8)


@pytest.fixture
def folder(done, tmp_path):
    export.save(done.pipelines["logistic_regression"], tmp_path / "model", family="logistic_regression", features=done.record["features"])
    return tmp_path / "model"


@pytest.mark.parametrize("name", models.names())
def test_a_restored_pipeline_predicts_the_same(done, name, tmp_path):
    sha256 = export.save(done.pipelines[name], tmp_path, family=name, features=done.record["features"])
    assert set(sha256) == {f.name for f in tmp_path.iterdir()}
    restored = export.load(tmp_path, sha256)
    frame = separable(200, seed=9)
    frame.loc[::5, "level"] = None
    frame.loc[::7, "number"] = np.nan
    assert (restored.predict_proba(frame) == done.pipelines[name].predict_proba(frame)).all()
    assert restored.predict(frame).tolist() == done.pipelines[name].predict(frame).tolist()
    assert restored[:-1].get_feature_names_out().tolist() == done.pipelines[name][:-1].get_feature_names_out().tolist()


def test_no_file_is_a_pickle(done, tmp_path):
    for name in models.names():
        export.save(done.pipelines[name], tmp_path / name, family=name, features=done.record["features"])
    kinds = {f.suffix for f in tmp_path.rglob("*") if f.is_file()}
    assert kinds == {".json", ".skops", ".safetensors"}


def shout(values):
    return values


@pytest.mark.parametrize("file", ["preprocess.skops", "estimator.skops"])
def test_types_that_are_not_trusted_are_refused(folder, file):
    skops.io.dump(FunctionTransformer(shout), folder / file)
    with pytest.raises(DataError, match=f"^'{file}' is made of types that are not trusted: .*shout.*; nothing was loaded$"):
        export.load(folder)


def test_a_changed_file_is_refused_before_it_is_read(done, tmp_path):
    sha256 = export.save(done.pipelines["torch_mlp"], tmp_path, family="torch_mlp", features=done.record["features"])
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match=r"weights.safetensors' is not the file that was recorded \(its SHA-256 differs\)"):
        export.load(tmp_path, sha256)


@pytest.mark.parametrize("name", ["logistic_regression", "torch_mlp"])
@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
def test_missing_and_damaged_files(done, tmp_path, name, damage):
    export.save(done.pipelines[name], tmp_path, family=name, features=done.record["features"])
    for file in sorted(tmp_path.iterdir()):
        content = file.read_bytes()
        if damage == "missing":
            file.unlink()
        else:
            file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"\x00 nothing of the kind")
        with pytest.raises(DataError, match="there is no file" if damage == "missing" else "is damaged"):
            export.load(tmp_path)
        file.write_bytes(content)
    export.load(tmp_path)


def test_a_family_that_is_not_there(folder):
    about = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(about | {"family": "crystal_ball"}))
    with pytest.raises(DataError, match="names the family 'crystal_ball', which this Assay does not have"):
        export.load(folder)


def test_a_place_that_cannot_be_written(done, tmp_path):
    (tmp_path / "model").write_text("a file where a folder should be")
    with pytest.raises(DataError, match="cannot write to"):
        export.save(done.pipelines["logistic_regression"], tmp_path / "model", family="logistic_regression", features=[])
