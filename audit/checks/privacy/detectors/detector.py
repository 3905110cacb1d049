"""How a kind of personal data is told from its values and from the name of its column."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


def always(value: str) -> bool:
    """Accept every value of the right form: for kinds that have no check digit."""
    return True


@dataclass(frozen=True)
class Detector:
    """One kind of personal data.

    Parameters
    ----------
    kind : str
        What it is called in reports.
    form : re.Pattern or None
        What a value looks like; ``None`` where values without a telling column name say nothing.
    valid : callable
        Whether a value of that form really is one, as by its check digit.
    chance : float
        Share of random values of the form that pass ``valid`` all the same, rounded up (a test draws them). A column is reported by its
        values alone only where significantly more of them pass.
    names : sequence of str
        Words in a column's name that suggest this kind, such as ``date_of_birth``.
    not_names : sequence of str
        Words that speak against it.
    named_form : re.Pattern or None
        A looser form that will do where the name suggests the kind.
    sure : bool
        Whether values of this form are enough for a finding; otherwise they only raise a suspicion.
    """

    kind: str
    form: re.Pattern[str] | None
    valid: Callable[[str], bool] = always
    chance: float = 0.0
    names: Sequence[str] = ()
    not_names: Sequence[str] = ()
    named_form: re.Pattern[str] | None = None
    sure: bool = True

    def suggested_by(self, column: str) -> bool:
        """Return whether the name of a column suggests this kind."""
        words = name_words(column)
        return any(f"_{n}_" in words for n in self.names) and not any(f"_{n}_" in words for n in self.not_names)


def name_words(column: str) -> str:
    """Return the words of a column's name, in lower case, each between underscores.

    >>> name_words("Customer.dateOfBirth")
    '_customer_date_of_birth_'
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+", "_", column)
    return f"_{split.strip('_').lower()}_"
