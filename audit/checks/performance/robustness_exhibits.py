"""How the robustness of models is shown."""

from audit.checks.performance.perturbations import Perturbation
from audit.checks.rate import bar
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model
from audit.core.wording import percent


def amount(measured: Measurement) -> str:
    """Return the strength of an error in words, such as ``0.1 sd`` or ``5.0 %``."""
    strength = float(measured.where["strength"])
    return f"{strength:g} sd" if measured.where["perturbation"] == Perturbation.NOISE else percent(strength)


def curve(lines: list[tuple[Scalar, ...]], model: str) -> Exhibit | None:
    """Draw the accuracy of the model under audit against the strength of each kind of error."""
    if not lines:
        return None
    return Exhibit(
        Kind.LINES, f"Accuracy of {model} as errors increase", ("x", "y", "low", "high", "series"), sorted(lines, key=lambda r: (str(r[4]), r[0])),
        "noise in standard deviations; else share of the values", "share of rows predicted right",
        note="Bands are those of the change against the same rows without errors, which they compare with; the leftmost points have none.",
    )  # fmt: skip


def columns(alone: list[Measurement]) -> list[Exhibit]:
    """Draw what errors in one column alone change."""
    rows = [bar(f"{m.where['column']}: {amount(m)} {m.where['perturbation']}", m) for m in alone[:15]]
    if not rows:
        return []
    level = f"{100 * float(alone[0].level or 0):.2f}".rstrip("0").rstrip(".")
    exhibit = Exhibit(
        Kind.BARS,
        "Change in accuracy with errors in one column alone",
        ("label", "value", "low", "high", "n"),
        rows,
        "change in accuracy",
        note=f"The most harmful first. Intervals hold all columns at once ({level} % each), since the worst is picked from them.",
    )  # fmt: skip
    return [exhibit]


def gaps(measured: list[Measurement], model: str) -> list[Exhibit]:
    """Draw the selection-rate gaps against the strength of each kind of error."""
    rows: list[tuple[Scalar, ...]] = []
    for m in measured:
        if m.name == "selection_rate_gap" and m.where.get("model") == model:
            ends = m.interval or (None, None)
            attribute, strength = m.where["attribute"], float(m.where.get("strength", 0))
            if "perturbation" in m.where:
                rows.append((strength, m.value, *ends, f"{attribute}, {m.where['perturbation']}"))
    if not rows:
        return []
    exhibit = Exhibit(
        Kind.LINES,
        "Selection-rate gap as errors increase",
        ("x", "y", "low", "high", "series"),
        rows,
        "noise in standard deviations; else share of the values",
        "highest minus lowest selection rate",
        note="Gaps are biased upward where groups are small.",
    )  # fmt: skip
    return [exhibit]


def table(measured: list[Measurement], models: list[Model]) -> Exhibit | None:
    """Show the change in accuracy of all models."""
    changes: dict[str, dict[str, Scalar]] = {}
    for m in measured:
        if m.name == "accuracy_change" and "model" in m.where:
            changes.setdefault(f"{m.where['perturbation']}, {amount(m)}", {})[m.where["model"]] = m.value
    names = [m.name for m in models]
    rows = [(what, *(found.get(name) for name in names)) for what, found in changes.items()]
    return Exhibit(Kind.TABLE, "Change in accuracy by kind and strength of the errors", ("errors", *names), rows) if rows else None
