"""The training record of a run as rows and exhibits. Shows what it knows and leaves out what is not there."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit.core.exhibit import Exhibit, Kind
from audit.render import figures, wording
from dashboard import view

#: Longest curve that is drawn point by point; a longer one is thinned evenly, its last point kept.
LONGEST = 200


def split_rows(training: Mapping[str, Any]) -> pd.DataFrame:
    """Return how many rows each part of the split has."""
    parts = dict(training.get("split") or {})
    total = sum(parts.values()) or 1
    rows = [{"Part": name, "Rows": f"{n:,}", "Share": figures.number(n / total, "share")} for name, n in parts.items()]
    return pd.DataFrame(rows)


def candidate_rows(training: Mapping[str, Any]) -> pd.DataFrame:
    """Return the candidates, best first, with the metric on the validation rows that they were chosen by."""
    metric = wording.plain_name(str(training.get("metric", "metric")))
    best_first = sorted(training.get("candidates") or [], key=lambda c: c["validation"], reverse=bool(training.get("higher_is_better", True)))
    rows = [
        {
            "Candidate": wording.plain_name(c["name"]),
            f"{metric} on validation": figures.number(c["validation"]),
            "Rows": f"{c['n']:,}",
            "Fitting took": wording.duration(c["seconds"]),
            "Chosen": "✓ chosen" if c["chosen"] else "",
        }
        for c in best_first
    ]
    return pd.DataFrame(rows)


def curves(training: Mapping[str, Any]) -> list[Exhibit]:
    """Return one picture for each candidate that has learning curves: its loss after each epoch."""
    return [_curve(name, record) for name, record in (training.get("learning_curves") or {}).items()]


def _curve(name: str, record: Mapping[str, Any]) -> Exhibit:
    series = {key: values for key, values in record.items() if key != "epoch"}
    length = max(len(values) for values in series.values())
    epochs = list(record.get("epoch") or range(1, length + 1))
    step = -(-length // LONGEST)
    rows = [
        (epochs[i], values[i], wording.plain_name(key))
        for key, values in series.items()
        for i in range(len(values))
        if i % step == 0 or i == len(values) - 1
    ]
    note = "Loss that falls on the training rows but rises on the validation rows is overfitting."
    return Exhibit(Kind.LINES, f"Learning curve of {wording.plain_name(name)}", ("x", "y", "series"), rows, "epochs, or trees", "loss", note=note)


def fact_rows(training: Mapping[str, Any]) -> dict[str, str]:
    """Return the rest of the record by name: split method, seed, features, mitigation."""
    chosen = {
        "Split": training.get("split_method"),
        "Rows without a label, left out": training.get("left_out"),
        "Seed": training.get("seed"),
        "Learnt from": training.get("features"),
        "Of these sensitive": training.get("sensitive_features"),
        "Mitigation": mitigation_sentence(training.get("mitigation") or {}),
        "Split SHA-256": training.get("split_sha256"),
    }
    return {name: _text(value) for name, value in chosen.items() if value not in (None, "", [], ())}


def mitigation_sentence(mitigation: Mapping[str, Any]) -> str:
    """Return what was corrected after training, or why nothing was."""
    if not mitigation:
        return ""
    method, constraint, model = (wording.plain_name(str(mitigation.get(key, ""))) for key in ("method", "constraint", "model"))
    asked = f"{method} for {constraint} by {mitigation.get('sensitive')}"
    if not mitigation.get("applied"):
        return view.sentence(f"{asked} was asked for but not applied: {mitigation.get('reason', 'no reason was recorded')}")
    return view.sentence(f"{asked}, fitted on the {mitigation.get('fitted_on', 'validation')} rows, applied to {model}")


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
