"""E001: groups of rows, described by one or two columns, that the model misjudges clearly more often than the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import ibis.expr.types as ir
import numpy as np

from audit.checks.errors.conditions import Condition, conditions
from audit.checks.errors.error_tree import grow
from audit.checks.errors.segments import Segment, confirm, detectable, discover, pairs
from audit.checks.outcomes import MAX_CLASSES
from audit.checks.rate import LEVEL, rate
from audit.core.ask import Answers, Asks, frame, row_hash, sample, scalar
from audit.core.check import Check, Findings, missing
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.values import as_text
from audit.core.wording import counted, percent, points
from audit.stats.intervals import newcombe

WRONG, HALF = "assay_wrong", "assay_half"
EVEN = tuple("02468ace")


@dataclass(frozen=True, kw_only=True)
class WeakestSegments(Check):
    """Segments found on one half of the held-out rows and confirmed on the other, and a tree of where the errors are.

    Parameters
    ----------
    rows : int
        Held-out rows to look at, at most; taken by the hash of their key.
    min_rows : int
        Rows that a segment needs in the half it is found in.
    min_gap : float
        How much higher its error rate must be than that of all other rows, in both halves.
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
        "Benjamini and Hochberg (1995), Controlling the false discovery rate",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=0,
        blocking=False,
        reason="a segment that errs more on fresh rows too is a weakness of the model, not of the sample; how much is bearable depends on the use",
        source="default of E001",
    )
    rows: int = 50_000
    min_rows: int = 30
    min_gap: float = 0.05
    candidates: int = 10
    level: float = 0.05

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of held-out rows: the columns that may describe a segment, whether the model errs, and the half."""
        prediction, target = subject.need("prediction"), subject.need("target")
        described = _describing(subject)
        held_out = subject.held_out
        rows = sample(held_out, self.rows, subject.roles.key)
        wrong = _differ(subject, rows[target], rows[prediction])
        picked = rows.select(**{f"c{i}": rows[c] for i, c in enumerate(described)}, **{WRONG: wrong, HALF: _even(subject, rows)})
        return {
            "classes": scalar(held_out[target].nunique()),
            "size": scalar(held_out.count()),
            "rows": frame(picked.filter(picked[WRONG].notnull())),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Find segments on one half, test them on the other."""
        if subject.roles.positive is None and answers.scalar("classes") > MAX_CLASSES:
            raise NotApplicable(f"'{subject.roles.target}' has more than {MAX_CLASSES} values, so it is no class; this check is for classifiers")
        sampled = answers.frame("rows")
        wrong, half = sampled.pop(WRONG).to_numpy(dtype=bool), sampled.pop(HALF).to_numpy(dtype=bool)
        if min(int(half.sum()), int((~half).sum())) < 2 * self.min_rows:
            raise NotApplicable(f"needs about {4 * self.min_rows} held-out rows with label and prediction; there are {len(wrong)}")
        sampled.columns = list(_describing(subject))
        known = conditions(sampled, half, self.min_rows)
        found = confirm(discover(known, wrong, half, self.min_rows, self.min_gap, self.candidates), wrong, ~half)
        confirmed = [s for s in found if s.p_value <= self.level and s.excess is not None and s.excess >= self.min_gap]
        overall = rate("error_rate", int(wrong.sum()), len(wrong))
        how = f"found on one half, Fisher's exact test on the other, Benjamini-Hochberg over {len(found)} candidates"
        count = Measurement("confirmed_segments", len(confirmed), "segments", {}, int((~half).sum()), method=how)
        measurements = [count, overall, *(m for s in confirmed for m in _measured(s, how))]
        message = self._message(confirmed, found, known, wrong, half, answers.scalar("size"))
        shown = [_tree(known, wrong, half, self.min_rows)]
        return Findings(measurements, message, [*_bars(found, confirmed, overall), *shown])

    def _message(
        self, confirmed: Sequence[Segment], found: Sequence[Segment], known: Sequence[Condition], wrong: np.ndarray, half: np.ndarray, size: int
    ) -> str:
        n, later = len(wrong), int((~half).sum())
        of = f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row")
        if not confirmed:
            text = f"No segment errs clearly more than the rest: of {pairs(known):,} looked at on half of {of}, "
            text += f"{len(found)} stood out, none of them confirmed on the other half." if found else "none stood out."
            if not wrong.any():
                return text
            rows = min(int(half.sum()), later)
            # less a standard error, because a tenth of all rows may be fewer in one half
            if rows / 10 - (rows / 10) ** 0.5 < self.min_rows:
                return f"{text} A tenth of the rows would be too few to be noticed: a segment needs {self.min_rows} of each half."
            need = detectable(0.1, float(wrong.mean()), rows, self.min_gap, self.candidates, self.level)
            return f"{text} A tenth of the rows would be noticed four times out of five if they erred {points(need)} points more."
        parts = []
        for segment in confirmed[:3]:
            inside, outside = segment.errors / segment.n, segment.rest_errors / segment.rest
            parts.append(f"Of {segment.n:,} rows with {segment.text}, {percent(inside)} are misjudged, against {percent(outside)} of all others.")
        more = f" {counted(len(confirmed) - 3, 'further segment')} confirmed." if len(confirmed) > 3 else ""
        return f"{' '.join(parts)}{more} Found on one half of {of}, counted on the other."


def _describing(subject: Subject) -> tuple[str, ...]:
    """Return the columns that may describe a segment: those of simple type that the model learnt from, and the sensitive ones.

    Where no model is at hand, all columns that it could have learnt from.
    """
    schema = subject.table.schema()
    learnt = next((m.features for m in subject.models if m.chosen), ())
    wanted = dict.fromkeys([*learnt, *subject.roles.sensitive]) if learnt else subject.features
    names = tuple(c for c in wanted if not (schema[c].is_nested() or schema[c].is_binary() or schema[c].is_json()))
    if not names:
        raise NotApplicable("needs columns beside label and prediction to describe segments with; the table has none")
    return names


def _differ(subject: Subject, label: ir.Column, predicted: ir.Column) -> ir.BooleanValue:
    """Return where a prediction is wrong; null where label or prediction is missing."""
    if subject.roles.positive is not None:
        wrong = subject.is_positive(label) != subject.is_positive(predicted)
    elif label.type().is_numeric() and predicted.type().is_numeric():
        wrong = label.cast("float64") != predicted.cast("float64")
    else:
        wrong = as_text(label) != as_text(predicted)
    return (~(missing(label) | missing(predicted))).ifelse(wrong, None)


def _even(subject: Subject, table: ir.Table) -> ir.BooleanValue:
    """Return which half a row is in: by the hash of its entity, so that nobody is in both; else of its key; else of the whole row."""
    roles = subject.roles
    return row_hash(table, (roles.entity,) if roles.entity else roles.key).right(1).isin(EVEN)


def _measured(segment: Segment, how: str) -> list[Measurement]:
    where = {"segment": segment.text}
    interval = newcombe(segment.errors, segment.n, segment.rest_errors, segment.rest, LEVEL)
    return [
        rate("error_rate", segment.errors, segment.n, where),
        Measurement("error_rate_difference", segment.excess, "share", where, segment.n, interval, LEVEL, "segment less all others; newcombe"),
        Measurement("adjusted_p_value", segment.p_value, "probability", where, segment.n + segment.rest, method=how),
    ]


def _bars(found: Sequence[Segment], confirmed: Sequence[Segment], overall: Measurement) -> list[Exhibit]:
    if not found:
        return []
    bars, lines = [], []
    for s in sorted(found, key=lambda s: s not in confirmed):
        state = "confirmed" if s in confirmed else "not confirmed"
        inside, outside = rate("error_rate", s.errors, s.n), rate("error_rate", s.rest_errors, s.rest)
        bars.append((s.text, inside.value, *(inside.interval or (None, None)), s.n, state))
        difference = newcombe(s.errors, s.n, s.rest_errors, s.rest, LEVEL) or (None, None)
        lines.append((s.text, s.n, inside.value, outside.value, s.excess, *difference, s.p_value, state))
    mean = None if overall.value is None else float(overall.value)
    half = "Counted on the half in which they were not looked for."
    return [
        Exhibit(
            Kind.BARS, "Error rate of the segments that stood out", ("label", "value", "low", "high", "n", "series"), bars,
            "share misjudged", "", mean, "all rows", note=f"{half} With 95 % Wilson intervals.",
        ),
        Exhibit(
            Kind.TABLE, "Segments that stood out",
            ("segment", "rows", "error rate", "error rate of the rest", "difference", "low", "high", "adjusted p", "state"), lines,
            note=f"{half} Difference with 95 % Newcombe interval; p one-sided, adjusted over these segments.",
        ),
    ]  # fmt: skip


def _tree(known: Sequence[Condition], wrong: np.ndarray, half: np.ndarray, min_rows: int) -> Exhibit:
    total = int((~half).sum())
    rows = []
    for node in grow(known, wrong, half, min_leaf=min_rows):
        wrongly = rate("error_rate", node.errors, node.n)
        rows.append((node.id, node.parent, node.label, wrongly.value, node.n, *(wrongly.interval or (None, None)), node.n / total))
    return Exhibit(
        Kind.TREE, "Where the errors are", ("id", "parent", "label", "value", "n", "low", "high", "share"), rows, "share misjudged",
        note="Grown on one half of the rows; rates, counts and 95 % Wilson intervals are of the other half.",
    )  # fmt: skip
