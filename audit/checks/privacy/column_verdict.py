"""Which columns of a table hold personal data, by their names and by samples of their values."""

from collections.abc import Sequence
from dataclasses import replace

from audit.checks.privacy.column_sample import ColumnSample
from audit.checks.privacy.detectors import DETECTORS
from audit.checks.privacy.detectors.birth import KIND as BIRTH
from audit.checks.privacy.verdict import Evidence, Verdict

#: Digits of the shortest number that tells something by itself: a day, such as 19800131.
FEWEST_DIGITS = 8


def examine(samples: Sequence[ColumnSample]) -> list[Verdict]:
    """Return the verdicts on those columns of a table that something points to.

    Dates that spread like births are a finding where other columns are those of persons, and a suspicion elsewhere: catalogues and chronicles
    have such dates, too.

    Parameters
    ----------
    samples : sequence of ColumnSample
        One for each column that could hold personal data.
    """
    verdicts = [v for s in samples if (v := examine_column(s)) is not None]
    persons = any(v.evidence.finding and v.of_a_person for v in verdicts)
    born = [v for v in verdicts if persons and v.kind == BIRTH and v.evidence is Evidence.FORM]
    return [replace(v, evidence=Evidence.VALUES) if v in born else v for v in verdicts]


def examine_column(sample: ColumnSample) -> Verdict | None:
    """Return the verdict on one column by itself, or ``None`` where nothing points to personal data."""
    # small numbers are nothing without a telling name, and there are tables with thousands of columns of them
    if sample.whole_numbers and max(map(len, sample.values), default=0) < FEWEST_DIGITS and not may_be_named(sample.column):
        return None
    order = list(Evidence)
    verdicts = [v for d in DETECTORS if (v := d.examine(sample)) is not None]
    return min(verdicts, key=lambda v: (order.index(v.evidence), -v.hits), default=None)


def may_be_named(column: str) -> bool:
    """Return whether the name of a column suggests any kind of personal data."""
    bare = ColumnSample(column, (), 0)
    return any(d.suggested_by(bare) for d in DETECTORS)
