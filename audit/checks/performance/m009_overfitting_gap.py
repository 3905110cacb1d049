"""M009: how much better each model is on rows it has learnt from than on rows it has not."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from audit.checks.outcomes import Outcomes, by_group, cell_counts, label_counts, whole
from audit.checks.performance.metrics import accuracy
from audit.checks.rate import LEVEL, bar
from audit.checks.scores.area import area
from audit.checks.scores.asks import score_asks
from audit.checks.scores.counts import read_scores
from audit.checks.wording import span
from audit.core.ask import Answers, Ask, Asks
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import TEST, TRAIN, Model, Subject
from audit.core.wording import listed, percent, points
from audit.stats.rates import square_and_add


@dataclass(frozen=True, kw_only=True)
class OverfittingGap(Check):
    """Accuracy, and with a score the ROC AUC, on train rows minus the same on held-out rows, for every model; judged for the one under audit."""

    code: ClassVar[str] = "M009"
    title: ClassVar[str] = "Overfitting gap"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "overfitting_gap"
    advice: ClassVar[str] = (
        "The model has learnt rows by heart. If its held-out figures are good enough, the gap alone is no fault; otherwise learn from more rows, "
        "use fewer columns or a simpler or more strongly regularised model. Never quote the figures of train rows."
    )
    cites: ClassVar[tuple[str, ...]] = ("Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: interval of a difference",)

    limit: Limit = Limit(
        high=0.10,
        blocking=False,
        reason="10 points is a convention: beyond it the train rows say little about how good the model is",
        source="default of M009",
    )

    def asks(self, subject: Subject) -> Asks:
        """Ask, for each model, for the counts on train and on held-out rows."""
        subject.need("split")
        asks: dict[str, Ask] = {"labels": label_counts(subject)}
        for part, rows in _parts(subject).items():
            for model in _models(subject):
                asks[_cells(part, model)] = cell_counts(rows, model.prediction)
                if _scored(subject, model):
                    asks |= score_asks(rows, model.score, _of(part, model))
        return asks

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Measure every model on both parts."""
        outcomes = Outcomes.of(subject, answers.rows("labels"))
        for part, model in ((part, model) for model in _models(subject) for part in (TRAIN, TEST)):
            if not any(row["label"] is not None and row["prediction"] is not None for row in answers.rows(_cells(part, model))):
                raise NotApplicable(
                    f"no row of the split '{part}' has both a label and a prediction of {model.name}; give the predictions on "
                    "train and test rows alike, under the split values 'train' and 'test'"
                )
        measured: list[Measurement] = []
        gaps: dict[str, list[Measurement]] = {}
        bars: list[tuple[Scalar, ...]] = []
        for model in _models(subject):
            both: dict[str, list[Measurement]] = {}
            for part, rows in _parts(subject).items():
                where = {"model": model.name, "split": part}
                table = whole(by_group(rows, model.prediction, outcomes, answers.rows(_cells(part, model))))
                scored = [area(read_scores(answers, _of(part, model)), where)] if _scored(subject, model) else []
                both[part] = [accuracy(table, where), *scored]
                bars.append(bar(model.name, both[part][0], part))
            measured += both[TRAIN] + both[TEST]
            gaps[model.name] = [_gap(train, test, model.name) for train, test in zip(both[TRAIN], both[TEST], strict=True)]
            measured += gaps[model.name]
        chosen = _models(subject)[0]
        own = gaps[chosen.name]
        judged = next((g for g in reversed(own) if g.value is not None), own[0])
        measured.insert(0, replace(judged, name="overfitting_gap", where={}))
        exhibit = Exhibit(
            Kind.BARS, "Accuracy on train and on held-out rows", ("label", "value", "low", "high", "n", "series"), bars,
            "share of rows predicted right",
            note="The gap is what the model knows of the very rows it has learnt from; what it is worth is what the held-out rows say.",
        )  # fmt: skip
        return Findings(measured, _message(chosen, judged, measured, gaps), [exhibit])


def _parts(subject: Subject) -> dict[str, Subject]:
    """Return the subject over train and over held-out rows, each as if it were all there is."""
    split = subject.table[subject.need("split")].cast("string")
    plain = replace(subject, roles=replace(subject.roles, split=None))
    return {part: plain.with_table(subject.table.filter(split == part)) for part in (TRAIN, TEST)}


def _models(subject: Subject) -> list[Model]:
    """Return the model under audit, then the others; where only predictions are at hand, the model that made them."""
    own = sorted(subject.models, key=lambda m: not m.chosen)
    return own or [Model("the model", subject.need("prediction"), subject.roles.score or "")]


def _scored(subject: Subject, model: Model) -> bool:
    return bool(model.score) and subject.roles.positive is not None and subject.table[model.score].type().is_numeric()


def _of(part: str, model: Model) -> str:
    return f"{part} of {model.name}"


def _cells(part: str, model: Model) -> str:
    return f"cells {_of(part, model)}"


def _gap(train: Measurement, test: Measurement, model: str) -> Measurement:
    name, where, n = f"{train.name}_gap", {"model": model}, test.n
    if train.value is None or test.value is None or train.interval is None or test.interval is None:
        return Measurement(name, None, train.unit, where, n, method=f"not estimable: {train.name} cannot be estimated on both parts")
    ends = [np.array([end]) for end in (*train.interval, *test.interval)]
    low, high = square_and_add(np.array([train.value]), (ends[0], ends[1]), np.array([test.value]), (ends[2], ends[3]))
    value = train.value - test.value
    method = "difference of two independent numbers, distances to the ends squared and added"
    return Measurement(name, value, "", where, n, (float(low[0]), float(high[0])), LEVEL, method)


def _message(chosen: Model, judged: Measurement, measured: list[Measurement], gaps: Mapping[str, list[Measurement]]) -> str:
    def on(name: str, part: str) -> Measurement:
        return next(m for m in measured if m.name == name and m.where == {"model": chosen.name, "split": part})

    metric = judged.name.removesuffix("_gap")
    train, test = on(metric, TRAIN), on(metric, TEST)
    if judged.value is None or train.value is None or test.value is None:
        return f"The gap of {chosen.name} cannot be estimated: {judged.method.removeprefix('not estimable: ')}."
    if metric == "accuracy":
        text = (
            f"On {train.n:,} train rows {chosen.name} is right on {percent(float(train.value))}, on {test.n:,} held-out rows on "
            f"{percent(float(test.value))}: a gap of {points(float(judged.value))} points ({span(judged)})."
        )
    else:
        text = (
            f"On {train.n:,} train rows {chosen.name} has a ROC AUC of {train.value:.3f}, on {test.n:,} held-out rows of {test.value:.3f}: "
            f"a gap of {judged.value:.3f} ({span(judged, 1, 3)})."
        )
    text += " A gap alone is no fault: what the model is worth is what the held-out rows say."
    others = [f"{name} {points(float(own[0].value))}" for name, own in gaps.items() if name != chosen.name and own[0].value is not None]
    return text + (f" Gaps in accuracy of the others, in points: {listed(others)}." if others else "")
