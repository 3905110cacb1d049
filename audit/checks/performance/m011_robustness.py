"""M011: what errors in the columns do to the answers of a model."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from audit.checks.outcomes import MAX_GROUPS, Outcomes, key, label_counts
from audit.checks.performance.perturbations import Perturbation
from audit.checks.performance.robustness_exhibits import columns, curve, gaps, table
from audit.checks.performance.told_apart import spread_sample
from audit.checks.performance.trial import PREDICTED, Plan, Trial
from audit.checks.plain import null_if_missing
from audit.core.ask import Answers, Ask, Asks, frame, scalar
from audit.core.check import Check, Findings, missing
from audit.core.contract import Contract
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.limit import Limit
from audit.core.subject import Model, Subject
from audit.core.values import as_text

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the sample beside the features.
LABEL, GROUP = "assay_label", "assay_group"


@dataclass(frozen=True, kw_only=True)
class Robustness(Check):
    """Accuracy, ROC AUC, flipped answers and selection-rate gaps as functions of how much is wrong with the columns; needs the fitted model.

    Parameters
    ----------
    rows : int
        Held-out rows, taken by the hash of their key.
    draws : int
        How often errors are drawn anew.
    noise : tuple of float
        Strengths of the noise, in standard deviations of each column, the mildest first.
    shares : tuple of float
        Shares of the values of each column that are missing, swapped or mistyped, the mildest first.
    seed : int
        Of all that is drawn.
    """

    code: ClassVar[str] = "M011"
    title: ClassVar[str] = "Robustness to errors in the columns"
    family: ClassVar[str] = "performance"
    judged: ClassVar[str] = "mild_accuracy_change"
    advice: ClassVar[str] = (
        "Guard the columns that do most harm with clauses of the contract, so that rows with such errors are set aside; or learn from rows with such "
        "errors in them. A model that refuses rows with gaps needs an imputing step before it."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Hendrycks and Dietterich (2019), Benchmarking neural network robustness to common corruptions and perturbations, ICLR",
        "Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: paired interval",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        low=-0.05,
        blocking=False,
        reason="errors in one value of twenty are everyday; a model that loses more than 5 points to them needs guarded columns. A convention",
        source="default of M011",
    )
    rows: int = 1_000
    draws: int = 5
    noise: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)
    shares: tuple[float, ...] = (0.05, 0.1, 0.25, 0.5)
    seed: int = 0

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check, or those of the contract, whose strengths and numbers make sense."""
        for check in super().plan(subject, contract):
            strengths = (check.noise, check.shares)
            in_order = all(s and min(s) > 0 and list(s) == sorted(s) for s in strengths) and max(check.shares, default=0) <= 1
            if not in_order or check.rows < 1 or check.draws < 1:
                raise UsageError(
                    f"{', '.join(check.clauses)}: M011 takes 'rows' and 'draws' of at least 1, 'noise' above 0 and 'shares' above 0 and at most 1, "
                    f"the mildest first; got rows {check.rows}, draws {check.draws}, noise {list(check.noise)}, shares {list(check.shares)}"
                )
            yield check

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of labelled held-out rows."""
        models = _fitted(subject)
        held_out = subject.held_out
        features = _features(subject, models)
        absent = [c for c in features if c not in held_out.columns]
        if absent:
            raise DataError(f"the models were trained on the columns {absent}, which {subject.name} does not have")
        labelled = held_out.filter(~missing(held_out[subject.need("target")]))
        taken = spread_sample(labelled, self.rows, subject.roles.key)
        named = {LABEL: taken[subject.need("target")]} | {f"{PREDICTED}_{i}": taken[m.prediction] for i, m in enumerate(models)}
        named |= {f"{GROUP}_{i}": subject.group(c, taken) for i, c in enumerate(subject.roles.sensitive)}
        texts = {name: as_text(null_if_missing(column)) for name, column in named.items()}
        asks: dict[str, Ask] = {"labels": label_counts(subject), "size": scalar(labelled.count())}
        return asks | {"rows": frame(taken.select(*features, **texts))}

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Put errors in, ask the models again, and compare row by row."""
        outcomes, found = Outcomes.of(subject, answers.rows("labels")), answers.frame("rows")
        if not len(found):
            raise NotApplicable("no held-out row has a label; give the rows their outcomes")
        from audit.engines.answers import Classes

        numeric = subject.table[subject.need("target")].type().is_numeric()
        classes = Classes(lambda value: _key(value, numeric), tuple(outcomes.names), outcomes.positive)
        labels = np.array([classes.code(text) for text in found[LABEL]], dtype=np.int64)
        models = _fitted(subject)
        plain = found[_features(subject, models)]
        trial = Trial(Plan(self.draws, self.noise, self.shares, self.seed), models, plain, labels, classes, _groups(subject, found))
        measured, curves = trial.clean(found)
        for place, kind in enumerate(Perturbation):
            ours, lines = trial.curve(place, kind)
            measured += ours
            curves += lines
        alone = trial.one_at_a_time()
        measured += alone
        exhibits = [curve(curves, models[0].name), *columns(alone), *gaps(measured, models[0].name), table(measured, models)]
        return Findings(measured, trial.message(measured, alone, int(answers.scalar("size"))), [e for e in exhibits if e])


def _fitted(subject: Subject) -> list[Model]:
    """Return the models that can be asked, the one under audit first."""
    models = sorted((m for m in subject.models if m.estimator is not None), key=lambda m: not m.chosen)
    if not models:
        raise NotApplicable("needs a fitted model, and only predictions are at hand; 'assay run' hands over the estimators that it trains")
    return models


def _features(subject: Subject, models: list[Model]) -> list[str]:
    named = list(dict.fromkeys(c for m in models for c in m.features))
    return named or list(subject.features)


def _key(value: Any, numeric: bool) -> str:
    try:
        return key(str(value), numeric)
    except ValueError:
        return str(value)


def _groups(subject: Subject, found: "pd.DataFrame") -> dict[str, NDArray[np.int64]]:
    """Return the group of each row for each sensitive attribute with no more groups than can be compared."""
    import pandas as pd

    groups = {}
    for i, attribute in enumerate(subject.roles.sensitive):
        codes, names = pd.factorize(found[f"{GROUP}_{i}"], sort=True)
        if 1 < len(names) <= MAX_GROUPS:
            groups[attribute] = codes.astype(np.int64)
    return groups
