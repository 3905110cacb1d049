"""Whether the first line of a file holds names of columns, or rows already."""

import re
from collections.abc import Sequence

from audit.contract.profile import ColumnProfile
from audit.core.written import exact


def looks_like_a_row(columns: Sequence[ColumnProfile]) -> bool:
    """Return whether the names of columns look like one more row of the table.

    A name over a column of numbers is then a number itself, in every such column, unless all of them are years; or, in a table of texts, most
    names occur among the values below them.

    Parameters
    ----------
    columns : sequence of ColumnProfile
        What is below the names.
    """
    numbers = [c for c in columns if c.type.is_numeric() and not c.type.is_boolean()]
    if numbers and all(_number(c.name) for c in numbers):
        return not all(re.fullmatch(r"(19|20)\d\d", c.name.strip()) for c in numbers)
    texts = [c for c in columns if c.type.is_string() and c.texts]
    again = [c for c in texts if c.name in c.texts]
    return not numbers and len(again) > 1 and len(again) > len(texts) / 2


def _number(name: str) -> bool:
    # the second of two columns of one name is called name_1
    return exact(name.strip()) is not None or exact(re.sub(r"_\d+$", "", name.strip())) is not None
