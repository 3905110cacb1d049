"""What training wrote about itself, as exhibits and texts. Every key is optional, and what is unknown here is shown as it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.core.exhibit import MAX_ROWS, Exhibit, Kind
from audit.core.run import Run
from audit.render.figures import interval, number
from audit.render.wording import clean, duration, plain_name

_SHOWN_APART = {"candidates", "learning_curves", "chosen", "split", "metric", "seed", "files"}


def candidates(run: Run) -> list[dict[str, str]]:
    """Return the models that were compared: name, score on the validation split, time, and whether it was chosen."""
    rows = []
    for candidate in _list_of_mappings(run.training.get("candidates")):
        ends = candidate.get("interval")
        pair = (ends[0], ends[1]) if isinstance(ends, Sequence) and not isinstance(ends, str) and len(ends) == 2 else None
        seconds = candidate.get("seconds")
        rows.append(
            {
                "name": clean(candidate.get("name", "")),
                "validation": number(candidate.get("validation")),
                "interval": interval(pair) if pair else "",
                "time": duration(seconds) if isinstance(seconds, (int, float)) else "",
                "chosen": "chosen" if candidate.get("chosen") or candidate.get("name") == run.training.get("chosen") else "",
            }
        )
    return rows


def chosen(run: Run) -> str:
    """Return the name of the model that was chosen; empty where none was."""
    named = run.training.get("chosen")
    return clean(named) if named else next((c["name"] for c in candidates(run) if c["chosen"]), "")


def split(run: Run) -> str:
    """Return the sizes of the splits as text: ``3,658 train, 784 validation, 784 test``; empty where no split is recorded."""
    sizes = run.training.get("split")
    if not isinstance(sizes, Mapping):
        return ""
    return ", ".join(f"{number(size)} {clean(name)}" for name, size in sizes.items() if isinstance(size, int))


def learning_curves(run: Run) -> list[Exhibit]:
    """Return one line chart of the losses by iteration for each model that kept them, as columns or as a list of epochs."""
    curves = run.training.get("learning_curves")
    exhibits = []
    for model, course in curves.items() if isinstance(curves, Mapping) else []:
        columns = course if isinstance(course, Mapping) else _columns(_list_of_mappings(course))
        rows = [
            (epoch, value, _loss(str(name)))
            for name, values in columns.items()
            if str(name).endswith("loss") and isinstance(values, Sequence)
            for epoch, value in zip(columns.get("epoch") or range(1, len(values) + 1), values, strict=False)
        ]
        if rows:
            # A long course is thinned evenly; its last epochs stay.
            step = -(-len(rows) // MAX_ROWS)
            title = f"Learning curve of {clean(model)}"
            exhibits.append(Exhibit(Kind.LINES, title, ("x", "y", "series"), rows[::-step][::-1], x_label="epoch or tree", y_label="loss"))
    return exhibits


def _columns(steps: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {name: [step.get(name) for step in steps] for name in (steps[0] if steps else {})}


def other(run: Run) -> list[tuple[str, str]]:
    """Return all further entries of the record as pairs of name and text."""
    pairs: list[tuple[str, str]] = []
    for name, value in run.training.items():
        if name in _SHOWN_APART or value in ({}, [], (), "", None):
            continue
        if isinstance(value, Mapping):
            pairs += [(f"{plain_name(str(name))}: {plain_name(str(key))}", _phrase(inner)) for key, inner in value.items()]
        else:
            pairs.append((plain_name(str(name)), _phrase(value)))
    return pairs


def files(run: Run) -> list[tuple[str, str]]:
    """Return the stored models' files with their SHA-256, where the run's artefacts do not list them already."""
    stored = run.training.get("files")
    return [(clean(name), clean(sha256)) for name, sha256 in stored.items()] if isinstance(stored, Mapping) and not run.artefacts else []


def _loss(name: str) -> str:
    return {"train_loss": "training", "valid_loss": "validation", "validation_loss": "validation"}.get(name, plain_name(name))


def _phrase(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{clean(k)} ({_phrase(v)})" if isinstance(v, Mapping) else f"{clean(k)} {_phrase(v)}" for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_phrase(v) for v in value)
    return "none" if value is None else clean(value) if isinstance(value, str) else number(value)


def _list_of_mappings(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, Sequence) and not isinstance(value, str) else []
