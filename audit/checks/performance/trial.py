"""Models asked again about a sample of rows after errors were put into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from audit.checks.performance.harm import Beside, selection_gap
from audit.checks.performance.perturbations import Perturbation, affected, draws_of, perturbed
from audit.checks.performance.robustness_exhibits import amount
from audit.checks.rate import LEVEL, rate
from audit.checks.wording import span
from audit.core.errors import DataError
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model
from audit.core.wording import counted, listed, percent, points

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.answers import Answers, Classes

#: Columns that are looked at one at a time.
MOST_COLUMNS = 40
PREDICTED = "assay_predicted"


@dataclass(frozen=True)
class Plan:
    """How much goes wrong.

    Parameters
    ----------
    draws : int
        How often errors are drawn anew.
    noise, shares : tuple of float
        Strengths, the mildest first.
    seed : int
        Of all that is drawn.
    """

    draws: int
    noise: tuple[float, ...]
    shares: tuple[float, ...]
    seed: int


class Trial:
    """One sample, and what becomes of the models' answers on it.

    Parameters
    ----------
    plan : Plan
        How much goes wrong, and how often it is drawn.
    models : list of Model
        With their estimators, the one under audit first.
    rows : pandas.DataFrame
        Raw columns of the sample.
    labels : ndarray of int, shape (rows,)
        Position of the true class.
    classes : Classes
        Of the target.
    groups : mapping of str to ndarray of int
        Group of each row by sensitive attribute; -1 for none.
    """

    def __init__(
        self,
        plan: Plan,
        models: list[Model],
        rows: "pd.DataFrame",
        labels: NDArray[np.int64],
        classes: "Classes",
        groups: Mapping[str, NDArray[np.int64]],
    ) -> None:
        self.plan, self.models, self.rows, self.labels, self.classes, self.groups = plan, models, rows, labels, classes, groups
        self.before: dict[str, Answers] = {}
        self.refusals: dict[str, str] = {}

    @property
    def positive(self) -> int | None:
        """Position of the positive class, where there is one."""
        return None if self.classes.positive is None else self.classes.names.index(self.classes.positive)

    def clean(self, found: "pd.DataFrame") -> tuple[list[Measurement], list[tuple[Scalar, ...]]]:
        """Ask the models about the rows as they are."""
        from audit.engines.answers import ask

        measured: list[Measurement] = []
        for i, model in enumerate(self.models):
            given = ask(model, self.rows, self.classes)
            if given.refused.all():
                raise DataError(f"model '{model.name}' answers none of {len(self.rows)} held-out rows: it raises {given.refusal}")
            self.before[model.name] = given
            where = {"model": model.name}
            right = int((given.codes == self.labels).sum())
            measured.append(rate("accuracy", right, len(self.labels), where))
            if given.refused.any():
                measured.append(rate("refused_share", int(given.refused.sum()), len(self.labels), where))
            stored = np.array([-9 if text is None or text != text else self.classes.code(text) for text in found[f"{PREDICTED}_{i}"]])
            differing = int(((stored != given.codes) & (stored != -9) & ~given.refused).sum())
            measured.append(rate("differs_from_table", differing, int((stored != -9).sum()), where))
        first = self.models[0].name
        if self.positive is not None:
            selected = (self.before[first].codes == self.positive).astype(float)
            for attribute, groups in self.groups.items():
                gap = selection_gap(selected, groups, {"model": first, "attribute": attribute})
                measured += [gap] if gap else []
        accuracy = next(m for m in measured if m.name == "accuracy")
        # every curve begins with the rows as they are
        kinds = [kind for kind in Perturbation if affected(self.rows, kind)]
        return measured, [(0.0, accuracy.value, None, None, kind.value) for kind in kinds]

    def curve(self, place: int, kind: Perturbation) -> tuple[list[Measurement], list[tuple[Scalar, ...]]]:
        """Measure every strength of one kind of error."""
        columns = affected(self.rows, kind)
        strengths = (self.plan.noise if kind is Perturbation.NOISE else self.plan.shares) if columns else ()
        measured: list[Measurement] = []
        lines: list[tuple[Scalar, ...]] = []
        for step, strength in enumerate(strengths):
            wrong = self._drawn(kind, strength, columns, place, step)
            for model in self.models:
                beside = self._beside(model, wrong)
                where = {"model": model.name, "perturbation": kind.value, "strength": f"{strength:g}"}
                change = beside.accuracy_change("accuracy_change", where)
                area = beside.area_change(where)
                measured += [change, beside.flipped(where), *([area] if area else [])]
                if beside.refused > self._refused_before(model):
                    self.refusals.setdefault(f"{model.name} refuses rows with {kind.value}", beside.wrong.refusal)
                    measured.append(Measurement("refused_share", beside.refused, "share", where, len(wrong), method="count of all draws"))
                if model is not self.models[0]:
                    continue
                clean = float((self.before[model.name].codes == self.labels).mean())
                low, high = change.interval or (0.0, 0.0)
                lines.append((strength, clean + float(change.value or 0), max(clean + low, 0.0), min(clean + high, 1.0), kind.value))
                if step == 0:
                    mild = {"perturbation": kind.value, "strength": f"{strength:g}"}
                    measured.append(beside.accuracy_change("mild_accuracy_change", mild))
                for attribute, groups in self.groups.items():
                    gap = beside.gap(groups, {**where, "attribute": attribute})
                    measured += [gap] if gap else []
        return measured, lines

    def one_at_a_time(self) -> list[Measurement]:
        """Put the strongest errors into one column after the other, for the model under audit; the most harmful first."""
        model, columns = self.models[0], [str(c) for c in self.rows.columns][:MOST_COLUMNS]
        plan = [(kind, column) for column in columns for kind in Perturbation if column in affected(self.rows[[column]], kind)]
        level = 1 - (1 - LEVEL) / max(len(plan), 1)
        measured = []
        for step, (kind, column) in enumerate(plan):
            strength = (self.plan.noise if kind is Perturbation.NOISE else self.plan.shares)[-1]
            beside = self._beside(model, self._drawn(kind, strength, (column,), len(Perturbation), step))
            where = {"column": column, "perturbation": kind.value, "strength": f"{strength:g}"}
            measured.append(beside.accuracy_change("accuracy_change", where, level))
        return sorted(measured, key=lambda m: float(m.value or 0))

    def message(self, measured: list[Measurement], alone: list[Measurement], size: int) -> str:
        """Return what happened in words."""
        model, n = self.models[0].name, len(self.labels)
        of = f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row")
        right = next(m for m in measured if m.name == "accuracy")
        text = f"On {of} {model} is right on {percent(float(right.value or 0))}."
        mild = [m for m in measured if m.name == "mild_accuracy_change"]
        if not mild:
            return f"{text} No column can be disturbed."
        text += " Mild errors change that, in points, by: " + listed(
            f"{amount(m)} {m.where['perturbation']} {points(float(m.value or 0))} ({span(m)})" for m in mild
        )
        text += "."
        own = [m for m in measured if m.name == "accuracy_change" and m.where.get("model") == model]
        worst = min(own, key=lambda m: float(m.value or 0))
        flipped = [m for m in measured if m.name == "flipped_share" and m.where["model"] == model]
        if (worst.interval or (0.0, 0.0))[1] < 0:
            share = next(m for m in flipped if m.where == worst.where)
            text += (
                f" The worst of all, {amount(worst)} {worst.where['perturbation']}, changes it by {points(float(worst.value or 0))} points and flips "
                f"{percent(float(share.value or 0))} of the answers."
            )
        else:
            most = max(flipped, key=lambda m: float(m.value or 0))
            text += (
                f" No error of any strength lowers it beyond chance; most answers, {percent(float(most.value or 0))}, are flipped by {amount(most)} "
                f"{most.where['perturbation']}."
            )
        if alone and (alone[0].interval or (0, 0))[1] >= 0:
            text += " Errors in one column alone do no harm beyond chance."
        elif alone:
            text += (
                f" Of single columns '{alone[0].where['column']}' does most harm: {amount(alone[0])} {alone[0].where['perturbation']} in it "
                f"{points(float(alone[0].value or 0))} points ({span(alone[0])})."
            )
        left = len(self.rows.columns) - MOST_COLUMNS
        text += f" {counted(left, 'further column was', 'further columns were')} not looked at alone." if left > 0 else ""
        if self.before[model].refused.any():
            text += f" It gives no answer on {counted(int(self.before[model].refused.sum()), 'row')} as they are ({self.before[model].refusal})."
        for what, error in self.refusals.items():
            text += f" {what[0].upper()}{what[1:]} ({error}); a row without an answer counts as not right."
        differing = next(m for m in measured if m.name == "differs_from_table" and m.where["model"] == model)
        if differing.value:
            text += f" The fitted {model} answers {percent(float(differing.value))} of these rows otherwise than the predictions in the table."
        return text

    def _drawn(self, kind: Perturbation, strength: float, columns: tuple[str, ...], *place: int) -> "pd.DataFrame":
        import pandas as pd

        draws = [perturbed(self.rows, kind, strength, columns, draws_of(self.plan.seed, *place, i)) for i in range(self.plan.draws)]
        return pd.concat(draws, ignore_index=True)

    def _beside(self, model: Model, wrong: "pd.DataFrame") -> Beside:
        from audit.engines.answers import ask

        return Beside(self.before[model.name], ask(model, wrong, self.classes), self.labels, self.positive)

    def _refused_before(self, model: Model) -> float:
        return float(self.before[model.name].refused.mean())
