"""What a limit says, at both ends and between them."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.status import Status

HOLDS, BROKEN, UNDECIDED = Verdict.HOLDS, Verdict.BROKEN, Verdict.UNDECIDED
NAN, INF = float("nan"), float("inf")
SHUT = Limit(low=1, high=3)
OPEN = Limit(low=1, high=3, exclude_low=True, exclude_high=True)
OUTSIDE = Limit(low=1, high=3, inverse=True)


def said(limit, value, interval=None):
    return limit.verdict(Measurement("m", value, interval=interval))


@pytest.mark.parametrize(
    ("limit", "verdicts"),
    [
        (SHUT, {0: BROKEN, 1: HOLDS, 2: HOLDS, 3: HOLDS, 4: BROKEN}),
        (OPEN, {0: BROKEN, 1: BROKEN, 2: HOLDS, 3: BROKEN, 4: BROKEN}),
        (OUTSIDE, {0: HOLDS, 1: BROKEN, 2: BROKEN, 3: BROKEN, 4: HOLDS}),
        (Limit(low=1), {0.999: BROKEN, 1: HOLDS, INF: HOLDS, -INF: BROKEN}),
        (Limit(high=1), {1: HOLDS, 1.001: BROKEN, INF: BROKEN, -INF: HOLDS}),
        (Limit(low=1, exclude_low=True), {1: BROKEN, 1.001: HOLDS}),
        (Limit(high=1, exclude_high=True), {0.999: HOLDS, 1: BROKEN}),
        (Limit(low=2, high=2), {1: BROKEN, 2: HOLDS, 3: BROKEN}),
        (Limit(low=2, high=2, inverse=True), {1: HOLDS, 2: BROKEN, 3: HOLDS}),
    ],
)
def test_counts_are_judged_by_their_value(limit, verdicts):
    assert {value: said(limit, value) for value in verdicts} == verdicts


@pytest.mark.parametrize(
    ("interval", "shut", "open_", "outside"),
    [
        ((-1, 0), BROKEN, BROKEN, HOLDS),
        ((0, 1), UNDECIDED, BROKEN, UNDECIDED),
        ((0, 2), UNDECIDED, UNDECIDED, UNDECIDED),
        ((1, 2), HOLDS, UNDECIDED, BROKEN),
        ((1.5, 2.5), HOLDS, HOLDS, BROKEN),
        ((2, 3), HOLDS, UNDECIDED, BROKEN),
        ((2, 4), UNDECIDED, UNDECIDED, UNDECIDED),
        ((3, 4), UNDECIDED, BROKEN, UNDECIDED),
        ((4, 5), BROKEN, BROKEN, HOLDS),
        ((0, 4), UNDECIDED, UNDECIDED, UNDECIDED),
        ((-INF, INF), UNDECIDED, UNDECIDED, UNDECIDED),
        ((NAN, 2), UNDECIDED, UNDECIDED, UNDECIDED),
        ((2, NAN), UNDECIDED, UNDECIDED, UNDECIDED),
        ((NAN, 0), UNDECIDED, UNDECIDED, UNDECIDED),
        ((4, NAN), UNDECIDED, UNDECIDED, UNDECIDED),
    ],
)
def test_estimates_are_judged_by_their_interval(interval, shut, open_, outside):
    assert tuple(said(limit, 2, interval) for limit in (SHUT, OPEN, OUTSIDE)) == (shut, open_, outside)


@pytest.mark.parametrize("limit", [SHUT, OPEN, OUTSIDE, Limit(low=0), Limit(high=0), Limit(low=-INF, high=INF)])
@pytest.mark.parametrize("value", [None, NAN])
@pytest.mark.parametrize("interval", [None, (2, 2), (NAN, NAN)])
def test_what_is_no_number_never_holds(limit, value, interval):
    assert said(limit, value, interval) is UNDECIDED


def test_without_bounds_there_is_nothing_to_judge():
    assert not Limit().judges
    assert {said(Limit(), value) for value in (None, NAN, 5)} == {HOLDS}


@pytest.mark.parametrize(("blocking", "states"), [(True, Status.FAILED), (False, Status.WARNED)])
def test_only_a_blocking_limit_fails(blocking, states):
    limit = Limit(high=1, blocking=blocking)
    assert [limit.status(Measurement("m", v)) for v in (0, 2, None)] == [Status.PASSED, states, Status.UNDECIDED]


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(), "no limit"),
        (Limit(high=0.1), "at most 0.1"),
        (Limit(high=0.1, exclude_high=True), "below 0.1"),
        (Limit(low=12), "at least 12"),
        (Limit(low=12, exclude_low=True), "above 12"),
        (SHUT, "from 1 to 3"),
        (OPEN, "from 1 to 3 (ends excluded)"),
        (OUTSIDE, "not from 1 to 3"),
        (Limit(low=0, high=0), "exactly 0"),
        (Limit(low=5, high=5, inverse=True), "not exactly 5"),
        (Limit(low=12, inverse=True), "not at least 12"),
    ],
)
def test_limits_in_words(limit, words):
    assert str(limit) == words


NUMBERS = st.floats(-10, 10) | st.integers(-3, 3).map(float)
LIMITS = st.builds(
    Limit, low=st.none() | NUMBERS, high=st.none() | NUMBERS, exclude_low=st.booleans(), exclude_high=st.booleans(), inverse=st.booleans()
).filter(lambda limit: limit.judges and (limit.low is None or limit.high is None or limit.low <= limit.high))


@given(LIMITS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_wider_interval_never_decides_what_a_narrower_one_left_open(limit, a, b, c, d):
    low, inner_low, inner_high, high = sorted([a, b, c, d])
    narrow, wide = said(limit, inner_low, (inner_low, inner_high)), said(limit, inner_low, (low, high))
    assert wide in (narrow, UNDECIDED)


@given(LIMITS, NUMBERS)
def test_an_interval_of_one_point_is_judged_like_the_point(limit, value):
    assert said(limit, value, (value, value)) is said(limit, value)
    assert said(limit, value) is not UNDECIDED


@given(LIMITS, st.lists(NUMBERS, min_size=2, max_size=8))
def test_a_decided_interval_agrees_with_every_point_in_it(limit, points):
    verdict = said(limit, points[0], (min(points), max(points)))
    if verdict is not UNDECIDED:
        assert {said(limit, point) for point in points} == {verdict}


@given(NUMBERS, NUMBERS, NUMBERS, st.booleans())
def test_a_looser_bound_never_breaks_what_a_tighter_one_lets_through(value, one, other, exclusive):
    tight, loose = sorted([one, other])
    assume(said(Limit(high=tight, exclude_high=exclusive), value) is HOLDS)
    assert said(Limit(high=loose, exclude_high=exclusive), value) is HOLDS


@given(LIMITS, NUMBERS)
def test_the_inverse_says_the_opposite(limit, value):
    assert {said(limit, value), said(replace(limit, inverse=not limit.inverse), value)} == {HOLDS, BROKEN}
