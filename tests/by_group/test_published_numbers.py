"""Numbers that others printed, to the printed digits: those of the benchmark, which says where each is from."""

import pytest

from benchmarks import published_numbers


def test_berkeley():
    assert [(n.rounded, n.agrees) for n in published_numbers.berkeley()] == [("44.5", True), ("30.4", True)]


def test_the_paradox_of_berkeley_is_named():
    assert "Simpson's paradox in 'department'" in published_numbers.paradox()


@pytest.mark.real_data
@pytest.mark.parametrize("source", ["compas", "german", "law_school", "adult"])
def test_printed_digits(real_data, source):
    numbers = list(published_numbers.SOURCES[source](real_data))
    assert len(numbers) > 1
    assert [(n.what, n.rounded) for n in numbers] == [(n.what, n.printed) for n in numbers]
