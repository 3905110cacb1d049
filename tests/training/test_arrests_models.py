"""The three candidates on the arrests sample, beside a model made by hand from the same rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from audit.config import read_config
from audit.core.contract import Contract
from tests.toys import CONTRACT_SHA, gate_run, subject
from training.pipeline import train

FOLDER = Path(__file__).parents[2] / "data" / "arrests"


@pytest.mark.slow
def test_candidates_on_arrests():
    source = pd.read_parquet(FOLDER / "arrests.parquet")
    given = subject(source, target="released", positive="Yes", sensitive=("colour", "sex"), time="year")
    done = train(given, Contract(sha256=CONTRACT_SHA), read_config(FOLDER / "assay.yaml"), gate_run())
    frame = done.frame
    part, released = frame.assay_split, (frame.released == "Yes").to_numpy()
    assert done.record["split"] == {"train": 3658, "validation": 784, "test": 784}
    assert part.groupby(frame.released).value_counts(normalize=True).unstack().std().max() < 0.001

    numbers = source[["year", "age", "checks"]]
    numbers = (numbers - numbers[part == "train"].mean()) / numbers[part == "train"].std(ddof=0)
    x = np.column_stack([numbers, *(source[c] == source[c].iloc[0] for c in ("colour", "sex", "employed", "citizen"))]).astype(float)
    by_hand = LogisticRegression(max_iter=2000).fit(x[part == "train"], released[part == "train"]).predict_proba(x)[:, 1]
    for name in ("validation", "test"):
        rows = (part == name).to_numpy()
        expected = roc_auc_score(released[rows], by_hand[rows])
        # the penalty weighs a level with one column a little less than a level with two
        assert roc_auc_score(released[rows], frame.score_logistic_regression[rows]) == pytest.approx(expected, abs=0.003)
        for other in ("hist_gradient_boosting", "torch_mlp"):
            assert roc_auc_score(released[rows], frame[f"score_{other}"][rows]) == pytest.approx(expected, abs=0.04)
