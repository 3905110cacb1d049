"""How the robustness of models is shown."""

from audit.checks.performance.perturbations import Perturbation
from audit.checks.rate import bar
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model
from audit.core.wording import percent

#: What the strengths of errors are, under a picture.
STRENGTH = "strength: standard deviations of noise, or how many of the values, 1 for all"


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
        STRENGTH, "share of rows predicted right",
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
    """Draw the selection-rate gap of each sensitive attribute against the strength of each kind of error."""
    found = [m for m in measured if m.name == "selection_rate_gap" and m.where.get("model") == model]
    drawn = []
    for attribute in dict.fromkeys(m.where["attribute"] for m in found):
        own = [m for m in found if m.where["attribute"] == attribute]
        kinds = dict.fromkeys(m.where["perturbation"] for m in own if "perturbation" in m.where)
        # every curve begins with the rows as they are
        placed = [(m, kind) for kind in kinds for m in own if m.where.get("perturbation", kind) == kind]
        rows = [(float(m.where.get("strength", 0)), m.value, *(m.interval or (None, None)), kind) for m, kind in placed]
        drawn.append(
            Exhibit(
                Kind.LINES, f"Selection-rate gap by {attribute} as errors increase", ("x", "y", "low", "high", "series"), rows, STRENGTH,
                "highest minus lowest selection rate", note="Gaps are biased upward where groups are small; at 0 the rows are as they are.",
            )
        )  # fmt: skip
    return drawn


def table(measured: list[Measurement], models: list[Model]) -> Exhibit | None:
    """Show the change in accuracy of all models."""
    changes: dict[str, dict[str, Scalar]] = {}
    for m in measured:
        if m.name == "accuracy_change" and "model" in m.where:
            changes.setdefault(f"{m.where['perturbation']}, {amount(m)}", {})[m.where["model"]] = m.value
    names = [m.name for m in models]
    rows = [(what, *(found.get(name) for name in names)) for what, found in changes.items()]
    return Exhibit(Kind.TABLE, "Change in accuracy by kind and strength of the errors", ("errors", *names), rows) if rows else None
