import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from audit.stats.multiplicity import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P_VALUES)
def test_benjamini_hochberg_agrees_with_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))


def test_holm_by_hand() -> None:
    # sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1 = 0.04, 0.06, 0.06, 0.04, never falling
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])


@given(P_VALUES)
def test_adjusted_values_keep_the_order_and_only_grow(p: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p)
        assert np.all(adjusted >= np.asarray(p) - 1e-15)
        assert np.all(adjusted <= 1)
        assert np.all(np.diff(adjusted[np.argsort(p)]) >= 0)
    assert np.all(holm(p) >= benjamini_hochberg(p) - 1e-15)


def test_tests_that_were_not_made_do_not_count() -> None:
    assert holm([0.02, np.nan, 0.5]) == pytest.approx([0.04, np.nan, 0.5], nan_ok=True)
    assert benjamini_hochberg([]).size == 0


def test_what_is_no_p_value_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        holm([1.2])


def test_weights_spend_the_level_where_more_is_expected():
    # weights 2, 1 and 1 have the mean 4/3, so they stand for 1.5, 0.75 and 0.75
    got = benjamini_hochberg([0.03, 0.03, 0.9], [2, 1, 1])
    assert got.tolist() == pytest.approx([0.06, 0.06, 1.0])
    assert benjamini_hochberg([0.01, 0.2], [3, 3]).tolist() == pytest.approx(benjamini_hochberg([0.01, 0.2]).tolist())
    with pytest.raises(ValueError, match="weights are positive"):
        benjamini_hochberg([0.1, 0.2], [1, 0])
