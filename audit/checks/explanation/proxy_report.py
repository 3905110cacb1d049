"""What X007 found, as a sentence and as exhibits."""

from collections.abc import Iterator

from audit.checks.explanation.proxy_flow import About
from audit.checks.explanation.telling_columns import FLOOR
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Scalar
from audit.core.wording import listed, percent, points

COLUMNS = ("label", "value", "low", "high", "n")


def sentence(about: About, model: str, positive: str) -> str:
    """Return what was found about one attribute."""
    gap = about.flows[0]
    text = f"{model} says {positive} {points(gap.gap)} points{_span(gap.interval)} more often to {about.attribute} = {about.high} than to {about.low}"
    if not about.proxies and not about.direct:
        return f"{text}; none of its columns tells '{about.attribute}' by itself (AUC of {FLOOR:g} or more)."
    tells = {t.column: t.area for t in reversed(about.told) if t.confirmed}
    parts = [f"it takes '{about.attribute}' itself"] * about.direct
    if about.proxies:
        said = listed(f"'{c}' (AUC {tells[c]:.2f})" for c in about.proxies)
        parts.append(f"its {said} {'tells' if len(about.proxies) == 1 else 'tell'} '{about.attribute}'")
    one = len(about.proxies) + about.direct == 1
    it, carry = ("it", "carries") if one else ("them", "carry")
    text += f". {_upper(listed(parts))}."
    last = about.flows[-1]
    cut = f"with {it} taken from other rows the gap is {points(last.gap)} points{_span(last.interval)}"
    if about.attribution is None:
        text += f" {_upper(cut)}"
    else:
        text += f" {'It' if one else 'They'} {carry} {percent(about.attribution)} of all attribution: {cut}"
    for cost in about.cost[-1:]:
        text += f". Fitted again without {it}, accuracy changes by {points(cost.accuracy)} points{_span(cost.accuracy_interval)}"
        text += "" if cost.auc is None else f", AUC by {cost.auc:.3f}"
        text += f" and the gap by {points(cost.gap_change)}{_span(cost.gap_change_interval)}"
    return f"{text}."


def _upper(text: str) -> str:
    return text[0].upper() + text[1:]


def _span(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f" ({points(interval[0])} to {points(interval[1])})"


def exhibits(about: About) -> Iterator[Exhibit]:
    """Yield the pictures about one attribute."""
    if about.told:
        lines = [(f"{t.column} ({t.group})", t.area, *t.interval, t.n) for t in about.told[:15]]
        note = "Levels ranked on one half of the rows, counted on the other; intervals allow for all columns that stood out on the first."
        yield Exhibit(
            Kind.BARS, f"How well columns of the model tell {about.attribute}", COLUMNS, lines,
            "area under the ROC curve, 0.5 is chance", reference=FLOOR, reference_label="called a proxy from here", note=note,
        )  # fmt: skip
    rows: list[tuple[Scalar, ...]] = [(", ".join(f.columns) or "as it is", f.gap, *(f.interval or (None, None)), about.n) for f in about.flows]
    yield Exhibit(
        Kind.BARS, f"Gap between {about.attribute} = {about.high} and {about.low} with columns of other rows", COLUMNS,
        rows, "difference of the shares of yes", reference=0.0, reference_label="no gap",
        note="The named columns together take the values of another row, drawn five times; what is left of the gap does not flow through them.",
    )  # fmt: skip
    if about.cost:
        named = [", ".join(c.without) or "nothing" for c in about.cost]
        gaps = [(name, c.gap, *(c.gap_interval or (None, None)), about.n) for name, c in zip(named, about.cost, strict=True)]
        note = "Each fitted again on the same training rows, with or without the named columns, and asked about the same held-out rows."
        yield Exhibit(
            Kind.BARS, f"Gap between {about.attribute} = {about.high} and {about.low}, the model fitted again without", COLUMNS, gaps,
            "difference of the shares of yes", reference=0.0, reference_label="no gap", note=note,
        )  # fmt: skip
        table = [
            (name, c.accuracy, *(c.accuracy_interval or (None, None)), c.auc, *(c.auc_interval or (None, None)))
            for name, c in zip(named[1:], about.cost[1:], strict=True)
        ]
        columns = ("without", "change of accuracy", "low", "high", "change of AUC", "its low", "its high")
        note = "Beside the model fitted again with all columns, on the same held-out rows; with 95 % intervals."
        yield Exhibit(Kind.TABLE, f"What it costs to leave out {about.attribute} and its proxies", columns, table, note=note)
