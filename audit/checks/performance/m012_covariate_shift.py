"""M012: accuracy on other mixtures of the rows: the worst one along each column, and that of another table or of later rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import Outcomes, by_group, cell_counts, key, label_counts, whole
from audit.checks.performance.cuts import Cut, cut, kept_from_models, learnable, plain, plain_columns
from audit.checks.performance.metrics import accuracy
from audit.checks.performance.shifted_sample import LATER, REFERENCE, Shift, in_words, observed, shifted
from audit.checks.performance.told_apart import spread_sample
from audit.checks.performance.worst_mixtures import curve, rights_by_cell, worst_along, worst_text
from audit.checks.plain import null_if_missing
from audit.checks.wording import known, span
from audit.core.ask import Answers, Ask, Asks, frame
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.errors import NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.subject import Subject
from audit.core.values import as_text

if TYPE_CHECKING:
    import pandas as pd

#: Columns that are looked at.
MOST_COLUMNS = 40
LABEL, PREDICTED, TIME = "assay_label", "assay_predicted", "assay_time"


@dataclass(frozen=True, kw_only=True)
class CovariateShift(Check):
    """Accuracy on populations in which some kinds of rows are more frequent than here; judges nothing.

    Parameters
    ----------
    rows : int
        Held-out rows by which columns are cut and weighed, and rows of the reference, at most, taken by the hash of their key.
    share : float
        The worst population along one column is at least this share of the rows.
    seed : int
        Of the random halves in which the worst cells are picked.
    not_features : tuple of str
        Columns that no model learns from, which are not looked at; the contract's ``feature: false`` adds to them.
    """

    code: ClassVar[str] = "M012"
    title: ClassVar[str] = "Performance under covariate shift"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "worst_case_accuracy"
    advice: ClassVar[str] = (
        "Before the model is used where such rows are more frequent, collect more of them to learn from, or keep it from deciding about them. "
        "Watch the column in production."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Subbaswamy, Adams and Saria (2021), Evaluating model robustness and stability to dataset shift, AISTATS",
        "Duchi, Hashimoto and Namkoong (2023), Distributionally robust losses for latent covariate mixtures, Operations Research 71",
        "Shimodaira (2000), Improving predictive inference under covariate shift, Journal of Statistical Planning and Inference 90",
    )

    limit: Limit = Limit(reason="how good is good enough on another mix of rows depends on the use, so nothing is judged by default")
    rows: int = 10_000
    share: float = 0.25
    seed: int = 0
    not_features: tuple[str, ...] = ()

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns are no features."""
        for check in super().plan(subject, contract):
            if not 0 < check.share <= 1:
                raise UsageError(f"{', '.join(check.clauses)}: M012: 'share' is {check.share}; give a share above 0 and at most 1")
            yield replace(check, not_features=tuple(dict.fromkeys((*check.not_features, *kept_from_models(contract)))))

    def asks(self, subject: Subject) -> Asks:
        """Ask for the counts of label × prediction, for a sample to cut the columns by, and for one of the reference."""
        prediction, target = subject.need("prediction"), subject.need("target")
        columns = self._columns(subject)
        asks: dict[str, Ask] = {"labels": label_counts(subject), "cells": cell_counts(subject, prediction)}
        answered = _answered(subject)
        taken = spread_sample(answered, self.rows, subject.roles.key)
        named = {f"c{i}": column for i, column in enumerate(plain_columns(taken, columns).values())}
        named |= {LABEL: as_text(null_if_missing(taken[target])), PREDICTED: as_text(null_if_missing(taken[prediction]))}
        if time := _time(subject):
            named[TIME] = plain(taken[time])
        asks["sample"] = frame(taken.select(**named))
        if subject.reference is not None and (shared := _shared(subject, columns)):
            own_key = [k for k in subject.roles.key if k in subject.reference.columns]
            other = spread_sample(subject.reference, self.rows, own_key)
            asks["reference"] = frame(other.select(**{f"c{columns.index(c)}": plain(other[c]) for c in shared}))
        return asks

    def _columns(self, subject: Subject) -> tuple[str, ...]:
        names = dict.fromkeys([*learnable(subject, self.not_features), *(c for c in subject.roles.sensitive if c in subject.table.columns)])
        columns = tuple(names)[:MOST_COLUMNS]
        if not columns:
            raise NotApplicable("needs columns along which the rows could shift; the table has none beside labels, predictions and keys")
        return columns

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure the accuracy on other mixtures."""
        outcomes, columns = Outcomes.of(subject, answers.rows("labels")), self._columns(subject)
        overall = accuracy(whole(by_group(subject, subject.need("prediction"), outcomes, answers.rows("cells"))))
        taken = answers.frame("sample")
        own = taken[[f"c{i}" for i in range(len(columns))]].set_axis(list(columns), axis=1)
        cuts = [cut(c, own[c]) for c in columns]
        counted_cells = rights_by_cell(subject, _answered(subject), answers, [c for c in cuts if c.size > 2])
        worst, lines = worst_along(counted_cells, self.share, self.seed)
        measured = [overall, *worst]
        exhibits = [curve(lines, worst, self.share)]
        text = f"Right on {known(overall.value)} of {overall.n:,} rows ({span(overall)})."
        text += worst_text(worst, counted_cells, self.share, self.seed)
        right = _right(subject, taken)
        for shift in self._shifts(subject, answers, cuts, own, taken, right):
            measured += shift.measured
            exhibits.append(shift.exhibit())
            text += in_words(shift, float(right.mean()) if shift.target == REFERENCE else None)
            if shift.target == LATER:
                ours, more = observed(shift, right, _late(taken))
                measured += ours
                text += more
        return Findings(measured, text, [e for e in exhibits if e])

    def _shifts(
        self, subject: Subject, answers: Answers, cuts: Sequence[Cut], own: "pd.DataFrame", taken: "pd.DataFrame", right: NDArray[np.bool_]
    ) -> Iterable[Shift]:
        if not len(own):
            return
        columns = self._columns(subject)
        if subject.reference is not None and (shared := _shared(subject, columns)):
            found = answers.frame("reference")
            other = found.set_axis(list(shared), axis=1)
            if len(other):
                yield shifted([c for c in cuts if c.column in shared and c.size > 2], own, right, other, REFERENCE)
        if TIME in taken.columns:
            late = _late(taken)
            usable = [c for c in cuts if c.column != subject.roles.time and c.size > 2]
            if usable and late.any() and (~late).any():
                yield shifted(usable, own[~late], right[~late], own[late], LATER)


def _answered(subject: Subject) -> ir.Table:
    """Return the held-out rows that have a label and a prediction."""
    table = subject.held_out
    return table.filter(~missing(table[subject.need("target")]), ~missing(table[subject.need("prediction")]))


def _time(subject: Subject) -> str:
    """Return the time column, where its values have an order."""
    name = subject.roles.time or ""
    kind = subject.table[name].type() if name else None
    return name if kind is not None and (kind.is_date() or kind.is_timestamp() or kind.is_numeric()) else ""


def _shared(subject: Subject, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that the reference has too, of a kind that can be compared."""
    reference = subject.reference
    if reference is None:
        return ()
    return tuple(
        c for c in columns if c in reference.columns and plain(reference[c]).type().is_numeric() == plain(subject.table[c]).type().is_numeric()
    )


def _late(taken: "pd.DataFrame") -> NDArray[np.bool_]:
    """Return which rows are later than the median time, or as late where that brings both halves closer to each other; none where it is missing."""
    time = taken[TIME].to_numpy(dtype=float, na_value=np.nan)
    if np.isnan(time).all():
        return np.zeros(len(time), dtype=bool)
    median = np.nanmedian(time)
    after, since = time > median, time >= median
    return np.asarray(since if abs(since.mean() - 0.5) < abs(after.mean() - 0.5) else after)


def _right(subject: Subject, taken: "pd.DataFrame") -> NDArray[np.bool_]:
    numeric = [subject.table[subject.need(role)].type().is_numeric() for role in ("target", "prediction")]
    pairs = zip(taken[LABEL], taken[PREDICTED], strict=True)
    return np.array([key(label, numeric[0]) == key(predicted, numeric[1]) for label, predicted in pairs], dtype=bool)
