"""What is looked at of one column: its name and a sample of its values."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

#: Characters of a value that are looked at.
LONGEST = 500


@dataclass(frozen=True)
class ColumnSample:
    """A sample of one column.

    Parameters
    ----------
    column : str
        Its name.
    values : tuple of str
        Distinct values, missing ones left out, stripped and cut, in an order that has nothing to do with their places in the table.
    rows : int
        Rows of the sample that have a value.
    places : tuple of int
        Row of the table in which each of the values was seen first; empty where unknown.
    whole_numbers : bool
        Whether the table holds numbers, whose leading zeros are lost.
    """

    column: str
    values: tuple[str, ...]
    rows: int
    places: tuple[int, ...] = ()
    whole_numbers: bool = False

    @cached_property
    def words(self) -> str:
        """Words of the column's name."""
        return name_words(self.column)

    @cached_property
    def padded(self) -> tuple[str, ...]:
        """The values, numbers with up to two zeros in front where most are that much longer."""
        if not self.whole_numbers or not self.values:
            return self.values
        lengths = Counter(map(len, self.values))
        longest = max(lengths)
        if lengths[longest] < len(self.values) / 2:
            return self.values
        return tuple(v.zfill(longest) if longest - 2 <= len(v) < longest and v.isdigit() else v for v in self.values)

    def named(self, names: tuple[str, ...], not_names: tuple[str, ...] = ()) -> bool:
        """Return whether the column's name holds one of some words and none of others."""
        return any(f"_{n}_" in self.words for n in names) and not any(f"_{n}_" in self.words for n in not_names)


def name_words(column: str) -> str:
    """Return the words of a column's name, in lower case, each between underscores.

    >>> name_words("Customer.dateOfBirth"), name_words("ADDRESS1")
    ('_customer_date_of_birth_', '_address_1_')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[^\W\d_]{4})(?=\d)|[\W_]+", "_", column)
    return f"_{re.sub('_+', '_', split).strip('_').lower()}_"
