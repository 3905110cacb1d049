"""M004: whether scores are the chances they are read as."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.rate import LEVEL, rate
from audit.checks.scores.asks import need_scores, quality_asks, score_asks
from audit.checks.scores.calibrated import error_measured, gap_measured
from audit.checks.scores.counts import Scores, read_scores
from audit.checks.scores.quality import read_quality
from audit.checks.scores.rows_needed import what_decides
from audit.checks.wording import span
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit, Verdict
from audit.core.measurement import Measurement
from audit.core.subject import Subject
from audit.core.wording import counted, percent, points
from audit.stats.bounded_mean import bounded_mean
from audit.stats.calibration import BINS, CalibrationError, calibration_error
from audit.stats.calibration_tests import Tested, hosmer_lemeshow, spiegelhalter
from audit.stats.recalibration import recalibration

COLUMNS = 20


@dataclass(frozen=True, kw_only=True)
class Calibration(Check):
    """Expected calibration error, calibration in the large, slope and intercept, and tests of "the scores are the chances".

    Parameters
    ----------
    bins : int
        The most bins of equally many rows that scores are sorted into; each has at least 20 rows.
    """

    code: ClassVar[str] = "M004"
    title: ClassVar[str] = "Calibration"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "expected_calibration_error"
    advice: ClassVar[str] = (
        "The scores are not the chances they are read as. If only their order is used, that does no harm. Otherwise recalibrate them on rows that "
        "neither training nor this audit used (Platt's or isotonic scaling), and look at whether the share of positives has changed since training."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Naeini, Cooper and Hauskrecht (2015), AAAI, 2901-2907: expected calibration error",
        "Van Calster et al. (2019), BMC Medicine 17, 230: calibration in the large, slope and intercept",
        "Spiegelhalter (1986), Statistics in Medicine 5, 421-433",
        "Hosmer and Lemeshow (1980), Communications in Statistics A 9, 1043-1069",
    )

    bins: int = BINS
    limit: Limit = Limit(
        high=0.05,
        blocking=False,
        reason="a convention to be agreed for the use at hand: five points between scores and what happens matter where scores are read as chances",
        source="default of M004",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask for score counts by label."""
        score = need_scores(subject)
        return score_asks(subject, score) | quality_asks(subject, score)

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Hold mean scores against the rates that came true."""
        quality, scores = read_quality(answers), read_scores(answers)
        if quality.no_probabilities:
            raise NotApplicable(f"{quality.no_probabilities} and have no calibration; name a column of probabilities under 'roles: score'")
        error = calibration_error(scores.means, scores.negatives, scores.positives, self.bins, LEVEL)
        if error is None:
            raise NotApplicable("no held-out row has both a label and a score; check the two columns under 'roles'")
        judged, *others = error_measured(error, scores.n)
        gap = gap_measured(scores)
        tests = _tests(scores, error)
        averages = [
            Measurement("mean_score", scores.mean, "share", n=scores.n, interval=_mean_interval(scores), level=LEVEL, method="gaffke"),
            rate("label_rate", int(scores.positives.sum()), scores.n),
        ]
        message = self._message(subject, scores, error, judged, gap, tests[0])
        everything = [judged, *others, gap, *averages, *_lines(scores), *tests, *quality.measured()]
        return Findings(everything, message + quality.sentence(), [_reliability(error), _histogram(scores)])

    def _message(self, subject: Subject, scores: Scores, error: CalibrationError, judged: Measurement, gap: Measurement, test: Measurement) -> str:
        positives = int(scores.positives.sum())
        where = f"in {len(error.n)} bins of equally many rows" if len(error.n) > 1 else "with all rows in one bin, as these few rows allow no more,"
        text = (
            f"The scores of {scores.n:,} rows average {percent(scores.mean)}, and {percent(positives / scores.n)} of the rows have the outcome "
            f"'{subject.roles.positive}' (difference: {span(gap)}). {where[0].upper()}{where[1:]} scores and rates lie {points(error.value)} points "
            f"apart on average ({span(judged)}; noise alone adds to the average, without it about {points(error.debiased)})."
        )
        if test.value is not None:
            chance = "Chance alone could explain it" if test.value > 1 - LEVEL else "Chance alone hardly explains it"
            text += f" {chance} (p = {test.value:.2g} if each score were the chance of its row)."
        if scores.constant:
            text += f" Every row has the same score, {scores.mean:g}, so this says only whether it is right on average."
        if scores.one_outcome:
            text += " All these rows have the same outcome, so slope and intercept cannot be estimated."
        limit = self.limit
        if limit.measurement in ("", self.judged) and limit.high is not None and limit.verdict(judged) is Verdict.UNDECIDED:
            text += " " + what_decides(error.debiased, error.interval, limit.high, scores.n, f"whether it is above {points(limit.high)} points")
        return text


def _mean_interval(scores: Scores) -> tuple[float, float] | None:
    ends = bounded_mean(scores.means, scores.negatives + scores.positives, 0.0, 1.0, LEVEL)
    return None if ends is None else (min(ends[0], scores.mean), max(ends[1], scores.mean))


def _tests(scores: Scores, error: CalibrationError) -> list[Measurement]:
    by_bins = hosmer_lemeshow(error.scores, error.n, error.positives)
    by_score = spiegelhalter(scores.means, scores.negatives, scores.positives)
    found: list[Measurement] = []
    null = "each score is the chance of its row: outcomes drawn, (k + 1) / (draws + 1)"
    for name, test in (("hosmer_lemeshow", by_bins), ("spiegelhalter", by_score)):
        where = {"test": name.replace("_", "-")}
        if test is None:
            found.append(Measurement("p_value", None, "probability", where, scores.n, method="not estimable: the scores leave nothing to chance"))
        else:
            found += [Measurement("p_value", test.p_value, "probability", where, scores.n, method=null), _statistic(name, test, scores.n)]
    return found


def _statistic(name: str, test: Tested, n: int) -> Measurement:
    if name == "spiegelhalter":
        return Measurement("spiegelhalter_z", test.value, n=n, method="standard normal if each score is the chance of its row")
    degrees = f"chi-square with {counted(test.degrees, 'degree')} of freedom if each score is the chance of its row"
    if np.isinf(test.value):
        return Measurement(name, None, n=n, method="not estimable: infinite, since a bin scored exactly 0 or 1 had other outcomes")
    return Measurement(name, test.value, n=n, method=degrees)


def _lines(scores: Scores) -> list[Measurement]:
    """Return slope and intercept of the logistic recalibration, rows scored exactly 0 or 1 left out, whose log odds are infinite."""
    inside = (scores.means > 0) & (scores.means < 1)
    kept = int((scores.negatives + scores.positives)[inside].sum())
    fit = recalibration(scores.means[inside], scores.negatives[inside], scores.positives[inside], LEVEL)
    names = ("calibration_slope", "calibration_intercept")
    out = f"; {counted(scores.n - kept, 'row')} scored exactly 0 or 1 left out" if kept < scores.n else ""
    if fit is None:
        why = "not estimable: one outcome, one score, or scores that separate the outcomes wholly" + out
        return [Measurement(name, None, n=kept, method=why) for name in names]
    return [
        Measurement(names[0], fit.slope, n=kept, interval=fit.slope_interval, level=LEVEL, method="logistic recalibration, profile likelihood" + out),
        Measurement(
            names[1], fit.intercept, n=kept, interval=fit.intercept_interval, level=LEVEL, method="log odds, slope held at 1, likelihood ratio" + out
        ),
    ]


def _reliability(error: CalibrationError) -> Exhibit:
    rows = []
    for score, n, positives in zip(error.scores, error.n, error.positives, strict=True):
        seen = rate("label_rate", int(positives), int(n))
        rows.append((float(score), seen.value, *(seen.interval or (None, None)), "observed"))
    rows += [(end, end, end, end, "perfect calibration") for end in (0.0, 1.0)]
    return Exhibit(
        Kind.LINES, "Reliability: mean score and rate in bins of equally many rows", ("x", "y", "low", "high", "series"), rows, "mean score",
        "share of positive rows", note="The band is pointwise: 95 % intervals of the rate in each bin. Below the diagonal scores are too high.",
    )  # fmt: skip


def _histogram(scores: Scores) -> Exhibit:
    edges = np.linspace(0, 1, COLUMNS + 1)
    place = np.clip(np.floor(scores.means * COLUMNS).astype(int), 0, COLUMNS - 1)
    rows = []
    for name, side in (("negative", scores.negatives), ("positive", scores.positives)):
        heights = np.bincount(place, side, minlength=COLUMNS)
        rows += [(float(a), float(b), int(h), name) for a, b, h in zip(edges, edges[1:], heights, strict=False)]
    return Exhibit(Kind.HISTOGRAM, "Scores by outcome", ("low", "high", "count", "series"), rows, "score", "rows")
