"""Whatever the rows are, everything that can be asked is answered."""

import numpy as np
import pandas as pd
import pytest

from audit import fairness

GROUPS = ["a", "a", "b", "b"]
CASES = {
    "one row": ([1], [1], ["a"]),
    "two rows": ([1, 0], [1, 0], ["a", "b"]),
    "one class": ([1] * 4, [1] * 4, GROUPS),
    "nobody predicted positive": ([1, 0, 1, 0], [0] * 4, GROUPS),
    "a group without predictions": ([1, 0, 1, 0], [1, 0, None, None], GROUPS),
    "rows without a group": ([1, 0, 1, 0], [1, 0, 1, 1], ["a", None, "b", None]),
    "dates": ([1, 0, 1, 0], [1, 0, 1, 1], pd.to_datetime(["2020-01-01", "2020-01-01", "2021-01-01", "2021-01-01"])),
    "truth values": ([True, False, True, False], [True, False, True, True], [True, False, True, False]),
    "numbers with gaps": ([1, 0, 1, 0], [1, 0, 1, 1], [1.5, np.nan, 2.0, 1.5]),
    "quotes": (["a'b", 'c"d'] * 2, ["a'b", "a'b", 'c"d', 'c"d'], ['x"y', "x'y"] * 2),
    "letters": (["né", "oui"] * 2, ["né", "né", "oui", "oui"], ["ß", "😀"] * 2),
    "categories": (pd.Categorical(["n", "y"] * 2), pd.Categorical(["y", "y", "n", "n"], categories=["n", "x", "y"]), pd.Categorical(["u", "v"] * 2)),
}
METRICS = ["selection_rate", "tpr", "f1", "balanced_accuracy", "mcc", "roc_auc", "mean_score", "calibration_gap"]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_everything_is_answered(case, weighted):
    y, p, groups = CASES[case]
    more = {"sample_weight": np.linspace(1, 2, len(p))} if weighted else {}
    ours = fairness.by_group(y, p, sensitive_features={"g": groups, "h": [0] * len(p)}, y_score=np.linspace(0, 1, len(p)), metrics=METRICS, **more)
    n = len(p)
    assert ours.missing["rows"] == n
    for part in (ours, ours["g"], *ours.subsets()):
        assert len(part.by_group) == len(part.cells.groups)
        for frame in (part.overall, part.difference(), part.ratio(), part.group_min(), part.group_max(), part.test(), part.verdict()):
            assert list(frame.index) == part.names
        known = part.by_group.xs("value", axis=1, level=1)
        low, high = (part.by_group.xs(end, axis=1, level=1) for end in ("low", "high"))
        assert not ((low > known + 1e-12) | (high < known - 1e-12)).to_numpy().any()
        # what has no number says why
        assert part.by_group.xs("method", axis=1, level=1).to_numpy()[known.isna().to_numpy()].astype(str).tolist() == [
            m for m in part.by_group.xs("method", axis=1, level=1).to_numpy()[known.isna().to_numpy()] if m.startswith("not estimable")
        ]
        assert len(part.equalized_odds()) == 2
        assert str(part)
        assert part._repr_html_()
    assert len(ours.subsets().resampled(draws=50))
    assert str(ours.subsets())
