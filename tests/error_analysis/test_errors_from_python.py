"""``from audit import errors``: frames, arrays and tables in, the numbers of the checks out, and messages for what cannot be."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from audit import errors
from audit.core.errors import DataError, UsageError
from tests.answers import findings, subject_of
from tests.checks.errors.planted import ROLES, table


@pytest.fixture(scope="module")
def planted():
    return table()


def test_segments_are_those_of_the_check(planted):
    frame, _, _ = planted
    subject, engine = subject_of(frame, **ROLES)
    expected = findings(errors.WeakestSegments(), subject, engine)
    for data in (frame, pl.from_pandas(frame), pl.from_pandas(frame).lazy(), pl.from_pandas(frame).to_arrow()):
        found = errors.segments(data, "label", "prediction", key="row")
        assert found.message == expected.message
        assert found.findings.measurements == expected.measurements
    assert found.frame["state"].tolist()[0] == "confirmed"
    assert found.sentences[0].startswith("Of 71 rows with colour = Black and checks ≥ 4")
    assert str(found) == found.message
    assert "confirmed_segments: 1" in repr(found)


def test_values_and_names_mean_the_same(planted):
    frame, weak, wrong = planted
    by_value = errors.segments(frame[["row", "colour", "checks", "age"]], frame["label"], frame["prediction"].to_numpy(), key="row")
    assert by_value.message == errors.segments(frame, "label", "prediction", key="row").message
    rows = by_value.rows
    assert len(rows) == 25
    assert all(weak[p] and wrong[p] for p in rows["position"])
    names = errors.row_keys(frame, "row")
    assert names[rows["position"]].tolist() == rows["key"].tolist()


def test_a_secret_names_rows_for_those_who_know_it(planted, monkeypatch):
    frame, _, _ = planted
    plain = errors.row_keys(frame, "row")
    monkeypatch.setenv("ASSAY_MASK_KEY", "a secret")
    found = errors.segments(frame, "label", "prediction", key="row")
    assert not set(found.rows["key"]) & set(plain)
    assert set(found.rows["key"]) <= set(errors.row_keys(frame, "row"))
    assert found.rows["position"].notna().all()


def test_files_and_tables_are_asked_where_they_are(planted, tmp_path):
    import ibis

    frame, _, _ = planted
    file = tmp_path / "judged.parquet"
    frame.to_parquet(file)
    expected = errors.tree(frame, "label", "prediction", key="row").message
    assert errors.tree(str(file), "label", "prediction", key="row").message == expected
    assert errors.tree(ibis.duckdb.connect().read_parquet(file), "label", "prediction", key="row").message == expected


def test_arrays_get_names_and_every_function_answers(planted):
    frame, _, _ = planted
    rng = np.random.default_rng(0)
    x = frame[["checks", "age"]].to_numpy()
    assert "x0" in errors.segments(x, frame["label"], frame["prediction"], min_gap=0.01).frame["segment"].str.cat()
    assert errors.heat_map(frame, "label", "prediction", key="row", columns=["colour", "checks"]).frame.columns[0] == "x"
    assert errors.confusions(frame["label"], frame["prediction"]).numbers["name"].tolist()[:2] == ["error_rate", "confusion_rate"]
    assert "stays about the same" in errors.trend(np.arange(len(frame)), frame["label"], frame["prediction"]).message
    residuals = errors.residuals(frame[["colour"]], frame["age"] + (frame["colour"] == "Black") + rng.normal(size=len(frame)), frame["age"])
    assert "colour still explains" in residuals.message
    assert residuals.frame["column"].tolist() == ["colour"]


def test_columns_of_the_same_name_are_kept_apart(planted):
    frame, _, _ = planted
    renamed = frame.rename(columns={"age": "y_true", "checks": "y_pred"})
    found = errors.segments(renamed[["colour", "y_true", "y_pred"]], frame["label"], frame["prediction"])
    assert "colour = Black and y_pred ≥ 4" in found.message


def test_what_is_in_a_notebook_needs_nothing_and_escapes_the_data():
    frame, _, _ = table(extra=0.5)
    frame = frame.assign(colour=frame["colour"].replace("Black", "<script>alert(1)</script>"))
    for found in (
        errors.segments(frame, "label", "prediction", key="row"),
        errors.tree(frame, "label", "prediction", key="row"),
        errors.heat_map(frame, "label", "prediction", key="row"),
    ):
        shown = found._repr_html_()
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
        assert "src=" not in shown
        assert "http" not in shown


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda f: errors.segments(f, f["label"][:5], "prediction"), UsageError, "y_true has 5 values, and the data have 5,000 rows"),
        (lambda f: errors.segments(f, "lable", "prediction"), UsageError, "y_true names 'lable', which is no column. Did you mean 'label'"),
        (lambda f: errors.segments(f, "label", "prediction", key="id"), UsageError, "key names 'id', which is no column"),
        (lambda f: errors.row_keys(f, "id"), UsageError, "key names 'id', which is no column"),
        (lambda f: errors.segments(3, "label", "prediction"), DataError, "cannot look at the errors in a int"),
        (lambda f: errors.segments(3, f["label"], f["prediction"]), UsageError, "data that are a int"),
        (lambda f: errors.segments(f, "label", "prediction", positive="Maybe"), UsageError, "roles.positive is 'Maybe'"),
    ],
    ids=["length", "name", "key", "names", "no data", "no data with values", "positive"],
)
def test_bad_input_is_told(planted, call, kind, message):
    with pytest.raises(kind, match=message):
        call(planted[0])


def test_nothing_to_examine_is_a_result_that_says_so(planted):
    frame, _, _ = planted
    found = errors.segments(frame[:10], "label", "prediction")
    assert found.message == "Nothing to examine: needs about 120 held-out rows with label and prediction; there are 10."
    assert found.frame.empty
    assert found.rows.empty
    assert "Nothing to examine" in found._repr_html_()


def test_importing_it_loads_no_model_library():
    code = "import sys; from audit import errors; print([m for m in ('torch', 'sklearn', 'shap', 'streamlit', 'altair') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
