"""X007: columns of the model that stand for a sensitive attribute, what flows through them, and what leaving them out would cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from audit.checks.explanation.at_hand import (
    answered,
    background_of,
    flags,
    group_names,
    grouped,
    groups_of,
    held_out_rows,
    model_at_hand,
    of_rows,
    outcome,
    refusals,
    says,
    training_rows,
)
from audit.checks.explanation.left_out_cost import Cost, costs, of_answers
from audit.checks.explanation.telling_columns import FLOOR, Telling, telling
from audit.checks.rate import LEVEL
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.errors import DataError, NotApplicable
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.measurement import Measurement, Scalar
from audit.core.subject import Model, Subject
from audit.core.wording import listed, percent, points
from audit.engines.left_out import replaced
from audit.stats.welch import welch_interval

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel

#: Rows that a group needs; attributes looked at, and proxies asked about one by one.
ENOUGH, MOST_ATTRIBUTES, ALONE = 30, 4, 3
#: Times each row is asked with the columns of other rows.
TIMES = 5
#: Rows that are explained for the share of attribution.
EXPLAINED = 300
LABEL, ANSWER = "assay_label", "assay_answer"
COLUMNS = ("label", "value", "low", "high", "n")


@dataclass(frozen=True)
class Flow:
    """The gap between two groups when some columns take values that know nothing of the row.

    Parameters
    ----------
    columns : tuple of str
        Which; none for the answers as they are.
    gap : float
        Share of yes in the first group less that in the second.
    interval : tuple of two floats or None
        Its interval.
    less : float
        How much smaller the gap is than as it is.
    less_interval : tuple of two floats or None
        Its interval, from the same rows.
    """

    columns: tuple[str, ...]
    gap: float
    interval: tuple[float, float] | None
    less: float
    less_interval: tuple[float, float] | None


@dataclass(frozen=True)
class About:
    """What was found about one attribute.

    Parameters
    ----------
    attribute : str
        Which.
    high, low : str
        The groups with the highest and the lowest share of yes.
    n : int
        Rows of both.
    direct : bool
        Whether the model takes the attribute itself.
    told : list of Telling
        Columns that tell it.
    flows : list of Flow
        The gap as it is, then with columns replaced, all of them last.
    cost : list of Cost
        What leaving columns out comes to, the model fitted again with all of them first.
    attribution : float or None
        Share of all attribution that the attribute and its proxies carry.
    """

    attribute: str
    high: str
    low: str
    n: int
    direct: bool
    told: list[Telling]
    flows: list[Flow]
    cost: list[Cost]
    attribution: float | None

    @property
    def proxies(self) -> list[str]:
        """Columns that are confirmed to tell the attribute, the best first."""
        return list(dict.fromkeys(t.column for t in self.told if t.confirmed))


@dataclass(frozen=True, kw_only=True)
class FlowThroughProxies(Check):
    """Columns that tell a sensitive attribute, and how much of the model's answers goes through them.

    Parameters
    ----------
    rows : int
        Held-out rows to ask about, taken by the hash of their key.
    train : int
        Training rows to find proxies in, and to fit the model on again.
    refit : bool
        Whether the model is fitted again without the columns.
    seed : int
        Of the draws.
    """

    code: ClassVar[str] = "X007"
    title: ClassVar[str] = "What flows through proxies of sensitive attributes"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "selection_rate_gap"
    advice: ClassVar[str] = "Leave out columns that carry the gap and cost little, or say why each of them must stay."
    cites: ClassVar[tuple[str, ...]] = (
        "Datta, Fredrikson, Ko, Mardziel and Sen (2017), Proxy non-discrimination in data-driven systems",
        "Feldman et al. (2015), Certifying and removing disparate impact",
    )
    slow: ClassVar[bool] = True

    limit: Limit = Limit()
    rows: int = 5_000
    train: int = 10_000
    refit: bool = True
    seed: int = 0

    def asks(self, subject: Subject) -> Asks:
        """Ask for bounded samples of held-out and of training rows, with attributes and labels."""
        model = model_at_hand(subject)
        subject.need("sensitive")
        target = subject.roles.target
        judged = {LABEL: says(subject, target), ANSWER: says(subject, model.prediction)} if target and subject.roles.positive is not None else {}
        return {
            "size": scalar(subject.held_out.count()),
            "rows": held_out_rows(subject, self.rows, **grouped(subject), **judged),
            "train": training_rows(subject, self.train, *([target] if target else []), **grouped(subject)),
        }

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Find the proxies, cut them off, and fit the model again without them."""
        from audit.engines.asked_model import AskedModel

        model, given, train = model_at_hand(subject), answers.frame("rows"), answers.frame("train")
        asked = AskedModel(model, subject.roles.positive)
        taken, rows = answered(asked, given)
        yes = asked.says_yes(taken)
        attributes = subject.roles.sensitive[:MOST_ATTRIBUTES]
        found = [a for name in attributes if (a := self._about(subject, model, asked, name, taken, rows, train, yes)) is not None]
        if not found:
            raise NotApplicable(f"no sensitive attribute has two groups of at least {ENOUGH} rows, among at most ten, in {len(rows):,} held-out rows")
        where = of_rows(len(rows), answers.scalar("size"))
        text = " ".join(_sentence(a, model.name, outcome(subject)) for a in found) + f" On {where}." + refusals(asked, len(given), len(rows))
        measurements = [m for a in found for m in _measured(a, model.name)]
        return Findings(measurements, text, [e for a in found for e in _exhibits(a)])

    def _about(
        self, subject: Subject, model: Model, asked: "AskedModel", attribute: str, taken: "pd.DataFrame", rows: "pd.DataFrame", train: "pd.DataFrame",
        yes: NDArray[np.bool_],
    ) -> About | None:  # fmt: skip
        name = group_names(subject)[attribute]
        members = groups_of(rows[name], ENOUGH)
        if not members:
            return None
        order = sorted(members, key=lambda g: float(yes[members[g]].mean()))
        low, high = order[0], order[-1]
        pair = (members[high], members[low])
        whole = train if len(train) >= 2 * ENOUGH else rows
        groups = groups_of(whole[name], ENOUGH)
        others = [c for c in model.features if c != attribute]
        told = telling(whole, others, groups, whole[name].notna().to_numpy(dtype=bool)) if groups else []
        proxies = list(dict.fromkeys(t.column for t in told if t.confirmed))
        direct = attribute in model.features
        block = tuple([attribute] * direct + proxies)
        cuts = dict.fromkeys([*([(attribute,)] if direct else []), *((p,) for p in proxies[:ALONE]), *([block] if block else [])])
        flows = [_flow((), yes.astype(float), yes, pair), *(_flow(c, replaced(asked, taken, c, TIMES, self.seed), yes, pair) for c in cuts)]
        cost: list[Cost] = []
        target = subject.roles.target
        if self.refit and block and target and subject.roles.positive is not None and len(train):
            sets = dict.fromkeys([*([(attribute,)] if direct else []), block])
            cost = costs(model, subject.roles.positive, train, train[target], taken, flags(rows[LABEL]), pair, list(sets))
        share = _attribution(asked, model, subject, rows, train, block, self.seed) if block else None
        return About(attribute, high, low, int(pair[0].sum() + pair[1].sum()), direct, told, flows, cost, share)


def _flow(columns: tuple[str, ...], after: NDArray[np.float64], before: NDArray[np.bool_], pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Flow:
    high, low = pair
    change = before - after
    return Flow(
        columns,
        float(after[high].mean() - after[low].mean()),
        welch_interval(after[high], after[low], LEVEL) if columns else of_answers(before, pair),
        float(change[high].mean() - change[low].mean()),
        welch_interval(change[high], change[low], LEVEL) if columns else None,
    )


def _attribution(
    asked: "AskedModel", model: Model, subject: Subject, rows: "pd.DataFrame", train: "pd.DataFrame", block: Sequence[str], seed: int
) -> float | None:
    """Return the share of all attribution that some columns carry; ``None`` where the model cannot be explained."""
    from audit.engines.attributions import attribute

    background = train if len(train) else rows
    try:
        found = attribute(model, rows.head(EXPLAINED), background_of(asked, background, 100), seed, subject.roles.positive)
    except (DataError, NotApplicable):
        return None
    size = np.abs(found.values).mean(axis=0)
    inside = [i for i, c in enumerate(found.columns) if c in block]
    return float(size[inside].sum() / size.sum()) if size.sum() > 0 else None


def _measured(about: About, model: str) -> Iterator[Measurement]:
    where = {"model": model, "attribute": about.attribute}
    for t in about.told[:15]:
        how = f"levels ranked on one half of the rows, area on the other; newcombe's interval for {t.looks} candidates"
        yield Measurement("proxy_roc_auc", t.area, "", {**where, "group": t.group, "feature": t.column}, t.n, t.interval, t.level, how)
    if about.attribution is not None:
        how = "sum of the mean absolute attributions of the attribute and its proxies, by that of all columns"
        yield Measurement("attribution_share", about.attribution, "share", where, EXPLAINED, method=how)
    for flow in about.flows:
        named = {**where, "groups": f"{about.high} less {about.low}", **({"replaced": ", ".join(flow.columns)} if flow.columns else {})}
        drawn = f"columns of other rows, {TIMES} draws; Welch's interval" if flow.columns else "square-and-add of exact intervals"
        how = f"groups with the highest and the lowest rate; {drawn}"
        yield Measurement("selection_rate_gap_difference", flow.gap, "share", named, about.n, flow.interval, LEVEL if flow.interval else None, how)
        if flow.columns:
            yield Measurement("selection_rate_gap_change", -flow.less, "share", named, about.n, _negative(flow.less_interval), LEVEL, how)
    for cost in about.cost:
        yield from cost.measurements({**where, **({"without": ", ".join(cost.without)} if cost.without else {})}, about.high, about.low)


def _negative(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (-interval[1], -interval[0])


def _sentence(about: About, model: str, positive: str) -> str:
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


def _exhibits(about: About) -> Iterator[Exhibit]:
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
