"""X008: whether the model decides by other columns for some groups, and where it errs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.at_hand import (
    Computed,
    answered,
    background_of,
    group_names,
    grouped,
    held_out_rows,
    model_at_hand,
    of_rows,
    outcome,
    refusals,
    says,
    training_rows,
)
from audit.checks.explanation.cohort_differences import ANSWER, ENOUGH, FLOOR, LABEL, Comparison, Difference, by_error, by_group, differences_of
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Subject
from audit.core.wording import listed
from audit.stats.welch import mean_interval, welch_interval

if TYPE_CHECKING:
    from audit.engines.attributions import Attributions

#: Columns drawn.
SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Cohorts(Check):
    """Attributions by group of each sensitive attribute, and of the rows that the model gets wrong.

    Parameters
    ----------
    rows : int
        Held-out rows to explain, taken by the hash of their key.
    background : int
        Training rows that stand for "the column is not known".
    seed : int
        Of the explanation where its method draws.
    """

    code: ClassVar[str] = "X008"
    title: ClassVar[str] = "Attributions by cohort"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "differing_columns"
    advice: ClassVar[str] = "Ask whether the column means the same for that group, and whether errors have a column in common that should weigh less."
    cites: ClassVar[tuple[str, ...]] = (
        "Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees",
        "Benjamini and Hochberg (1995), Controlling the false discovery rate",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit()
    rows: int = 1_000
    background: int = 100
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for bounded samples of held-out rows, with label and prediction, and of training rows."""
        model, roles = model_at_hand(subject), subject.roles
        judged: dict[str, Computed] = {}
        if roles.target and roles.positive is not None:
            judged = {LABEL: says(subject, roles.target), ANSWER: says(subject, model.prediction)}
        if not judged and not roles.sensitive:
            raise NotApplicable("needs a sensitive attribute, or a binary target to tell errors by; name them under 'roles' in assay.yaml")
        return {
            "size": scalar(subject.held_out.count()),
            "rows": held_out_rows(subject, self.rows, **grouped(subject), **judged),
            "background": training_rows(subject, self.background),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Explain the rows, and compare the cohorts column by column."""
        from audit.engines.asked_model import AskedModel
        from audit.engines.attributions import attribute

        model, given = model_at_hand(subject), answers.frame("rows")
        asked = AskedModel(model, subject.roles.positive)
        _, rows = answered(asked, given)
        found = attribute(model, rows, background_of(asked, answers.frame("background"), self.background), self.seed, subject.roles.positive)
        rows = rows.iloc[found.rows].reset_index(drop=True)
        comparisons = [*by_group(rows, group_names(subject)), *by_error(rows, outcome(subject))]
        looked_at = of_rows(len(rows), answers.scalar("size")) + refusals(asked, len(given), len(rows) if asked.refused else len(given))
        if not comparisons:
            raise NotApplicable(f"no cohort and the rows beside it have at least {ENOUGH} rows each, on {looked_at}")
        differences = differences_of(found, comparisons)
        clear = sorted((d for d in differences if d.clear), key=lambda d: -abs(d.value))
        differing = len({(d.comparison.name, d.column) for d in clear})
        how = f"{found.method}; Welch's test, Benjamini-Hochberg over {len(differences):,} tests, and at least {FLOOR:.0%} of all attribution"
        measurements = [
            Measurement("differing_columns", differing, "columns", {"model": model.name}, len(rows), method=how),
            *(m for d in clear for m in _measured(model.name, d, found.unit, how)),
            *_means(model.name, comparisons, found),
        ]
        exhibits = [*(_bars(by, comparisons, found) for by in dict.fromkeys(c.by for c in comparisons)), *_table(clear)]
        return Findings(measurements, _message(model.name, comparisons, clear, found.unit, looked_at), exhibits)


def _measured(model: str, d: Difference, unit: str, how: str) -> Iterator[Measurement]:
    where = {"model": model, "cohort": d.comparison.name, "feature": d.column}
    name = "mean_absolute_attribution_difference" if d.size else "mean_attribution_difference"
    n = len(d.own) + len(d.others)
    yield Measurement(name, d.value, unit, where, n, welch_interval(d.own, d.others, LEVEL), LEVEL, f"cohort less {d.comparison.against}; {how}")
    yield Measurement("adjusted_p_value", d.p_value, "probability", {**where, "of": name}, n, method=how)


def _leading(found: "Attributions") -> list[int]:
    return [int(i) for i in np.argsort(-np.abs(found.values).mean(axis=0), kind="stable")[:SHOWN]]


def _means(model: str, comparisons: Sequence[Comparison], found: "Attributions") -> Iterator[Measurement]:
    for c in comparisons:
        for i in _leading(found):
            values = found.values[c.inside, i]
            where = {"model": model, "cohort": c.name, "feature": found.columns[i]}
            how = f"{found.method}; Student's interval"
            for name, these in (("mean_attribution", values), ("mean_absolute_attribution", np.abs(values))):
                yield Measurement(name, float(these.mean()), found.unit, where, len(these), mean_interval(these, LEVEL), LEVEL, how)


def _bars(by: str, comparisons: Sequence[Comparison], found: "Attributions") -> Exhibit:
    lines: list[tuple[Scalar, ...]] = []
    cohorts: dict[str, NDArray[np.bool_]] = {}
    for c in (c for c in comparisons if c.by == by):
        cohorts.setdefault(c.name, c.inside)
        cohorts.setdefault(c.against, c.outside)
    if len(cohorts) > 4:
        cohorts.pop("others", None)
    for i in _leading(found):
        for name, rows in cohorts.items():
            values = found.values[rows, i]
            lines.append((found.columns[i], float(values.mean()), *(mean_interval(values, LEVEL) or (None, None)), len(values), name))
    title = "Attributions of right and wrong answers" if by == "error" else f"Attributions by {by}"
    note = f"Mean attribution of the leading columns with 95 % interval; above 0 it speaks for the outcome. {found.method}."
    return Exhibit(Kind.BARS, title, ("label", "value", "low", "high", "n", "series"), lines, f"mean attribution, {found.unit}", note=note)


def _table(clear: Sequence[Difference]) -> list[Exhibit]:
    if not clear:
        return []
    lines = [
        (d.comparison.name, d.column, "size" if d.size else "with sign", float(d.own.mean()), float(d.others.mean()), d.value,
         *(welch_interval(d.own, d.others, LEVEL) or (None, None)), d.p_value)
        for d in clear[:100]
    ]  # fmt: skip
    columns = ("cohort", "column", "of the attribution", "in the cohort", "beside it", "difference", "low", "high", "adjusted p")
    note = "With Welch's 95 % intervals; p adjusted over all tests."
    return [Exhibit(Kind.TABLE, "Columns that weigh otherwise in a cohort", columns, lines, note=note)]


def _message(model: str, comparisons: Sequence[Comparison], clear: Sequence[Difference], unit: str, looked_at: str) -> str:
    compared = listed(dict.fromkeys(c.name for c in comparisons))
    if not clear:
        return f"No column moves the output of {model} clearly otherwise in any cohort ({compared}) than beside it, on {looked_at}."
    parts = []
    for comparison in comparisons:
        # that an attribute weighs otherwise for its own groups says nothing
        own = [d for d in clear if d.comparison is comparison and d.column != comparison.by]
        signed = [d for d in own if not d.size][:3]
        sizes = [d for d in own if d.size and d.column not in {s.column for s in signed}][:2]
        said = [f"'{d.column}' ({d.own.mean():+.2f} against {d.others.mean():+.2f})" for d in signed]
        said += [f"'{d.column}' (size {d.own.mean():.2f} against {d.others.mean():.2f})" for d in sizes]
        if said:
            parts.append(f"{comparison.name} beside {comparison.against}: {listed(said)}")
    if not parts:
        parts = ["an attribute for its own groups"]
    return f"What moves the output of {model} otherwise, in {unit}: {'; '.join(parts)}. On {looked_at}."
