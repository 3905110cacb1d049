"""Whether a column holds personal data, by its name and by a sample of its values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from audit.checks.privacy.detectors import DETECTORS
from audit.checks.privacy.detectors.detector import Detector
from audit.checks.privacy.masking import mask
from audit.stats.intervals import Interval, wilson

LEVEL = 0.95
#: Level at which the values of a column must beat chance; high, because many columns are looked at by many detectors.
SURE_LEVEL = 0.999
#: Share of distinct values that must be of a kind, where the name of the column does not suggest it and where it does.
LEAST_RATE, LEAST_RATE_NAMED = 0.1, 0.5
#: A telling name over fewer distinct values than this is no suspicion: "yes" and "no" under ``email`` are no addresses.
LEAST_DISTINCT = 10
#: Share of rows with a value of their own from which capitalised words may be names of people.
LEAST_DISTINCTNESS = 0.5


#: Characters of a value that are looked at.
LONGEST = 500


class Evidence(StrEnum):
    """What a verdict rests on."""

    VALUES = "values"
    NAME_AND_VALUES = "name and values"
    NAME = "name only"
    FEW_VALUES = "a few values"
    FORM = "form of the values"

    @property
    def finding(self) -> bool:
        """Whether this is enough for a finding; otherwise it is a suspicion."""
        return self in (Evidence.VALUES, Evidence.NAME_AND_VALUES)


@dataclass(frozen=True)
class Verdict:
    """What a column holds.

    Parameters
    ----------
    column, kind : str
        Which column holds which kind of personal data.
    evidence : Evidence
        How that is known.
    hits, n : int
        How many of the distinct values in the sample are of the kind.
    example : str
        One of them, masked; empty where there is none.
    """

    column: str
    kind: str
    evidence: Evidence
    hits: int
    n: int
    example: str = ""

    @property
    def rate(self) -> float | None:
        """Share of the distinct values that are of the kind."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> Interval | None:
        """Wilson interval of the rate."""
        return wilson(self.hits, self.n, LEVEL)


def examine(column: str, values: Sequence[str], rows: int) -> Verdict | None:
    """Return the verdict on a column, or ``None`` where nothing points to personal data.

    Parameters
    ----------
    column : str
        Its name.
    values : sequence of str
        Distinct values of a sample, missing ones left out.
    rows : int
        Rows of the sample that have a value.
    """
    stripped = [v[:LONGEST].strip() for v in values]
    verdicts = [v for d in DETECTORS if (v := _by(d, column, stripped, rows)) is not None]
    order = list(Evidence)
    return min(verdicts, key=lambda v: (not v.evidence.finding, -v.hits, order.index(v.evidence)), default=None)


def may_be_named(column: str) -> bool:
    """Return whether the name of a column suggests any kind of personal data."""
    return any(d.suggested_by(column) for d in DETECTORS)


def _by(detector: Detector, column: str, values: Sequence[str], rows: int) -> Verdict | None:
    named = detector.suggested_by(column)
    form = (detector.named_form if named else None) or detector.form
    if form is None:
        return None
    candidates = [v for v in values if form.fullmatch(v)]
    hits = [v for v in candidates if detector.valid(v)]
    evidence = _evidence(detector, named, len(hits), len(candidates), len(values), rows)
    if evidence is None:
        return None
    return Verdict(column, detector.kind, evidence, len(hits), len(values), mask(hits[0]) if hits else "")


def _evidence(detector: Detector, named: bool, hits: int, candidates: int, n: int, rows: int) -> Evidence | None:
    if detector.sure:
        # without a form of its own any word would do, and one word in all rows is nobody's name
        constant = detector.form is None and n == 1 and rows > 1
        if named and n and hits / n >= LEAST_RATE_NAMED and not constant:
            return Evidence.NAME_AND_VALUES
        bounds = wilson(hits, candidates, SURE_LEVEL) if hits else None
        if detector.form is not None and bounds is not None and bounds[0] > detector.chance:
            return Evidence.VALUES if hits / n >= LEAST_RATE else Evidence.FEW_VALUES
    elif n >= LEAST_DISTINCT and hits / n >= LEAST_RATE_NAMED and n / rows >= LEAST_DISTINCTNESS:
        return Evidence.FORM
    return Evidence.NAME if named and detector.sure and n >= LEAST_DISTINCT else None
