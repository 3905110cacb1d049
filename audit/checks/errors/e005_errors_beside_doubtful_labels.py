"""E005: how many errors lie beside near twins with another label, and how many may be wrong labels."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from audit.checks.errors.held_out import HeldOut, differ
from audit.checks.errors.label_doubts import Doubts, doubts
from audit.checks.errors.twins import Twins, twins
from audit.checks.plain import null_if_missing
from audit.checks.rate import rate
from audit.core.ask import Answers, Asks, frame, rows, sample, scalar
from audit.core.check import Check, Findings, missing
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import TEST, TRAIN, Subject
from audit.core.wording import counted, percent
from audit.stats.one_sided import more_successes

#: Rows whose labels and scores are looked at.
SIZE = 50_000


@dataclass(frozen=True, kw_only=True)
class ErrorsBesideDoubtfulLabels(Check):
    """Errors among held-out rows with a near twin of another label in training, and among those whose label the scores contradict.

    Parameters
    ----------
    rows : int
        Held-out rows whose scores are looked at, at most; taken by the hash of their key.
    seed : int
        Of the bootstrap.
    """

    code: ClassVar[str] = "E005"
    title: ClassVar[str] = "Errors beside doubtful labels"
    family: ClassVar[str] = "errors"
    judged: ClassVar[str] = "error_rate"
    advice: ClassVar[str] = (
        "Have a person look at these labels who does not see the given one, before the model is blamed or tuned; L007 and L008 list them."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Northcutt, Jiang & Chuang 2021, Confident learning: estimating uncertainty in dataset labels, JAIR 70, 1373-1411",
        "Fellegi & Sunter 1969, A theory for record linkage, Journal of the American Statistical Association 64(328)",
    )
    slow: ClassVar[bool] = True

    rows: int = SIZE
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for the splits, and for a sample of labels and scores."""
        subject.need_classes()
        table = HeldOut.judged(subject).table
        asks = {
            "total": scalar(subject.table.count()),
            "judged": rows(table.aggregate(n=table.count(), wrong=table.wrong.cast("int64").sum())),
        }
        split, score = subject.roles.split, subject.roles.score
        if not split and not _scored(subject):
            raise NotApplicable(
                "needs training rows to look for near twins among (name the column under 'roles: split'), or scores of a binary target "
                "('roles: score') to doubt labels by"
            )
        if split:
            named = subject.table.select(split=subject.table[split].cast("string"))
            asks["splits"] = rows(named.group_by("split").aggregate(n=named.count()))
        if _scored(subject) and score:
            held_out = subject.held_out
            target, predicted = subject.need("target"), subject.need("prediction")
            picked = sample(held_out, self.rows, subject.roles.key)
            value = null_if_missing(picked[score]).cast("float64")
            wrong = differ(subject, picked[target], picked[predicted])
            picked = picked.select(positive=subject.is_positive(picked[target]), score=value, wrong=wrong, gap=missing(picked[score]))
            asks["scores"] = frame(picked.filter(picked.wrong.notnull() & ~picked.gap), when_needed=True)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Count errors beside both."""
        [judged] = list(answers.rows("judged"))
        n, wrong = int(judged["n"]), int(judged["wrong"] or 0)
        if not n:
            raise NotApplicable("no held-out row has both a label and a prediction")
        every = rate("error_rate", wrong, n)
        if not wrong:
            return Findings([every], f"The model errs on none of {counted(n, 'held-out row')}, so no error can come from a label.")
        parts: list[str] = []
        numbers: list[Measurement] = [every]
        exhibits: list[Exhibit] = []
        for found in (self._twins(subject, answers, n, wrong), self._labels(subject, answers)):
            if found is not None:
                parts.append(found.message)
                numbers += found.measurements
                exhibits += found.exhibits
        return Findings(numbers, " ".join(parts), exhibits)

    def _twins(self, subject: Subject, answers: Answers, n: int, wrong: int) -> Findings | None:
        if not subject.roles.split:
            return None
        splits = {row["split"]: int(row["n"]) for row in answers.rows("splits")}
        if not splits.get(TRAIN) or not splits.get(TEST):
            return Findings([], f"Near twins were not looked for: '{subject.roles.split}' has no rows of '{TRAIN}' or none of '{TEST}'.")
        try:
            found = twins(subject, answers, int(answers.scalar("total")))
        except NotApplicable as reason:
            return Findings([], f"Near twins were not looked for: {reason}.")
        return _beside_twins(found, n, wrong)

    def _labels(self, subject: Subject, answers: Answers) -> Findings | None:
        if not _scored(subject):
            return None
        sampled = answers.frame("scores")
        score, positive = sampled["score"].to_numpy(dtype=float), sampled["positive"].to_numpy(dtype=bool)
        usable = (score >= 0) & (score <= 1)
        found = doubts(positive[usable], score[usable], self.seed)
        if found is None:
            return Findings([], "Labels were not doubted: that needs 200 held-out rows with scores from 0 to 1, 20 of each class.")
        return _doubted(found, sampled["wrong"].to_numpy(dtype=bool)[usable])


def _scored(subject: Subject) -> bool:
    score = subject.roles.score
    return bool(score and subject.roles.positive is not None and subject.table[score].type().is_numeric())


def _beside_twins(found: Twins, n: int, wrong: int) -> Findings:
    k, errors = found.counts.get("conflicting", (0, 0))
    alike, alike_errors = found.counts.get("agreeing", (0, 0))
    if not found.told:
        return Findings([], f"Near twins in training cannot be told.{found.remarks}")
    if not k and not alike:
        return Findings([], f"No held-out row is nearly equal to a training row.{found.remarks}")
    p_value = more_successes(errors, k, wrong, n) if k else None
    named = [
        ("twin with another label", k, errors),
        ("twin with the same label", alike, alike_errors),
        ("no near twin in training", n - k - alike, wrong - errors - alike_errors),
    ]
    numbers = [rate("error_rate", e, m, {"beside": name}) for name, m, e in named]
    how = "Fisher's exact test, one-sided, against all other rows" if k else "not estimable: there are none"
    test = Measurement("p_value", p_value, "probability", {"beside": named[0][0]}, n, method=how)
    lines: list[tuple[Scalar, ...]] = [(name, r.value, *(r.interval or (None, None)), m) for (name, m, _), r in zip(named, numbers, strict=True)]
    shown = Exhibit(
        Kind.BARS, "Errors beside near twins in training", ("label", "value", "low", "high", "n"), lines, "share misjudged", "", wrong / n,
        "all rows", note="Near twins are alike in all but label and bookkeeping. 95 % intervals.",
    )  # fmt: skip
    if not k:
        text = (
            f"{counted(alike, 'held-out row')} are nearly equal to a training row, all with its label; {percent(alike_errors / alike)} are misjudged."
        )
    else:
        sure = "more than by chance" if p_value is not None and p_value <= 0.05 else "no more than chance would have it"
        text = (
            f"Of {counted(k, 'held-out row')} with a near twin of another label in training {percent(errors / k)} are misjudged, against "
            f"{percent((wrong - errors) / (n - k)) if n > k else 'none'} of all others, {sure} (p {p_value:.2g})."
        )
    return Findings([*numbers, test], f"{text}{found.remarks}", [shown])


def _doubted(found: Doubts, misjudged: np.ndarray) -> Findings:
    n, wrong, flags = len(misjudged), int(misjudged.sum()), int(found.flagged.sum())
    both, likely = int((found.flagged & misjudged).sum()), int((found.wrong & misjudged).sum())
    accuracy = 1 - wrong / n
    # no more labels can be wrong than are estimated at most, and only errors are mended by mending labels
    most = min(wrong / n, found.interval[1] if found.told else 0.0)
    where = {"if": "likely wrong labels are mended"}
    bounds = (accuracy, accuracy + max(most, likely / n))
    how = "confident learning on the scores, which contradict the label of an error by nature"
    numbers = [
        Measurement("flagged_errors", both, "rows", {}, n, method=how),
        Measurement("label_error_share", found.share, "share", {}, n, found.interval, 0.95, "disagreement beyond overlap, parametric bootstrap"),
        Measurement("accuracy", accuracy + likely / n, "share", where, n, bounds, 0.95, "bounds: as labelled; all mended that can be wrong"),
    ]
    text = f"Confident learning doubts {counted(flags, 'label')} of {counted(n, 'row')}, {both:,} of the {counted(wrong, 'error')}"
    if found.told:
        text += (
            f"; {percent(found.share)} of the labels disagree beyond what overlapping classes give ({percent(found.interval[0])} to "
            f"{percent(found.interval[1])}), {counted(likely, 'error is', 'errors are')} more probably a wrong label than not, and with those mended "
            f"accuracy would be {percent(accuracy + likely / n)} instead of {percent(accuracy)}, at most {percent(bounds[1])}."
        )
    else:
        why = f"only {percent(found.sure)} of the rows are predicted surely" if found.sure < 0.05 else "where scores are sure, labels agree with them"
        text += f"; but no wrong label can be told from overlapping classes ({why}), so the accuracy of {percent(accuracy)} stands."
    lines: list[tuple[Scalar, ...]] = [
        ("errors", wrong),
        ("errors whose label confident learning doubts", both),
        ("errors that are more probably a wrong label than not", likely),
    ]
    return Findings(numbers, text, [Exhibit(Kind.TABLE, "Errors that may be wrong labels", ("what", "rows"), lines)])
