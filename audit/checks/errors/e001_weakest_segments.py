"""E001: groups of rows, described by up to three columns, that the model misjudges clearly more often than the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.errors.held_out import Halves, HeldOut
from audit.checks.errors.losses import NAMES, amount, excess, measured, told
from audit.checks.errors.row_keys import HEAD, OF_EACH, misjudged, note
from audit.checks.errors.search import Looked, Wanted, candidates
from audit.checks.errors.segments import Segment, choose, confirm, detectable, standing_out
from audit.checks.rate import bar
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import counted
from audit.stats.moments import Moments

#: Share of the rows for which it is said how weak they would have to be to be noticed.
NOTICED = 0.1
#: Errors of confirmed segments that are listed, at most.
MOST_LISTED = 500


@dataclass(frozen=True, kw_only=True)
class WeakestSegments(Check):
    """Segments found on one half of the held-out rows and confirmed on the other.

    Parameters
    ----------
    rows : int
        Rows to search, at most; taken by the hash of their key from one half. All rows of the other half are counted.
    depth : int
        Conditions of a segment, at most; from 1 to 3.
    min_rows : int
        Rows that a segment needs in the half it is found in.
    min_gap : float
        How much higher its error rate must be than that of all other rows, in both halves.
    min_ratio : float
        The same where numbers are predicted: by what share of the mean absolute error.
    candidates : int
        How many segments are put to the test on the other half.
    level : float
        Share of false findings among the findings that is accepted; with nothing to find, the chance of any.
    """

    code: ClassVar[str] = "E001"
    title: ClassVar[str] = "Weakest segments"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "confirmed_segments"
    advice: ClassVar[str] = (
        "Look at what these rows have in common: wrong or missing values, too few training rows, or a relation the model cannot see. "
        "Until that is mended, let a person decide there."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Chung et al. (2019), Slice Finder: automated data slicing for model validation",
        "Sagadeeva and Boehm (2021), SliceLine: fast, linear-algebra-based slice finding for ML model debugging",
        "Genovese, Roeder and Wasserman (2006), False discovery control with p-value weighting",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a segment that errs more on fresh rows too is a weakness of the model, not of the sample; how much is bearable depends on the use",
        source="default of E001",
    )
    rows: int = 50_000
    depth: int = 3
    min_rows: int = 30
    min_gap: float = 0.05
    min_ratio: float = 0.25
    candidates: int = 20
    level: float = 0.05

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of one half of the held-out rows; the other half is counted when it is known what to count."""
        return HeldOut.of(subject).asks(self.rows)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Find segments on one half, test them on the other."""
        halves = HeldOut.of(subject).read(answers, self.min_rows)
        gap = self.min_ratio * float(np.mean(halves.searched)) if halves.quantity else self.min_gap
        found, looked = candidates(halves.coded(self.min_rows), halves.searched, Wanted(self.min_rows, gap, self.depth))
        chosen = choose(found, halves, self.min_rows, self.candidates)
        whole, segments = confirm(chosen, halves, answers)
        confirmed = [s for s in segments if s.p_value <= self.level and s.excess is not None and s.excess >= gap]
        test = "Welch's test" if halves.quantity else "Fisher's exact test"
        how = f"found on one half, {test} on the other, Benjamini-Hochberg over {counted(len(segments), 'candidate')}, weighted by rank"
        every = measured(whole, quantity=halves.quantity)
        count = Measurement("confirmed_segments", len(confirmed), "segments", {}, whole.n, method=how)
        searched = Measurement("segments_searched", looked.total, "segments", {}, len(halves.values), method=f"all conjunctions, {halves.of}")
        measurements = [count, searched, every, *(m for s in confirmed for m in _measured(s, halves.quantity, how))]
        if confirmed:
            message = _confirmed(confirmed, halves)
        else:
            need = standing_out(chosen, looked.conjunctions[1], self.candidates)
            message = self._none(segments, looked, halves, whole, gap, need)
        exhibits = [*_bars(segments, confirmed, every, halves.quantity), *_keys(confirmed, halves)]
        return Findings(measurements, message, exhibits)

    def _none(self, tested: Sequence[Segment], looked: Looked, halves: Halves, whole: Moments, gap: float, need: float) -> str:
        """Say that nothing was confirmed, and what would have been noticed."""
        if not halves.wrong:
            return f"The model errs on none of {counted(halves.first + halves.second, 'held-out row')}, so there are no errors to describe."
        if not looked.total:
            return f"No column of {halves.of} has a condition that {self.min_rows} rows meet and {self.min_rows} do not, so there are no segments."
        text = f"No segment errs clearly more than the rest: of {looked.total:,} looked at in {halves.of}, "
        text += f"{len(tested)} stood out, none of them confirmed on the other half." if tested else "none stood out."
        if looked.passed_over:
            text += f" {looked.passed_over:,} sets of columns were too many to look at."
        rows = (len(halves.values), whole.n)
        # less a standard error, because a tenth of all rows may be fewer in one half
        if NOTICED * min(rows) - (NOTICED * min(rows)) ** 0.5 < self.min_rows:
            return f"{text} A tenth of the rows would be too few to be noticed: a segment needs {self.min_rows} of each half."
        spread = float(np.std(halves.searched))
        # the last of the candidates has the least weight in the adjustment
        tests = self.candidates * sum(1 / rank for rank in range(1, self.candidates + 1))
        least = detectable(NOTICED, spread, rows, gap, need, tests, self.level)
        return f"{text} A tenth of the rows would be noticed four times out of five if they erred {amount(least, quantity=halves.quantity)}."


def _confirmed(confirmed: Sequence[Segment], halves: Halves) -> str:
    parts = [f"Of {s.inside.n:,} rows with {s.text}, {told(s.inside, s.outside, quantity=halves.quantity)}." for s in confirmed[:3]]
    if halves.quantity:
        parts = [f"For {s.inside.n:,} rows with {s.text}, {told(s.inside, s.outside, quantity=True)}." for s in confirmed[:3]]
    more = f" {counted(len(confirmed) - 3, 'further segment')} confirmed." if len(confirmed) > 3 else ""
    return f"{' '.join(parts)}{more} Found on {halves.of}, counted on the other."


def _measured(segment: Segment, quantity: bool, how: str) -> list[Measurement]:
    where = {"segment": segment.text}
    return [
        measured(segment.inside, quantity=quantity, where=where),
        excess(segment.inside, segment.outside, quantity=quantity, where=where),
        Measurement("adjusted_p_value", segment.p_value, "probability", where, segment.inside.n + segment.outside.n, method=how),
    ]


def _bars(segments: Sequence[Segment], confirmed: Sequence[Segment], every: Measurement, quantity: bool) -> list[Exhibit]:
    if not segments:
        return []
    bars: list[tuple[Scalar, ...]] = []
    lines: list[tuple[Scalar, ...]] = []
    for s in sorted(segments, key=lambda s: s not in confirmed):
        state = "confirmed" if s in confirmed else "not confirmed"
        inside, outside = measured(s.inside, quantity=quantity), measured(s.outside, quantity=quantity)
        difference = excess(s.inside, s.outside, quantity=quantity, where={})
        bars.append(bar(s.text, inside, state))
        ends = difference.interval or (None, None)
        lines.append((s.text, s.inside.n, inside.value, outside.value, difference.value, *ends, s.p_value, state))
    name = "mean absolute error" if quantity else "error rate"
    half = "Counted on the half in which they were not looked for."
    return [
        Exhibit(
            Kind.BARS, f"{name.capitalize()} of the segments that stood out", ("label", "value", "low", "high", "n", "series"), bars,
            NAMES[quantity][1], "", None if every.value is None else float(every.value), "all rows", note=f"{half} With 95 % intervals.",
        ),
        Exhibit(
            Kind.TABLE, "Segments that stood out",
            ("segment", "rows", name, f"{name} of the rest", "difference", "low", "high", "adjusted p", "state"), lines,
            note=f"{half} Difference with its 95 % interval; p one-sided, adjusted over these segments.",
        ),
    ]  # fmt: skip


def _keys(confirmed: Sequence[Segment], halves: Halves) -> list[Exhibit]:
    """Return which rows of the confirmed segments are misjudged, by the names of :mod:`audit.checks.errors.row_keys`."""
    lines: list[tuple[Scalar, ...]] = []
    for segment in confirmed:
        lines += [(segment.text, name) for name in misjudged(halves, halves.met(segment.steps))]
    if not lines:
        return []
    title = f"{'Rows with the largest errors' if halves.quantity else 'Misjudged rows'} in the confirmed segments"
    told_of = f"Up to {OF_EACH} of each segment, of the half that was searched. {note()}"
    return [Exhibit(Kind.TABLE, title, ("segment", HEAD), lines[:MOST_LISTED], note=told_of)]
