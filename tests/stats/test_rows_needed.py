import pytest

from audit.stats.rows_needed import rows_needed


def test_rows_up_to_a_known_multiple():
    assert rows_needed(lambda factor: factor >= 3, 100) == pytest.approx(200, abs=1)
    assert rows_needed(lambda factor: factor >= 1000, 7) == pytest.approx(999 * 7, rel=0.002)


def test_decided_already_or_never():
    assert rows_needed(lambda factor: True, 100) == 0
    assert rows_needed(lambda factor: False, 100) is None
