"""Raw columns to numbers: names that fold back, nothing learnt from other rows, and columns as awkward as they come."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.preprocess import fold, make_preprocess
from training.transformers import column_kind, foldable

AWKWARD = ["plain", "with space", 'it\'s "quoted"', "a.b", "a", "a=b", "größe", "年齢", "a=missing?", "__x"]


def fitted(frame, features=None):
    features = features or list(frame.columns)
    preprocess = make_preprocess(frame, features)
    return preprocess, preprocess.fit_transform(frame[features])


def test_values_by_hand():
    frame = pd.DataFrame({"age": [1.0, 3.0, np.nan, 5.0] * 5, "sex": ["f", "m", None, "f"] * 5})
    preprocess, matrix = fitted(frame)
    assert preprocess.get_feature_names_out().tolist() == ["age", "age=missing?", "sex=f", "sex=(rare)"]
    # median of 1, 3, 5 is 3; with it the mean is 3 and the variance (4 + 0 + 0 + 4) / 4 = 2
    assert matrix[:4, 0] == pytest.approx([-2 / 2**0.5, 0, 0, 2 / 2**0.5])
    assert matrix[:4, 1].tolist() == [0, 0, 1, 0]
    # 'm' and missing have five rows each, fewer than ten: rare together; 'f' has ten
    assert matrix[:4, 2].tolist() == [1, 0, 0, 1]
    assert matrix[:4, 3].tolist() == [0, 1, 1, 0]


def test_missing_is_a_level_when_frequent():
    preprocess, matrix = fitted(pd.DataFrame({"sex": ["f", None] * 10}))
    assert preprocess.get_feature_names_out().tolist() == ["sex=(missing)", "sex=f"]
    assert matrix[:2].tolist() == [[0, 1], [1, 0]]


def test_a_level_never_seen_counts_as_rare_or_as_none():
    known, new = pd.DataFrame({"x": ["a"] * 10 + ["b"] * 10}), pd.DataFrame({"x": ["c"]})
    assert fitted(known)[0].transform(new).tolist() == [[0, 0]]
    with_rare = pd.DataFrame({"x": ["a"] * 10 + ["b"] * 10 + ["d"]})
    preprocess = fitted(with_rare)[0]
    assert preprocess.get_feature_names_out().tolist() == ["x=a", "x=b", "x=(rare)"]
    assert preprocess.transform(new).tolist() == [[0, 0, 1]]


def test_dates_by_hand():
    frame = pd.DataFrame({"when": pd.to_datetime(["1970-01-02", "1970-03-01T12:00", None], format="ISO8601")})
    preprocess, _ = fitted(frame)
    assert preprocess.get_feature_names_out().tolist() == ["when=days", "when=month", "when=weekday", "when=missing?"]
    parts = preprocess.named_transformers_["date"]["read"].transform(frame)
    # 1970-01-02 was a Friday; noon of 1 March 1970, a Sunday, is 59.5 days after 1 January
    assert parts[:2].tolist() == [[1, 1, 4], [59.5, 3, 6]]
    assert np.isnan(parts[2]).all()


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_dates_with_and_without_a_zone(zone):
    frame = pd.DataFrame({"when": pd.date_range("2020-01-01", periods=12, freq="ME", tz=zone)})
    assert np.isfinite(fitted(frame)[1]).all()


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, False], "number"),
        (pd.array([True, None], dtype="boolean"), "number"),
        ([True, None], "number"),
        (pd.array([1, None], dtype="Int64"), "number"),
        ([decimal.Decimal("1.5"), None], "number"),
        (pd.to_timedelta(["1h", None]), "number"),
        ([datetime.date(2020, 1, 1), None], "date"),
        (pd.Categorical([1, 2]), "category"),
        (["a", None], "category"),
        ([None, None], "category"),
        (["a", 1], "category"),
    ],
)
def test_every_type_has_a_kind_and_becomes_finite(values, kind):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=None if hasattr(values, "dtype") else object) if not hasattr(values, "dtype") else values})
    assert column_kind(frame["x"]) == kind
    assert np.isfinite(fitted(frame)[1]).all()


def test_infinite_is_missing():
    preprocess, matrix = fitted(pd.DataFrame({"x": [1.0, np.inf, 3.0, -np.inf]}))
    assert preprocess.get_feature_names_out().tolist() == ["x", "x=missing?"]
    assert matrix[:, 1].tolist() == [0, 1, 0, 1]
    assert np.isfinite(matrix).all()


def test_columns_without_content_do_no_harm():
    frame = pd.DataFrame(
        {"none": [np.nan] * 12, "constant": [7] * 12, "level": ["same"] * 12, "nothing": [None] * 12, "never": [pd.NaT] * 12, "x": range(12)}
    )
    preprocess, matrix = fitted(frame)
    assert np.isfinite(matrix).all()
    assert matrix.std(axis=0)[preprocess.get_feature_names_out().tolist().index("constant")] == 0


def test_awkward_names_fold_back_to_their_column():
    rng = np.random.default_rng(0)
    rows = 60
    frame = pd.DataFrame({c: rng.choice(["u", "b", "v=w", "x=y=z"], rows) if i % 2 else rng.normal(size=rows) for i, c in enumerate(AWKWARD)})
    frame["a"] = rng.choice(["b", "missing?", "c"], rows)  # whose level names are other columns' names
    frame.loc[::7, "plain"] = np.nan
    preprocess, matrix = fitted(frame)
    names = preprocess.get_feature_names_out().tolist()
    assert len(set(names)) == len(names) == matrix.shape[1]
    made = {c: [n for n in names if fold(n, AWKWARD) == c] for c in AWKWARD}
    assert sum(map(len, made.values())) == len(names)
    assert len(made["a"]) == 3
    assert all(len(made[c]) == frame[c].nunique() for c in AWKWARD if column_kind(frame[c]) == "category")
    assert made["plain"] == ["plain", "plain=missing?"]


@given(st.text(), st.text(), st.sets(st.text(), max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_name_folds(column, level, others):
    features = {*others, column}
    name = foldable(column, level, features)
    assert name not in features
    assert fold(name, features) == column


def test_nothing_is_learnt_from_other_rows():
    rng = np.random.default_rng(1)
    train = pd.DataFrame({"x": rng.normal(size=50), "c": rng.choice(["a", "b"], 50)})
    first, _ = fitted(train)
    before = first.transform(train)
    first.transform(pd.DataFrame({"x": [1e9, np.nan], "c": ["z", None]}))
    assert (first.transform(train) == before).all()


def test_input_is_not_changed():
    frame = pd.DataFrame({"x": [1.0, np.inf, None], "c": ["a", None, "b"]})
    kept = frame.copy(deep=True)
    fitted(frame)
    pd.testing.assert_frame_equal(frame, kept)
