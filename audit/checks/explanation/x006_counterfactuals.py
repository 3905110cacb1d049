"""X006: what would have to be otherwise for the model to answer otherwise, and whether some groups have farther to go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from audit.checks.explanation.at_hand import answered, group_names, grouped, held_out_rows, model_at_hand, of_rows, refusals, training_rows
from audit.checks.explanation.promised import promised
from audit.checks.explanation.recourse import Recourse, recourse_by_group
from audit.checks.rate import LEVEL, bar, rate
from audit.contract.changeable import changeable
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable, did_you_mean
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Model, Subject
from audit.core.wording import counted, listed, percent
from audit.engines.counterfactual_space import Promises, Space, space_of
from audit.stats.welch import mean_interval

if TYPE_CHECKING:
    from audit.engines.counterfactuals import Found


@dataclass(frozen=True, kw_only=True)
class Counterfactuals(Check):
    """The fewest and smallest changes after which the model gives the wanted answer, for rows to which it gives the other one.

    Parameters
    ----------
    rows : int
        Rows to look for changes of, at most.
    sample : int
        Held-out rows among which those are looked for, taken by the hash of their key.
    observed : int
        Training rows that show which values occur.
    wanted : str
        The class to be reached; the contract's ``favourable`` where not given, else the positive one.
    immutable : tuple of str
        Columns that may not change, beside the declared and the sensitive ones.
    most_changes : int
        Columns that may change at once.
    budget : int
        Rows that may be put to the model.
    promises : Promises
        What the contract declares about changes; read from it.
    """

    code: ClassVar[str] = "X006"
    title: ClassVar[str] = "Nearest counterfactuals"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "counterfactual_found"
    advice: ClassVar[str] = "Tell people what would have changed the answer, and ask why one group has farther to go than another."
    cites: ClassVar[tuple[str, ...]] = (
        "Wachter, Mittelstadt and Russell (2018), Counterfactual explanations without opening the black box",
        "Ustun, Spangher and Liu (2019), Actionable recourse in linear classification",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit()
    rows: int = 200
    sample: int = 2_000
    observed: int = 2_000
    wanted: str = ""
    immutable: tuple[str, ...] = ()
    most_changes: int = 4
    budget: int = 500_000
    promises: Promises = field(default_factory=Promises)

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows what the contract says about changes, and which outcome it calls favourable."""
        target = contract.column(subject.roles.target or "")
        favourable = "" if target is None else target.custom.get("favourable")
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, promises=changeable(contract), wanted=str(check.wanted or _text(favourable)))

    def asks(self, subject: Subject) -> Asks:
        """Ask for bounded samples of held-out and of training rows."""
        model = model_at_hand(subject)
        unknown = [c for c in self.immutable if c not in model.features]
        if unknown:
            raise DataError(f"'immutable' names '{unknown[0]}', which the model does not take. {did_you_mean(unknown[0], model.features)}")
        return {
            "size": scalar(subject.held_out.count()),
            "rows": held_out_rows(subject, self.sample, **grouped(subject)),
            "observed": training_rows(subject, self.observed),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Look for the changes, and compare what groups would have to change."""
        from audit.engines.asked_model import AskedModel
        from audit.engines.classifier import raw_features
        from audit.engines.counterfactuals import search

        model, given = model_at_hand(subject), answers.frame("rows")
        asked = AskedModel(model, subject.roles.positive)
        taken, whole = answered(asked, given)
        wanted, other = self._wanted(subject, model)
        refused = asked.says_yes(taken) != wanted
        looked_at = of_rows(len(taken), answers.scalar("size"))
        note = refusals(asked, len(given), len(taken))
        if not refused.any():
            return Findings([], f"{model.name} gives every one of {looked_at} the wanted answer, so nothing has to change.{note}")
        places = np.flatnonzero(refused)[: self.rows]
        observed = raw_features(answers.frame("observed"), asked.columns)
        space = space_of(observed if len(observed) else taken, asked.columns, promised(subject, model, self.promises, self.immutable))
        if not space.mutable:
            raise NotApplicable(f"no column of {model.name} may change: {_fixed(space)}; declare 'immutable: false' for those that may")
        found = search(asked, taken.iloc[places].reset_index(drop=True), space, wanted=wanted, most_changes=self.most_changes, budget=self.budget)
        groups = recourse_by_group(found, whole.iloc[places].reset_index(drop=True), group_names(subject), model.name)
        measurements = [*_measured(model.name, found), *(m for g in groups for m in g.measurements)]
        text = _message(model.name, other, found, space, groups, looked_at, int(refused.sum()))
        return Findings(measurements, text + note, _exhibits(found, space, groups, self.most_changes))

    def _wanted(self, subject: Subject, model: Model) -> tuple[bool, str]:
        """Return whether the positive answer is wanted, and what the other answer is called."""
        positive = subject.roles.positive
        if positive is None:
            return True, "the other answer"
        classes = [str(c) for c in getattr(model.estimator, "classes_", ())]
        if not self.wanted or self.wanted == positive:
            other = [c for c in classes if c != positive]
            return True, f"'{other[0]}'" if len(other) == 1 else f"not '{positive}'"
        if classes and self.wanted not in classes:
            raise DataError(f"the wanted answer is '{self.wanted}', which {model.name} never gives. {did_you_mean(self.wanted, classes)}")
        return False, f"'{positive}'"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _measured(model: str, found: "Found") -> list[Measurement]:
    n, hits = len(found.found), int(found.found.sum())
    where = {"model": model}
    count, distance = found.changed[found.found].sum(axis=1), found.distance[found.found]
    how = "mean over the rows with a counterfactual; Student's interval"
    measurements = [
        rate("counterfactual_found", hits, n, where),
        Measurement("over_budget", int(found.over_budget.sum()), "rows", where, n, method="count of the rows that were given up"),
        _mean("changed_columns", count, "columns", where, how),
        _mean("counterfactual_distance", distance, "deviations", where, f"{how}; numbers by their median absolute deviation, a category counts 1"),
    ]
    for i in _order(found):
        measurements.append(rate("column_changed", int(found.changed[found.found, i].sum()), hits, {**where, "feature": found.columns[i]}))
    return measurements


def _mean(name: str, values: np.ndarray, unit: str, where: Mapping[str, str], how: str) -> Measurement:
    if not len(values):
        return Measurement(name, None, unit, where, 0, method="not estimable: no row has a counterfactual")
    band = mean_interval(values, LEVEL)
    return Measurement(name, float(values.mean()), unit, where, len(values), band, LEVEL if band else None, how)


def _order(found: "Found") -> list[int]:
    """Return the columns that change in any row, those that change most often first."""
    often = found.changed.sum(axis=0)
    return [int(i) for i in np.argsort(-often, kind="stable") if often[i]]


def _fixed(space: Space, most: int = 4) -> str:
    """Return which columns stay, by reason."""
    reasons: dict[str, list[str]] = {}
    for column, why in space.fixed.items():
        reasons.setdefault(why, []).append(f"'{column}'")
    return "; ".join(f"{listed(columns, most)} ({why})" for why, columns in reasons.items())


def _message(model: str, other: str, found: "Found", space: Space, groups: "Sequence[Recourse]", looked_at: str, refused: int) -> str:
    n, hits = len(found.found), int(found.found.sum())
    rows = f"{n:,} of the {refused:,} rows" if n < refused else f"{counted(n, 'row')}" if n > 1 else "the one row"
    text = f"Of {rows} that {model} answers with {other} (among {looked_at}), {percent(hits / n)} would be answered otherwise"
    if hits:
        single = float((found.changed[found.found].sum(axis=1) == 1).mean())
        often = _order(found)[:3]
        most = listed(f"'{found.columns[i]}' ({percent(float(found.changed[found.found, i].mean()))})" for i in often)
        text += f" after a change of the columns that may change, in {percent(single)} of them of a single one; most often {most}."
    else:
        text += "."
    left = n - hits - int(found.over_budget.sum())
    if left:
        text += f" For {counted(left, 'row')} no change was found that does."
    if found.over_budget.any():
        text += f" {counted(int(found.over_budget.sum()), 'row')} were given up when the budget was spent."
    text += "".join(f" {g.sentence}" for g in groups if g.sentence)
    if space.fixed:
        text += f" These stayed as they are: {_fixed(space)}."
    return text


def _exhibits(found: "Found", space: Space, groups: "Sequence[Recourse]", most_changes: int) -> list[Exhibit]:
    n, hits = len(found.found), int(found.found.sum())
    count = found.changed[found.found].sum(axis=1)
    lines = [bar(counted(k, "column"), rate("share", int((count == k).sum()), n)) for k in range(1, most_changes + 1)]
    lines.append(bar("none found", rate("share", n - hits, n)))
    shown = [
        Exhibit(
            Kind.BARS, "How many columns have to change", ("label", "value", "low", "high", "n"), lines, "share of the rows",
            note="The fewest that were found; each is confirmed by the model itself. A greedy search: fewer may do.",
        )
    ]  # fmt: skip
    if hits:
        columns = [bar(found.columns[i], rate("share", int(found.changed[found.found, i].sum()), hits)) for i in _order(found)[:15]]
        shown.append(
            Exhibit(
                Kind.BARS, "Which columns have to change", ("label", "value", "low", "high", "n"), columns, "share of the rows with a counterfactual",
                note="In the nearest counterfactual of each row; other changes may do as well.",
            )
        )  # fmt: skip
    shown += [e for g in groups for e in g.exhibits]
    if space.fixed:
        shown.append(Exhibit(Kind.TABLE, "Columns that stayed as they are", ("column", "because"), list(space.fixed.items())[:1000]))
    return shown
