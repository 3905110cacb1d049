"""Numbers compared as they are written, against Python's own exact arithmetic."""

import copy
import operator
from decimal import Decimal
from fractions import Fraction

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.core.exact import among, compare, multiple
from audit.core.written import Written, exact
from tests.predicates import NAN, subject_with

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
BIG = 2**53 + 1


def answers(values: pa.Array, expression) -> list[bool | None]:
    subject, engine = subject_with({"a": values})
    return [value for (value,) in engine.fetch(subject.table.select(x=expression(subject.table["a"])))[1]]


def true_rows(values: pa.Array, expression) -> list[int]:
    return [i for i, value in enumerate(answers(values, expression)) if value]


def written(text: str) -> Written:
    return Written(float(text), text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, Fraction(1, 10)),
        (0.1 + 0.2, Fraction(30000000000000004, 10**17)),
        (BIG, Fraction(BIG)),
        (written("9007199254740993.0"), Fraction(BIG)),
        ("1e3", Fraction(1000)),
        (" 2.50 ", Fraction(5, 2)),
        (Decimal("0.30"), Fraction(3, 10)),
        *((v, None) for v in (None, True, "", "red", "1/3", NAN, float("inf"), "Infinity", [1])),
    ],
)
def test_what_a_value_stands_for(value, expected):
    assert exact(value) == expected


def test_a_written_number_is_a_number_that_keeps_its_text_in_copies():
    number = copy.deepcopy(written("0.10"))
    assert (number, number.text, number + 1, f"{number:.3f}") == (0.1, "0.10", 1.1, "0.100")


def test_large_integers_are_not_rounded():
    values = pa.array([BIG - 1, BIG, BIG + 1, None])
    assert true_rows(values, lambda c: compare(c, ">", BIG)) == [2]
    assert true_rows(values, lambda c: compare(c, ">=", BIG)) == [1, 2]
    assert true_rows(values, lambda c: compare(c, "<=", written("9007199254740993.5"))) == [0, 1]
    assert true_rows(values, lambda c: among(c, [BIG, "9007199254740994.0", 0.5])) == [1, 2]
    assert true_rows(values, lambda c: multiple(c, BIG)) == [1]


@pytest.mark.parametrize("bound", [2**70, written("1e30")])
def test_bounds_beyond_the_type_hold_for_every_row_or_for_none(bound):
    for values in (pa.array([127, -128, None], pa.int8()), pa.array([2**64 - 1, 0, None], pa.uint64()), pa.array([Decimal("1.5"), 2, None])):
        assert true_rows(values, lambda c: compare(c, "<", bound)) == [0, 1]
        assert true_rows(values, lambda c: compare(c, ">=", bound)) == []
        assert true_rows(values, lambda c: among(c, [bound])) == []
        assert true_rows(values, lambda c: multiple(c, bound)) == ([1] if values[1].as_py() == 0 else [])


def test_the_largest_unsigned_integers():
    values = pa.array([2**64 - 1, 2**64 - 2], pa.uint64())
    assert true_rows(values, lambda c: compare(c, ">", 2**64 - 2)) == [0]
    assert true_rows(values, lambda c: among(c, [2**64 - 2])) == [1]


def test_decimals_of_38_digits():
    digits = "1234567890123456789012345678.1234567891"
    values = pa.array([Decimal(digits), Decimal("0.1"), Decimal("0.1000000001"), None], pa.decimal128(38, 10))
    assert true_rows(values, lambda c: compare(c, ">", 0.1)) == [0, 2]
    assert true_rows(values, lambda c: compare(c, ">=", written(digits))) == [0]
    assert true_rows(values, lambda c: compare(c, ">", written(digits))) == []
    assert true_rows(values, lambda c: compare(c, ">", written(digits[:-1] + "05"))) == [0]
    assert true_rows(values, lambda c: among(c, [written(digits), 0.1])) == [0, 1]
    assert true_rows(values, lambda c: multiple(c, written("0.1"))) == [1]
    assert true_rows(values, lambda c: multiple(c, written("0.00000000005"))) == [0, 1, 2]


def test_a_float_is_what_its_shortest_decimal_form_says():
    values = pa.array([0.3, 0.1 + 0.2, float("inf"), NAN, None])
    assert true_rows(values, lambda c: compare(c, "<=", 0.3)) == [0]
    assert true_rows(values, lambda c: multiple(c, 0.1)) == [0]
    assert true_rows(values, lambda c: among(c, [0.3, "0.30000000000000004"])) == [0, 1]
    single = pa.array([0.1, 0.3, 0.25], pa.float32())
    assert true_rows(single, lambda c: compare(c, "<=", 0.1)) == [0]
    assert true_rows(single, lambda c: multiple(c, 0.1)) == [0, 1]
    assert true_rows(single, lambda c: among(c, [0.1, 0.25])) == [0, 2]


@pytest.mark.parametrize("step", [0, -1, float("inf"), "x"])
def test_a_step_is_above_zero(step):
    with pytest.raises(ValueError, match="a step is a number above 0"):
        answers(pa.array([1]), lambda c: multiple(c, step))


def test_a_step_for_floats_has_few_digits():
    with pytest.raises(ValueError, match="at most 15 digits"):
        answers(pa.array([1.0]), lambda c: multiple(c, BIG))


NUMBERS = st.decimals(-(10**9), 10**9, places=6, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=8), NUMBERS, st.sampled_from(sorted(SIGNS)))
def test_decimals_against_python(values, bound, sign):
    expected = [i for i, v in enumerate(values) if SIGNS[sign](v, bound)]
    assert true_rows(pa.array(values, pa.decimal128(20, 6)), lambda c: compare(c, sign, bound)) == expected
    assert true_rows(pa.array(values, pa.decimal128(20, 6)), lambda c: among(c, [bound, values[0]])) == [
        i for i, v in enumerate(values) if v in (bound, values[0])
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=8), NUMBERS, st.sampled_from(sorted(SIGNS)))
def test_integers_against_python(values, bound, sign):
    expected = [i for i, v in enumerate(values) if SIGNS[sign](v, bound)]
    assert true_rows(pa.array(values), lambda c: compare(c, sign, bound)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8), st.data(), st.sampled_from(sorted(SIGNS)))
def test_floats_against_python(values, data, sign):
    bound = data.draw(st.one_of(st.sampled_from(values), NUMBERS))
    limit = exact(bound)
    expected = [i for i, v in enumerate(values) if SIGNS[sign](Fraction(Decimal(repr(v))), limit)]
    assert true_rows(pa.array(values), lambda c: compare(c, sign, bound)) == expected


STEPS = st.sampled_from(["0.1", "0.05", "0.25", "0.3", "1", "2.5", "7", "0.001", "100"])
PRICES = st.one_of(
    st.decimals(-(10**6), 10**6, places=3, allow_nan=False).map(float),
    st.integers(-(10**7), 10**7).map(lambda k: k * 0.1),
    st.integers(-(10**7), 10**7).map(lambda k: float(Decimal(k) / 20)),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 1e300, 5e-324]),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PRICES, min_size=1, max_size=8), STEPS)
def test_multiples_against_python(values, step):
    expected = [i for i, v in enumerate(values) if (Fraction(Decimal(repr(v))) / Fraction(step)).denominator == 1]
    found = true_rows(pa.array(values), lambda c: multiple(c, written(step)))
    large = [i for i, v in enumerate(values) if abs(v) > 1e15]
    assert [i for i in found if i not in large] == [i for i in expected if i not in large]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.decimals(-(10**12), 10**12, places=4, allow_nan=False), min_size=1, max_size=8), STEPS)
def test_multiples_of_decimals_against_python(values, step):
    expected = [i for i, v in enumerate(values) if v % Decimal(step) == 0]
    assert true_rows(pa.array(values, pa.decimal128(24, 4)), lambda c: multiple(c, written(step))) == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=8), STEPS)
def test_multiples_of_integers_against_numpy(values, step):
    numerator = Fraction(step).numerator
    expected = np.flatnonzero(np.array(values) % numerator == 0).tolist()
    assert true_rows(pa.array(values), lambda c: multiple(c, written(step))) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"),
        (-12, "-12"),
        (written("-1e-45"), f"-0.{'0' * 44}1"),
        (int("123456789" * 6), "123456789" * 6),
        (written("0." + "123456789" * 6), "0." + "123456789" * 6),
    ],
)
def test_a_bound_on_numbers_of_no_known_scale_keeps_all_its_places(value, text):
    table = ibis.table({"a": dt.Decimal(None, None)}, name="t")
    for expression in (compare(table.a, "<", value), among(table.a, [value]), *([multiple(table.a, value)] if exact(value) > 0 else [])):
        assert f"CAST('{text}' AS DECIMAL)" in ibis.to_sql(table.select(x=expression), dialect="postgres")
