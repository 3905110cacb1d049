import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.result import Result
from audit.core.status import Status
from audit.render.figures import NOT_ESTIMABLE, bound, estimate, interval, limit_of, limit_words, number, unit_of


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.742, "share", "74.2 %"),
        (0.0027, "share", "0.27 %"),
        (0.000042, "share", "0.0042 %"),
        (0.99996, "share", "99.9960 %"),
        (0, "share", "0 %"),
        (1.0, "share", "100 %"),
        (-0.116, "points", "−11.6 points"),
        (1234567, "rows", "1,234,567 rows"),
        (5.0, "", "5"),
        (0.7304, "", "0.730"),
        (0.0005, "", "0.0005"),
        (12345.6, "", "12,346"),
        (None, "share", NOT_ESTIMABLE),
        (math.nan, "", NOT_ESTIMABLE),
        (math.inf, "share", "∞"),
        (-math.inf, "", "−∞"),
        (True, "", "yes"),
        ("text", "share", "text"),
    ],
)
def test_number(value, unit, text):
    assert number(value, unit) == text


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_share_that_is_not_all_or_nothing_never_reads_so(share):
    written = number(share, "share").removesuffix(" %")
    if 1e-8 < share < 1 - 1e-8:
        assert 0 < float(written) < 100


def test_interval_says_its_unit_once():
    assert interval((0.091, 0.142), "share") == "9.1 to 14.2 %"
    assert interval((0.091, 0.142), "points") == "9.1 to 14.2 points"
    assert interval((-math.inf, 3.0), "years") == "−∞ to 3 years"
    assert interval((1.0, 2.0)) == "1 to 2"


def test_estimate():
    rate = Measurement("true_positive_rate", 0.5, "share", n=1795, interval=(0.25, 0.75), level=0.95)
    assert estimate(rate) == "50.0 % (95 % interval 25.0 to 75.0 %, n = 1,795)"
    assert estimate(Measurement("row_count", 3, "rows")) == "3 rows"


def test_a_difference_of_shares_is_written_in_points():
    assert estimate(Measurement("selection_rate_difference", 0.116, "share")) == "11.6 points"


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit(high=0.1), "at most 10 %"),
        (Limit(low=0.005), "at least 0.5 %"),
        (Limit(high=0.1, exclude_high=True), "below 10 %"),
        (Limit(low=0, exclude_low=True), "above 0 %"),
        (Limit(low=0.1, high=0.2), "from 10 % to 20 %"),
        (Limit(low=0.1, high=0.2, exclude_low=True), "from 10 % to 20 % (lower end excluded)"),
        (Limit(low=0.1, high=0.1, inverse=True), "not exactly 10 %"),
        (Limit(), "no limit"),
    ],
)
def test_limit_in_words(limit, text):
    assert limit_words(limit, "share") == text


def test_limit_is_written_in_the_unit_of_what_it_judges():
    shares = [Measurement("n", 3, "rows"), Measurement("null_share", 0.2, "share")]
    result = Result("Q001", "", "", Status.FAILED, "", measurements=shares, judged="null_share", limit=Limit(high=0.05))
    assert limit_of(result) == "at most 5 %"


def test_bound_has_no_digits_that_nobody_set():
    assert [bound(0.95, "share"), bound(0.125, "share"), bound(12.0, "years"), bound(0.3, "share")] == ["95 %", "12.5 %", "12 years", "30 %"]


@pytest.mark.parametrize(
    ("label", "values", "unit"),
    [
        ("share of rows", [0.1, 0.9, None], "share"),
        ("selection_rate", [0.1], "share"),
        ("released (%)", [12.0, 80.0], ""),
        ("released (%)", [0.1], "share"),
        ("gap (points)", [-0.1, 0.1], "points"),
        ("age", [0.1], ""),
        ("corporate income", [0.5], ""),
        ("share of rows", [math.inf, 0.5], "share"),
    ],
)
def test_which_values_are_shares(label, values, unit):
    assert unit_of(label, values) == unit
