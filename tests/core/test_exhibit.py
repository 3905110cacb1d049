"""Exhibits refuse what their kind cannot show."""

import pytest

from audit.core.exhibit import MAX_ROWS, REQUIRED_COLUMNS, Exhibit, Kind


@pytest.mark.parametrize("kind", Kind)
def test_the_required_columns_are_enough_and_needed(kind):
    columns = REQUIRED_COLUMNS[kind]
    assert Exhibit(kind, "t", (*columns, "more"), []).columns == (*columns, "more")
    assert Exhibit(kind, "t", columns[::-1], []).columns == columns[::-1]
    for gone in columns:
        with pytest.raises(ValueError, match=rf"of kind {kind} lacks the columns \['{gone}'\]"):
            Exhibit(kind, "t", [c for c in columns if c != gone], [])


def test_every_kind_says_what_it_needs():
    assert set(REQUIRED_COLUMNS) == set(Kind)


def test_a_kind_may_be_named():
    assert Exhibit("bars", "t", ["label", "value"], []).kind is Kind.BARS
    with pytest.raises(ValueError, match="pie"):
        Exhibit("pie", "t", [], [])


def test_rows_have_the_length_of_the_columns():
    with pytest.raises(ValueError, match="rows that do not match its 2 columns"):
        Exhibit(Kind.BARS, "t", ("label", "value"), [("a", 1), ("b",)])


def test_only_small_tables_are_shown():
    assert len(Exhibit(Kind.TABLE, "t", ("a",), [(1,)] * MAX_ROWS).rows) == 1000
    with pytest.raises(ValueError, match="1001 rows; at most 1000 are shown"):
        Exhibit(Kind.TABLE, "t", ("a",), [(1,)] * 1001)


def test_lists_become_tuples_and_columns_can_be_taken():
    exhibit = Exhibit(Kind.BARS, "t", ["label", "value"], [["a", 1], ["b", None]])
    assert exhibit.rows == (("a", 1), ("b", None))
    assert exhibit.column("value") == [1, None]
    with pytest.raises(ValueError, match="low"):
        exhibit.column("low")
