"""X007: columns of the model that stand for a sensitive attribute, what flows through them, and what leaving them out would cost."""

from collections.abc import Sequence
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
from audit.checks.explanation.left_out_cost import Cost, costs
from audit.checks.explanation.proxy_flow import EXPLAINED, TIMES, About, flow_measured, flow_of
from audit.checks.explanation.proxy_report import exhibits, sentence
from audit.checks.explanation.telling_columns import telling
from audit.core.ask import Answers, Asks, scalar
from audit.core.check import Check, Findings
from audit.core.errors import DataError, NotApplicable
from audit.core.limit import Limit
from audit.core.subject import Model, Subject
from audit.engines.left_out import replaced

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel

#: Rows that a group needs; attributes looked at, and proxies asked about one by one.
ENOUGH, MOST_ATTRIBUTES, ALONE = 30, 4, 3
LABEL, ANSWER = "assay_label", "assay_answer"


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
        text = " ".join(sentence(a, model.name, outcome(subject)) for a in found) + f" On {where}." + refusals(asked, len(given), len(rows))
        measurements = [m for a in found for m in flow_measured(a, model.name)]
        return Findings(measurements, text, [e for a in found for e in exhibits(a)])

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
        flows = [flow_of((), yes.astype(float), yes, pair), *(flow_of(c, replaced(asked, taken, c, TIMES, self.seed), yes, pair) for c in cuts)]
        cost: list[Cost] = []
        target = subject.roles.target
        if self.refit and block and target and subject.roles.positive is not None and len(train):
            sets = dict.fromkeys([*([(attribute,)] if direct else []), block])
            cost = costs(model, subject.roles.positive, train, train[target], taken, flags(rows[LABEL]), pair, list(sets))
        share = _attribution(asked, model, subject, rows, train, block, self.seed) if block else None
        return About(attribute, high, low, int(pair[0].sum() + pair[1].sum()), direct, told, flows, cost, share)


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
