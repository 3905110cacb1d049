import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from audit.stats.beta import beta_cdf, beta_quantile

SHAPES = st.floats(0.05, 2_000)


@given(st.floats(0, 1), SHAPES, SHAPES)
def test_distribution_agrees_with_scipy(x: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(float(beta.cdf(x, a, b)), rel=1e-8, abs=1e-12)


@given(st.floats(0.0001, 0.9999), st.floats(0.5, 2_000), st.floats(0.5, 1e6))
def test_quantile_agrees_with_scipy(chance: float, a: float, b: float) -> None:
    assert beta_quantile(chance, a, b) == pytest.approx(float(beta.ppf(chance, a, b)), rel=1e-7, abs=1e-12)


def test_impossible_shapes_and_chances_are_refused() -> None:
    with pytest.raises(ValueError, match="two shapes above 0; got 0 and 1"):
        beta_cdf(0.5, 0, 1)
    with pytest.raises(ValueError, match="between 0 and 1; got 1"):
        beta_quantile(1, 2, 3)
