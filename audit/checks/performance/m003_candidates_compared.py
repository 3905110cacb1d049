"""M003: the candidate models side by side, overall and by group."""

from dataclasses import dataclass
from typing import ClassVar

from audit.checks.outcomes import MAX_GROUPS, MISSING, Confusion, Outcomes, by_group, cell_counts, label_counts, whole
from audit.checks.performance.metrics import accuracy
from audit.checks.rate import bar, rate
from audit.checks.scores.area import area
from audit.checks.scores.asks import score_asks
from audit.checks.scores.counts import read_scores
from audit.core.ask import Answers, Ask, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model, Subject
from audit.core.wording import listed, percent, points

OBSERVED = "observed"


@dataclass(frozen=True, kw_only=True)
class CandidatesCompared(Check):
    """Accuracy, ROC AUC and selection rates by group of every candidate, beside the rates in the data; judges nothing."""

    code: ClassVar[str] = "M003"
    title: ClassVar[str] = "Candidates compared"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "accuracy"
    advice: ClassVar[str] = "Choose with the table in hand: two candidates that are alike in accuracy may treat groups differently."

    def asks(self, subject: Subject) -> Asks:
        """Ask, for each model, for label × prediction counts (by group) and for score counts."""
        if len(subject.models) < 2:
            raise NotApplicable(f"compares models, and {len(subject.models)} is at hand; name more under 'training: candidates' in assay.yaml")
        asks: dict[str, Ask] = {"labels": label_counts(subject)}
        for model in subject.models:
            for attribute in subject.roles.sensitive or ("",):
                asks[_cells(model, attribute)] = cell_counts(subject, model.prediction, attribute)
            if model.score and subject.roles.positive is not None:
                asks |= score_asks(subject, model.score, model.name)
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure every model in the same way."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        measurements: list[Measurement] = []
        constant: list[str] = []
        overview: list[list[Scalar]] = []
        bars: dict[str, list[tuple[Scalar, ...]]] = {}
        for model in subject.models:
            by_attribute: dict[str, dict[str | None, Confusion]] = {}
            for attribute in subject.roles.sensitive or ("",):
                counted = answers.rows(_cells(model, attribute))
                if len({row.get("group") for row in counted}) <= MAX_GROUPS:
                    by_attribute[attribute] = by_group(subject, model.prediction, outcomes, counted)
            if not by_attribute:
                raise NotApplicable(f"every sensitive attribute has more than {MAX_GROUPS} groups; bin them, ages into bands for example")
            right = accuracy(whole(next(iter(by_attribute.values()))), {"model": model.name})
            measurements.append(right)
            answers_given = whole(next(iter(by_attribute.values()))).counts.sum(axis=0) > 0
            constant += [model.name] if answers_given.sum() == 1 else []
            line: list[Scalar] = [model.name + (" (chosen)" if model.chosen else ""), right.value, right.n]
            if outcomes.positive is not None:
                scored = area(read_scores(answers, model.name), {"model": model.name}) if model.score else None
                measurements += [scored] if scored else []
                line.append(scored.value if scored else None)
                for attribute in subject.roles.sensitive:
                    groups = by_attribute.get(attribute, {})
                    rates = _selection_rates(model.name, attribute, groups, outcomes.positive)
                    measurements += rates
                    if attribute not in bars:
                        bars[attribute] = _bars(_label_rates(attribute, groups, outcomes.positive), attribute)
                    bars[attribute] += _bars(rates, attribute)
                    known = [r.value for r in rates if r.value is not None and r.where[attribute] != MISSING]
                    line.append(max(known) - min(known) if len(known) > 1 else None)
            overview.append(line)
        columns = ["model", "accuracy", "rows"]
        if outcomes.positive is not None:
            columns += ["ROC AUC", *(f"selection-rate gap, {a}" for a in subject.roles.sensitive)]
        table = Exhibit(
            Kind.TABLE, "Candidates on the held-out rows", columns, overview,
            note="Gaps are highest minus lowest rate, biased upward where groups are small; F001 judges that of the chosen model.",
        )  # fmt: skip
        return Findings(
            measurements, _message(subject, overview, constant), [table, *(_selection_bars(a, rows, outcomes) for a, rows in bars.items() if rows)]
        )


def _cells(model: Model, attribute: str) -> str:
    return f"cells of {model.name} by {attribute}"


def _selection_rates(model: str, attribute: str, groups: dict[str | None, Confusion], positive: str) -> list[Measurement]:
    return [
        rate("selection_rate", *table.selected(positive), {"model": model, attribute: MISSING if group is None else group})
        for group, table in groups.items()
    ]


def _label_rates(attribute: str, groups: dict[str | None, Confusion], positive: str) -> list[Measurement]:
    rates = []
    for group, table in groups.items():
        tp, _, fn, _ = table.cells(positive)
        rates.append(rate("label_rate", tp + fn, table.n, {"model": OBSERVED, attribute: MISSING if group is None else group}))
    return rates


def _bars(rates: list[Measurement], attribute: str) -> list[tuple[Scalar, ...]]:
    return [bar(r.where[attribute], r, r.where["model"]) for r in rates]


def _selection_bars(attribute: str, rows: list[tuple[Scalar, ...]], outcomes: Outcomes) -> Exhibit:
    return Exhibit(
        Kind.BARS, f"Share predicted '{outcomes.positive_name}' by {attribute} and model, beside the share observed",
        ("label", "value", "low", "high", "n", "series"), rows, f"share '{outcomes.positive_name}'",
        note="'observed' is the share of these rows that really have the outcome.",
    )  # fmt: skip


def _message(subject: Subject, overview: list[list[Scalar]], constant: list[str]) -> str:
    parts = [f"{line[0]} {percent(line[1])}" for line in overview if isinstance(line[1], float)]
    text = f"Of {len(overview)} models, right on the held-out rows: {', '.join(parts)}."
    if subject.roles.positive is not None:
        for i, attribute in enumerate(subject.roles.sensitive):
            gaps = [g for line in overview if isinstance(g := line[4 + i], float)]
            text += f" Gaps in selection by {attribute} run from {points(min(gaps))} to {points(max(gaps))} points." if gaps else ""
    if constant:
        text += f" The same class for every row, and so no gap whatever the groups: {listed(constant)}."
    return text
