"""How a kind of personal data is told from its values and from the name of its column."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.column_sample import name_words as name_words
from audit.checks.privacy.verdict import Evidence, Verdict, beyond_chance

#: Share of the values that must be of a kind, by the values alone and where the name of the column suggests it.
LEAST_RATE, LEAST_RATE_NAMED = 0.1, 0.5
#: Where random values do not pass, this many valid ones are enough, however many others there are.
RARE_CHANCE, RARE_HITS = 0.02, 3
#: Where none of so many values has the right form, no more are looked at.
PROBED = 200
#: Values whose check digits are looked at first, and the share that must be valid for the others to be looked at.
TRIED, HOPELESS = 60, 0.25
#: A telling name over fewer distinct values than this is no suspicion: "yes" and "no" under ``email`` are no addresses.
LEAST_DISTINCT = 10
#: Letters of a word in a column's name that is a suspicion by itself.
LEAST_LETTERS = 5


class Detector(Protocol):
    """One kind of personal data."""

    @property
    def kind(self) -> str:
        """What it is called in reports."""

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the sample of a column tells, or ``None`` where nothing points to this kind."""


def always(value: str) -> bool:
    """Accept every value of the right form: for kinds that have no check digit."""
    return True


@dataclass(frozen=True)
class FormDetector:
    """A kind whose single values can be told by their form, and often by check digits.

    Parameters
    ----------
    kind : str
        What it is called in reports.
    form : re.Pattern or None
        What a value looks like; ``None`` where values without a telling column name say nothing.
    valid : callable
        Whether a value of that form really is one, as by its check digit.
    chance : float
        Share of random values of the form that pass ``valid`` all the same, rounded up (a test draws them).
    names : tuple of str
        Words in a column's name that suggest this kind, such as ``date_of_birth``.
    not_names : tuple of str
        Words that speak against it.
    named_form : re.Pattern or None
        A looser form that will do where the name suggests the kind.
    least_rate : float
        Share of all values that must be of the kind.
    rare : bool
        Whether a few values tell something where most are others.
    rare_form : bool
        Whether all values are looked at even where the first ones have another form.
    sure : bool
        Whether values of this form are enough for a finding; otherwise they only raise a suspicion.
    of_a_person : bool
        Whether only a table about persons has such a column.
    """

    kind: str
    form: re.Pattern[str] | None
    valid: Callable[[str], bool] = always
    chance: float = 0.0
    names: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    named_form: re.Pattern[str] | None = None
    least_rate: float = LEAST_RATE
    rare: bool = True
    rare_form: bool = False
    sure: bool = True
    of_a_person: bool = True

    def suggested_by(self, sample: ColumnSample) -> bool:
        """Return whether the name of a column suggests this kind."""
        return sample.named(self.names, self.not_names)

    def examine(self, sample: ColumnSample) -> Verdict | None:
        """Return what the values of a column tell: with the right form and check digits, beyond what chance gives."""
        named = self.suggested_by(sample)
        form = (self.named_form if named else None) or self.form
        if form is None:
            return None
        values = sample.padded
        if not self.rare_form and not any(map(form.fullmatch, values[:PROBED])):
            values = ()
        candidates = [v for v in values if form.fullmatch(v)]
        first = [v for v in candidates[:TRIED] if self.valid(v)]
        # the values come in random order: where few of the first are valid, few of the others are
        hopeless = len(first) < HOPELESS * min(len(candidates), TRIED)
        hits = first if hopeless else first + [v for v in candidates[TRIED:] if self.valid(v)]
        evidence = self._evidence(named, len(hits), len(candidates), sample)
        if evidence is None:
            return None
        # a name alone does not tell the country
        kind = self.kind.partition(" (")[0] if evidence is Evidence.NAME else self.kind
        return Verdict(sample.column, kind, evidence, named, len(hits), len(sample.values), hits[0] if hits else "", self.of_a_person)

    def _evidence(self, named: bool, hits: int, candidates: int, sample: ColumnSample) -> Evidence | None:
        n = len(sample.values)
        if n and hits / n >= LEAST_RATE_NAMED and named and not self._constant(sample):
            return Evidence.NAME_AND_VALUES if self.sure else Evidence.FORM
        if self.form is not None and beyond_chance(hits, candidates, self.chance):
            if not self.sure:
                return Evidence.FORM if hits / n >= self.least_rate else None
            if hits / n >= self.least_rate or (self.rare and self.chance <= RARE_CHANCE and hits >= RARE_HITS):
                return Evidence.VALUES
            return Evidence.FEW_VALUES if self.rare else None
        # short words are those of many other things
        telling = named and sample.named(tuple(name for name in self.names if len(name) >= LEAST_LETTERS))
        return Evidence.NAME if telling and n >= LEAST_DISTINCT else None

    def _constant(self, sample: ColumnSample) -> bool:
        """Return whether one word fills all rows, which without a form of its own is nobody's."""
        return self.form is None and len(sample.values) == 1 and sample.rows > 1
