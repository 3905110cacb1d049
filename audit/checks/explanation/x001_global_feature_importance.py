"""X001: which raw columns move the models' outputs, and how far."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from audit.checks.explanation.importance import Importance, importance
from audit.checks.explanation.samples import explainable, explained_rows
from audit.core.ask import Answers, Asks
from audit.core.check import Check, Findings
from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model, Subject
from audit.core.wording import counted, listed, percent

if TYPE_CHECKING:
    import pandas as pd

#: Columns drawn; the table has all.
SHOWN = 15
#: A stored score further than this from what the handed-over model computes came from another model.
SAME_SCORE = 1e-3


@dataclass(frozen=True, kw_only=True)
class GlobalFeatureImportance(Check):
    """Mean absolute SHAP value of every raw column, for every model whose fitted estimator is at hand.

    Parameters
    ----------
    rows : int
        Held-out rows to explain, taken by the hash of their key.
    background : int
        Training rows that stand for "the column is not known".
    seed : int
        Of the resampling, and of the explanation where its method draws.
    """

    code: ClassVar[str] = "X001"
    title: ClassVar[str] = "Global feature importance"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "additivity_error"
    advice: ClassVar[str] = (
        "Do not use this explanation: its parts do not sum to the model's output. Use a model that a named method explains exactly "
        "(weighted sums, trees, stacks of layers), or explain it as a whole by a function that asks it."
    )
    cites: ClassVar[tuple[str, ...]] = (
        "Lundberg and Lee (2017), A unified approach to interpreting model predictions",
        "Lundberg et al. (2020), From local explanations to global understanding with explainable AI for trees",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit(
        high=1e-3,
        blocking=False,
        reason="an explanation that does not add up to the model's own output explains another model",
        source="default of X001",
    )
    rows: int = 500
    background: int = 100
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for bounded samples of held-out and of training rows."""
        models = explainable(subject)
        return explained_rows(subject, models, self.rows, self.background, [m.score for m in models if m.score])

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Explain each model, fold the values back onto raw columns, and check that they add up."""
        rows, background = answers.frame("rows"), answers.frame("background")
        found = {m.name: importance(m, rows, background, self.seed, subject.roles.positive) for m in explainable(subject)}
        measurements = [m for each in found.values() for m in each.measurements()]
        differing = []
        for model in explainable(subject):
            away = _score_difference(model, rows, found[model.name])
            measurements += [_error(found[model.name]), *([away] if away else [])]
            differing += [model.name] if away and (away.value or 0) > SAME_SCORE else []
        message = _message(subject, next(iter(found.values())), answers.scalar("size")) + "".join(each.doubts() for each in found.values())
        if differing:
            message += f" The fitted {listed(differing)} gives other scores for these rows than the table holds, so it is not what made them."
        return Findings(measurements, message, [_bars(found), _ranks(found)])


def _error(found: Importance) -> Measurement:
    how = f"{found.first.method}; largest difference between base plus values and the model's own output, relative to the largest move from the base"
    return Measurement("additivity_error", found.additivity_error, "relative", {"model": found.name}, found.n, method=how)


def _score_difference(model: Model, rows: "pd.DataFrame", found: Importance) -> Measurement | None:
    """Return how far the explained model's probabilities are from the scores in the table."""
    probability = found.first.probability
    if not model.score or probability is None:
        return None
    import pandas as pd

    stored = pd.to_numeric(rows[model.score], errors="coerce").to_numpy(dtype=float, na_value=np.nan)[found.first.rows]
    away = np.abs(stored - probability)
    known = away[~np.isnan(away)]
    if not known.size:
        return None
    return Measurement(
        "score_difference", float(known.max()), "probability", {"model": model.name}, len(known), method="largest over the sampled rows"
    )


def _message(subject: Subject, found: Importance, size: int) -> str:
    n = found.n
    text = found.told(f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row"))
    shares = {found.columns[i]: share for i in found.order if (share := found.share(i)[0]) is not None}
    if not shares:
        return text
    sensitive = [c for c in subject.roles.sensitive if c in shares]
    if sensitive:
        ranks = [f"'{c}' (rank {list(shares).index(c) + 1} of {len(shares)})" for c in sensitive]
        carried = percent(float(sum(shares[c] for c in sensitive)))
        verb, carry = ("is", "carries") if len(sensitive) == 1 else ("are", "carry")
        text += f" The sensitive {listed(ranks)} {verb} used directly and {carry} {carried}."
    elif subject.roles.sensitive:
        text += " No sensitive column is used directly."
    return text


def _bars(found: dict[str, Importance]) -> Exhibit:
    first = next(iter(found.values()))
    leading = [first.columns[i] for i in first.order[:SHOWN]]
    rows = [
        (column, float(each.mean[i]), *(each.band(i) or (None, None)), each.n, name)
        for column in leading
        for name, each in found.items()
        if column in each.columns
        for i in [each.columns.index(column)]
    ]
    units = listed(dict.fromkeys(each.first.unit for each in found.values()))
    methods = "; ".join(f"{name}: {each.how}" for name, each in found.items())
    return Exhibit(
        Kind.BARS, "How far each column moves the output", ("label", "value", "low", "high", "n", "series"), rows,
        f"mean absolute attribution, {units}",
        note=f"With 95 % bands over the rows explained and the rows compared with; what training again would change is shown by X002. {methods}.",
    )  # fmt: skip


def _ranks(found: dict[str, Importance]) -> Exhibit:
    columns = list(dict.fromkeys(each.columns[i] for each in found.values() for i in each.order))
    rows: list[list[Scalar]] = []
    for column in columns[:MAX_ROWS]:
        row: list[Scalar] = [column]
        for each in found.values():
            i = each.columns.index(column) if column in each.columns else None
            row += [None, None] if i is None else [each.order.index(i) + 1, each.share(i)[0]]
        rows.append(row)
    names = [label for name in found for label in (f"rank in {name}", f"share in {name}")]
    return Exhibit(Kind.TABLE, "Rank of each column in each model", ("column", *names), rows)
