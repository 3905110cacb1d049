"""How often the band that X002 prints for a column's importance holds the importance to a fresh refit.

Run: python -m benchmarks.rank_stability [REFITS [FRESH [CANDIDATE …]]]      (20 and 20, the default, take about fifteen minutes)

On the arrests and the loans samples, as ``assay train`` would: the candidates are trained, each is refitted REFITS times on training rows drawn with
replacement, and FRESH further refits are held against the bands of the ten leading columns. Beside it, the interval of the mean that is
often taken for it.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from audit.checks.explanation.importance import attributions, mean_absolute
from audit.checks.explanation.refit_importance import refit_importance
from audit.config import SplitConfig
from audit.core.subject import Model
from audit.engines.explanation.refit import Refitting
from audit.stats.student import t_quantile
from training import models
from training.candidate import fit_candidate
from training.evaluate import metric
from training.labels import read_labels
from training.split import divide

DATA = Path(__file__).parents[1] / "data"
SETS = ("arrests", "loans")
LEADING = 10
#: How often rows are drawn anew and bands made, so that the share rests on more than one set of refits.
REPEATS = 2


def sources() -> dict[str, tuple[pd.DataFrame, str, str, list[str]]]:
    from audit.config import read_config
    from audit.project import open_project

    found = {}
    for name in SETS:
        project = open_project(read_config(DATA / name / "assay.yaml"))
        frame = project.subject.table.to_pandas()
        roles = project.roles
        found[name] = (frame, str(roles.target), str(roles.positive), [c for c in project.subject.features if c in frame.columns])
    return found


def held(name: str, frame: pd.DataFrame, target: str, positive: str, features: list[str], candidate: str, refits: int, fresh: int) -> None:
    labels = read_labels(frame[target], positive)
    split = divide(labels, SplitConfig(seed=7))
    rows = frame[labels.present].reset_index(drop=True)
    family = models.family(candidate)
    fitted = fit_candidate(
        family, rows, labels, split, features, metric("roc_auc"), seed=7, max_epochs=100, on_epoch=lambda a, b: None
    )  # fmt: skip
    train, validation, test = (rows[split.among_labelled(part)] for part in ("train", "validation", "test"))
    model = Model(candidate, "", estimator=fitted.pipeline, features=tuple(features))
    explained, background = test.head(500), train.head(100)
    refitting = Refitting(model, train, train[target], validation, validation[target])
    inside, inside_mean, widths = [], [], []
    for repeat in range(REPEATS):
        found = refit_importance(model, refitting, explained, background, refits=refits, seconds=1e9, seed=repeat, positive=positive)
        leading = found.order[:LEADING]
        bands = [found.band(i) or (0.0, 0.0) for i in leading]
        means, half = found.refits.mean(axis=0), t_quantile(0.95, refits - 1) * found.refits.std(axis=0, ddof=1) / np.sqrt(refits)
        for number in range(fresh):
            again = Model(candidate, "", estimator=refitting.fitted(10_000_000 + 1_000_000 * repeat + number), features=tuple(features))
            value = mean_absolute(attributions(again, explained, background, 0, positive))
            inside.append([low <= value[i] <= high for i, (low, high) in zip(leading, bands, strict=True)])
            inside_mean.append([abs(value[i] - means[i]) <= half[i] for i in leading])
        widths.append(np.median([(high - low) / max(means[i], 1e-12) for i, (low, high) in zip(leading, bands, strict=True)]))
    by_column = np.mean(inside, axis=0)
    print(
        f"| {name} | {candidate} | {len(by_column)} | {np.size(inside)} | **{100 * np.mean(inside):.1f} %** | {100 * by_column.min():.0f} % "
        f"| {np.mean(widths):.2f} | {100 * np.mean(inside_mean):.1f} % |",
        flush=True,
    )


def main() -> None:
    refits = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    fresh = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    candidates = sys.argv[3:] or ["logistic_regression", "hist_gradient_boosting", "torch_mlp"]
    warnings.simplefilter("ignore")
    print(f"{refits} refits make a band, {fresh} fresh ones are held against it, {REPEATS} times")
    print(
        "| data | model | columns | fresh values | inside the band | worst column | width, of the mean (median) | inside the interval of the mean |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, (frame, target, positive, features) in sources().items():
        for candidate in candidates:
            held(name, frame, target, positive, features, candidate, refits, fresh)


if __name__ == "__main__":
    main()
