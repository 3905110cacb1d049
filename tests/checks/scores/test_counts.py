"""Scores counted by the engine beside the same counted in pandas, alone, by group and by decision, however many there are."""

import numpy as np
import pandas as pd
import pytest

from audit.checks.scores.asks import decision_score_asks, group_score_asks, quality_asks, score_asks
from audit.checks.scores.counts import Scores, read_scores, read_scores_by_group, together
from audit.checks.scores.quality import read_quality
from audit.core.ask import Asks
from audit.core.errors import DataError
from audit.engines.ask_engine import AskEngine, CheckAnswers
from audit.stats.auc import roc_auc
from tests.answers import subject_of


def answered(asks: Asks, engine: AskEngine) -> CheckAnswers:
    return CheckAnswers(asks, engine.prefetch(asks.values()))


def table(n: int, digits: int | None, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    s = rng.beta(0.3, 3, n)
    frame = pd.DataFrame({"s": s if digits is None else s.round(digits), "g": rng.choice(["a", "b", None], n, p=[0.6, 0.3, 0.1])})
    return frame.assign(y=(rng.random(n) < frame.s).astype(int), p=(frame.s > 0.1).astype(int))


def agrees(scores: Scores, rows: pd.DataFrame, tolerance: float) -> None:
    assert scores.n == len(rows)
    assert scores.positives.sum() == rows.y.sum()
    assert scores.mean == pytest.approx(rows.s.mean(), rel=tolerance)
    plain = rows.groupby("s").y.agg(["size", "sum"])
    ours, theirs = roc_auc(scores.negatives, scores.positives), roc_auc(plain["size"] - plain["sum"], plain["sum"])
    assert ours == pytest.approx(theirs, abs=tolerance)
    assert np.all(scores.lowest <= scores.means)
    assert np.all(scores.means <= scores.scores)


@pytest.mark.parametrize(("n", "digits", "exact", "tolerance"), [(500, 2, True, 1e-12), (30_000, None, False, 1e-5), (150_000, None, False, 1e-5)])
def test_alone_by_group_and_by_decision(n: int, digits: int | None, exact: bool, tolerance: float) -> None:
    frame = table(n, digits)
    subject, engine = subject_of(frame, target="y", score="s", prediction="p")
    alone = read_scores(answered(score_asks(subject, "s"), engine))
    assert alone.exact is exact
    agrees(alone, frame, tolerance)
    groups = read_scores_by_group(answered(group_score_asks(subject, "s", "g"), engine), "g")
    assert list(groups) == ["a", "b", None]
    for name in groups:
        agrees(groups[name], frame[frame.g.isna() if name is None else frame.g == name], 10 * tolerance)
    agrees(together(groups.values()), frame, 10 * tolerance)
    decided = read_scores_by_group(answered(decision_score_asks(subject, "s", "p"), engine), "p")
    assert list(decided) == ["negative", "positive"]
    for name, p in (("negative", 0), ("positive", 1)):
        assert decided[name].n == (frame.p == p).sum()
        assert decided[name].positives.sum() == frame.y[frame.p == p].sum()


def test_all_groups_are_one_query() -> None:
    subject, engine = subject_of(table(2_000, 2), target="y", score="s")
    asks = group_score_asks(subject, "s", "g")
    before = len(engine.queries)
    answers = answered(asks, engine)
    read_scores_by_group(answers, "g")
    read_scores_by_group(answers, "g")
    assert len(engine.queries) - before == 2  # the scalars that say how, and the counts


def test_bins_of_declared_edges_are_groups_in_order() -> None:
    frame = table(400, 2).assign(age=lambda f: np.arange(len(f)) % 80)
    subject, engine = subject_of(frame, target="y", score="s", bins={"age": [25, 45]})
    groups = read_scores_by_group(answered(group_score_asks(subject, "s", "age"), engine), "age")
    assert list(groups) == ["< 25", "25 to < 45", ">= 45"]
    assert groups["< 25"].n == (frame.age < 25).sum()


def test_quality_counts_what_pandas_counts() -> None:
    frame = pd.DataFrame({"y": [1, 0, np.nan, 1, 0, 1, 0], "s": [0.5, np.nan, 0.2, np.inf, -0.1, 1.0, 1.2]})
    subject, engine = subject_of(frame, target="y", score="s", positive="1")
    quality = read_quality(answered(quality_asks(subject, "s"), engine))
    assert (quality.rows, quality.missing_labels, quality.missing_scores, quality.infinite, quality.outside) == (7, 1, 1, 1, 3)
    assert quality.no_probabilities == "3 scores lie outside 0 to 1 (1 of them is infinite), so the scores are no probabilities"
    assert [m.name for m in quality.measured()] == ["missing_labels", "missing_scores", "infinite_scores", "scores_outside_0_to_1"]


def test_whole_numbers_are_scores_and_text_is_none() -> None:
    frame = pd.DataFrame({"y": [0, 1, 1], "s": [1, 2, 2], "t": ["a", "b", "c"], "b": [True, False, True]})
    subject, engine = subject_of(frame, target="y", score="s")
    scores = read_scores(answered(score_asks(subject, "s"), engine))
    assert scores.scores.tolist() == [1, 2]
    for column, kind in (("t", "string"), ("b", "boolean")):
        with pytest.raises(DataError, match=f"the score column '{column}' is of type {kind}; expected numbers"):
            score_asks(subject, column)


def test_no_rows() -> None:
    frame = pd.DataFrame({"y": [0.0, 1.0], "s": [np.nan, np.nan], "g": ["a", "b"]})
    subject, engine = subject_of(frame, target="y", score="s")
    assert read_scores(answered(score_asks(subject, "s"), engine)).n == 0
    assert together(read_scores_by_group(answered(group_score_asks(subject, "s", "g"), engine), "g").values()).n == 0


def test_constant_is_one_filled_bin() -> None:
    frame = pd.DataFrame({"y": [0, 1, 0, 1], "s": [0.2, 0.2, 0.2, 0.9], "g": ["a", "a", "a", "b"]})
    subject, engine = subject_of(frame, target="y", score="s")
    groups = read_scores_by_group(answered(group_score_asks(subject, "s", "g"), engine), "g")
    assert groups["a"].constant
    assert groups["b"].constant
    assert not together(groups.values()).constant
    assert groups["b"].one_outcome
    assert not groups["a"].one_outcome
