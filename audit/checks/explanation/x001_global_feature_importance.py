"""X001: which raw columns move the models' outputs, and how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, frame, sample, scalar
from audit.core.check import Check, Findings
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model, Subject
from audit.core.wording import counted, listed, percent
from audit.stats.cells import percentile_interval, resample

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.attributions import Attributions

DRAWS = 1_000
TRAIN = "train"
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
        "(linear, trees, layers that DeepExplainer knows), or explain it by permutation."
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
        models = _explainable(subject)
        table, held_out, split = subject.table, subject.held_out, subject.roles.split
        features = list(dict.fromkeys(c for m in models for c in m.features))
        absent = [c for c in features if c not in table.columns]
        if absent:
            raise DataError(f"the models were trained on the columns {absent}, which {subject.name} does not have")
        scores = list(dict.fromkeys(m.score for m in models if m.score and m.score not in features))
        train = table.filter(table[split].cast("string") == TRAIN) if split else table
        return {
            "size": scalar(held_out.count()),
            "rows": frame(sample(held_out, self.rows, subject.roles.key).select(*features, *scores)),
            "background": frame(sample(train, self.background, subject.roles.key).select(*features)),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Explain each model, fold the values back onto raw columns, and check that they add up."""
        rows, background = answers.frame("rows"), answers.frame("background")
        from audit.engines.attributions import attribute

        found = {m.name: attribute(m, rows, background, self.seed, subject.roles.positive) for m in _explainable(subject)}
        importances = {name: _importance(name, a, self.seed) for name, a in found.items()}
        measurements = [m for importance in importances.values() for m in importance]
        differing = []
        for model in _explainable(subject):
            away = _score_difference(model, rows, found[model.name])
            measurements += [_error(model.name, found[model.name]), *([away] if away else [])]
            differing += [model.name] if away and (away.value or 0) > SAME_SCORE else []
        first = next(iter(found))
        message = _message(subject, first, found[first], importances[first], answers.scalar("size"))
        if differing:
            message += f" The fitted {listed(differing)} gives other scores for these rows than the table holds, so it is not what made them."
        return Findings(measurements, message, [_bars(found, importances), _ranks(found, importances)])


def _explainable(subject: Subject) -> list[Model]:
    models = [m for m in subject.models if m.estimator is not None]
    if not models:
        raise NotApplicable("needs a fitted model, and only predictions are at hand; 'assay run' hands over the estimators that it trains")
    return models


def _importance(name: str, found: "Attributions", seed: int) -> list[Measurement]:
    """Return mean absolute value and share of each column, largest first, with bands from resampling the explained rows."""
    size = np.abs(found.values)
    n = len(size)
    drawn = resample(np.ones(n, dtype=np.int64), DRAWS, seed) @ size / n
    mean, total = size.mean(axis=0), float(size.mean(axis=0).sum())
    with np.errstate(invalid="ignore"):
        shares = drawn / drawn.sum(axis=1, keepdims=True)
    how = f"{found.method}; {n} sampled rows, row bootstrap"
    result = []
    for i in np.argsort(-mean, kind="stable"):
        where = {"model": name, "feature": found.columns[i]}
        band = percentile_interval(drawn[:, i], LEVEL)
        result.append(Measurement("mean_absolute_attribution", float(mean[i]), found.unit, where, n, band, LEVEL, how))
        share = float(mean[i]) / total if total else None
        result.append(
            Measurement("attribution_share", share, "share", where, n, percentile_interval(shares[:, i], LEVEL) if total else None, LEVEL, how)
        )
    return result


def _error(name: str, found: "Attributions") -> Measurement:
    how = f"{found.method}; largest difference between base plus values and the model's own output, relative to the largest move from the base"
    return Measurement("additivity_error", found.additivity_error, "relative", {"model": name}, len(found.values), method=how)


def _score_difference(model: Model, rows: "pd.DataFrame", found: "Attributions") -> Measurement | None:
    """Return how far the explained model's probabilities are from the scores in the table."""
    if not model.score or found.probability is None:
        return None
    import pandas as pd

    stored = pd.to_numeric(rows[model.score], errors="coerce").to_numpy(dtype=float, na_value=np.nan)[: len(found.probability)]
    away = np.abs(stored - found.probability)
    known = away[~np.isnan(away)]
    if not known.size:
        return None
    return Measurement(
        "score_difference", float(known.max()), "probability", {"model": model.name}, len(known), method="largest over the sampled rows"
    )


def _message(subject: Subject, name: str, found: "Attributions", importance: Sequence[Measurement], size: int) -> str:
    shares = {m.where["feature"]: m.value for m in importance if m.name == "attribution_share" and m.value is not None}
    n = len(found.values)
    of = f"{n:,} of {size:,} held-out rows" if n < size else counted(n, "held-out row")
    if not shares:
        return f"No column moves the output of {name} on {of}: it is the same for all."
    leading = listed(f"'{column}' ({percent(share)})" for column, share in list(shares.items())[:3])
    text = f"What moves the output of {name} most is {leading} of all attribution, on {of}."
    sensitive = [c for c in subject.roles.sensitive if c in shares]
    if sensitive:
        ranks = [f"'{c}' (rank {list(shares).index(c) + 1} of {len(shares)})" for c in sensitive]
        carried = percent(float(sum(shares[c] or 0 for c in sensitive)))
        verb, carry = ("is", "carries") if len(sensitive) == 1 else ("are", "carry")
        text += f" The sensitive {listed(ranks)} {verb} used directly and {carry} {carried}."
    elif subject.roles.sensitive:
        text += " No sensitive column is used directly."
    return text


def _bars(found: dict[str, "Attributions"], importances: dict[str, list[Measurement]]) -> Exhibit:
    lines = {n: {m.where["feature"]: m for m in ms if m.name == "mean_absolute_attribution"} for n, ms in importances.items()}
    leading = list(next(iter(lines.values())))[:SHOWN]
    rows = [
        (column, m.value, *(m.interval or (None, None)), m.n, name)
        for column in leading
        for name, by_column in lines.items()
        if (m := by_column.get(column)) is not None
    ]
    units = listed(dict.fromkeys(a.unit for a in found.values()))
    methods = "; ".join(f"{name}: {a.method}" for name, a in found.items())
    return Exhibit(
        Kind.BARS, "How far each column moves the output", ("label", "value", "low", "high", "n", "series"), rows,
        f"mean absolute attribution, {units}",
        note=f"With 95 % bands over resampled rows; they do not show what refitting would change. {methods}.",
    )  # fmt: skip


def _ranks(found: dict[str, "Attributions"], importances: dict[str, list[Measurement]]) -> Exhibit:
    shares = {n: {m.where["feature"]: m.value for m in ms if m.name == "attribution_share"} for n, ms in importances.items()}
    columns = list(dict.fromkeys(c for by_column in shares.values() for c in by_column))
    rows: list[list[Scalar]] = []
    for column in columns:
        row: list[Scalar] = [column]
        for by_column in shares.values():
            row += [list(by_column).index(column) + 1, by_column[column]] if column in by_column else [None, None]
        rows.append(row)
    names = [label for name in found for label in (f"rank in {name}", f"share in {name}")]
    return Exhibit(Kind.TABLE, "Rank of each column in each model", ("column", *names), rows)
