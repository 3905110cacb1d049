"""X005: why the model answers as it does for single rows: those it is most sure of and wrong about, those it wavers on, and those asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import ibis
import ibis.expr.types as ir
import numpy as np

from audit.checks.explanation.at_hand import Computed, answered, background_of, flags, model_at_hand, of_rows, outcome, refusals, says, training_rows
from audit.checks.explanation.bands import Bands
from audit.checks.explanation.chosen_rows import DIGITS, IDENTITY, LABEL, Chosen, chosen_of, for_and_against, heatmap_of, message_of, table_of
from audit.checks.explanation.promised import promised
from audit.checks.row_names import masked
from audit.contract.changeable import changeable
from audit.contract.personal import declared_personal
from audit.core.ask import Answers, Ask, Asks, frame, row_hash, sample, scalar
from audit.core.check import Check, Findings
from audit.core.contract import Contract
from audit.core.errors import NotApplicable
from audit.core.limit import Limit
from audit.core.measurement import Measurement
from audit.core.subject import Model, Subject
from audit.core.wording import counted, listed
from audit.engines.counterfactual_space import Promises, space_of

if TYPE_CHECKING:
    import pandas as pd

    from audit.engines.asked_model import AskedModel

#: Rows that may be asked for.
MOST_KEYS = 20
#: Rows put to the model for the changes that would turn an answer.
BUDGET = 100_000


class Keys(tuple[str, ...]):
    """Keys of rows, which a report counts and does not show."""

    def __str__(self) -> str:
        """Return how many there are."""
        return counted(len(self), "key") if self else ""


@dataclass(frozen=True, kw_only=True)
class SingleRows(Check):
    """Attributions of chosen rows in words: the most wrong, the nearest to the threshold, and rows by key.

    A row is named by the hash of its key. Values are shown as fifths of the training rows, and categories that ten training rows share; of columns
    that are sensitive, personal or classified, nothing is shown but what they added to the answer.

    Parameters
    ----------
    rows : int
        Held-out rows to choose from, taken by the hash of their key.
    each : int
        Rows of each kind.
    keys : tuple of str
        Keys of further rows, or the hashes by which a report names them.
    background : int
        Training rows that stand for "the column is not known", and that values are compared with.
    hidden : tuple of str
        Columns whose values are not shown, beside those that roles and contract protect.
    promises : Promises
        What the contract declares about changes; read from it.
    seed : int
        Of the explanation where its method draws.
    """

    code: ClassVar[str] = "X005"
    title: ClassVar[str] = "Single rows explained"
    family: ClassVar[str] = "explanation"
    judged: ClassVar[str] = "rows_explained"
    advice: ClassVar[str] = "Look these rows up by their keys and ask whether the label or the model is wrong."
    cites: ClassVar[tuple[str, ...]] = ("Lundberg and Lee (2017), A unified approach to interpreting model predictions",)
    slow: ClassVar[bool] = True

    limit: Limit = Limit()
    rows: int = 5_000
    each: int = 5
    keys: tuple[str, ...] = ()
    background: int = 500
    hidden: tuple[str, ...] = ()
    promises: Promises = field(default_factory=Promises)
    seed: int = 0

    def __post_init__(self) -> None:
        """Keep keys out of what a report shows of the parameters."""
        object.__setattr__(self, "keys", Keys(self.keys))

    @classmethod
    def plan(cls, subject: Subject, contract: Contract) -> Iterable[Self]:
        """Yield one check that knows which columns the contract protects, and what it says about changes."""
        protected = tuple(c.name for c in contract.columns if declared_personal(c) or c.custom.get("specialCategory") not in (None, "none"))
        for check in list(cls.declared(contract)) or [cls()]:
            yield replace(check, hidden=tuple(dict.fromkeys((*check.hidden, *protected))), promises=changeable(contract))

    def asks(self, subject: Subject) -> Asks:
        """Ask for a bounded sample of held-out rows, for the rows that were named, and for training rows."""
        asks: dict[str, Ask] = {
            "size": scalar(subject.held_out.count()),
            "rows": self._rows(subject, sample(subject.held_out, self.rows, subject.roles.key)),
            "background": training_rows(subject, self.background),
        }
        if self.keys:
            named = subject.table.filter(_named(subject, subject.table, self.keys))
            asks["named"] = self._rows(subject, sample(named, MOST_KEYS, subject.roles.key))
        return asks

    def _rows(self, subject: Subject, rows: ir.Table) -> Ask:
        judged: dict[str, Computed] = {}
        if subject.roles.target and subject.roles.positive is not None:
            judged[LABEL] = says(subject, subject.roles.target)
        identity = row_hash(rows, subject.roles.key).name(IDENTITY)
        return frame(rows.select(*model_at_hand(subject).features, identity, **{name: computed(rows) for name, computed in judged.items()}))

    def measure(self, subject: Subject, answers: Answers) -> Findings:
        """Choose the rows, explain them, and look for the change that would turn each answer."""
        import pandas as pd

        from audit.engines.asked_model import AskedModel
        from audit.engines.attributions import attribute

        model, given, background = model_at_hand(subject), answers.frame("rows"), answers.frame("background")
        asked = AskedModel(model, subject.roles.positive)
        taken, rows = answered(asked, given)
        places, why = self._choose(asked, taken, rows)
        picked, among = rows.iloc[places], taken.iloc[places]
        if self.keys:
            # a name may be shortened as sentences shorten it, and no further: a short key is the beginning of many
            names = tuple(key for key in self.keys if len(key) >= DIGITS)
            by_name = rows[[name.startswith(names) for name in masked(rows[IDENTITY])]]
            named = pd.concat([answers.frame("named"), by_name]).drop_duplicates(IDENTITY).head(MOST_KEYS)
            if len(named):
                more, known = asked.settle(named)
                picked, among = pd.concat([picked, named[known]]), pd.concat([among, more])
                why = [*why, *["asked for"] * len(more)]
        where = of_rows(len(rows), answers.scalar("size"))
        note = refusals(asked, len(given), len(rows))
        if not why:
            raise NotApplicable(f"{model.name} gets none of {where} wrong and wavers on none, and no keys were given{note}")
        picked, among = picked.reset_index(drop=True), among.reset_index(drop=True)
        found = attribute(model, picked, background_of(asked, background, 100), self.seed, subject.roles.positive)
        # a bounded method explains the first rows alone
        picked, among, why = picked.iloc[found.rows], among.iloc[found.rows].reset_index(drop=True), [why[i] for i in found.rows]
        chosen = chosen_of(asked, among, picked, why)
        turns = self._turns(subject, model, asked, among, background, chosen)
        shown = Bands(background, [c for c in model.features if c not in (*self.hidden, *_protected(subject))])
        said = [for_and_against(found, i, c, among, shown) for i, c in enumerate(chosen)]
        missing = f" Of {counted(len(self.keys), 'key')} asked for, {sum(c.why == 'asked for' for c in chosen)} rows were found." if self.keys else ""
        text = message_of(model.name, chosen, said, turns, asked.unit, outcome(subject), where) + missing + note
        measured = Measurement("rows_explained", len(chosen), "rows", {"model": model.name}, len(rows), method=found.method)
        return Findings([measured], text, [table_of(chosen, said, turns, asked.unit), heatmap_of(found, chosen)])

    def _choose(self, asked: "AskedModel", taken: "pd.DataFrame", rows: "pd.DataFrame") -> tuple[list[int], list[str]]:
        """Return which rows are explained, and why: the surest of the wrong ones, then the least sure of all."""
        chances = asked.chances(taken)
        sure = np.abs(chances - asked.cut)
        if np.ptp(chances) == 0:
            return [], []
        wrong: list[int] = []
        if LABEL in rows.columns:
            label, known = flags(rows[LABEL])
            at_fault = np.flatnonzero(known & (asked.says_yes(taken) != label))
            wrong = [int(i) for i in at_fault[np.argsort(-sure[at_fault], kind="stable")][: self.each]]
        # a model that is equally sure of all rows wavers on none
        near = [int(i) for i in np.argsort(sure, kind="stable") if i not in wrong][: self.each] if np.ptp(sure) > 0 else []
        return [*wrong, *near], [*["most wrong"] * len(wrong), *["nearest to the threshold"] * len(near)]

    def _turns(
        self, subject: Subject, model: Model, asked: "AskedModel", rows: "pd.DataFrame", background: "pd.DataFrame", chosen: Sequence[Chosen]
    ) -> list[str]:
        """Return for each row which columns have to change for the answer to turn, by name alone."""
        from audit.engines.classifier import raw_features
        from audit.engines.counterfactuals import search

        space = space_of(raw_features(background, asked.columns), asked.columns, promised(subject, model, self.promises))
        turns = [""] * len(chosen)
        for yes in (False, True):
            places = [i for i, c in enumerate(chosen) if c.yes is yes]
            if places and space.mutable:
                found = search(asked, rows.iloc[places].reset_index(drop=True), space, wanted=not yes, budget=BUDGET)
                for i, changed, done in zip(places, found.changed, found.found, strict=True):
                    turns[i] = listed(f"'{c}'" for c, moved in zip(found.columns, changed, strict=True) if moved) if done else ""
        return turns


def _protected(subject: Subject) -> set[str]:
    roles = subject.roles
    return {*roles.sensitive, *roles.quasi_identifiers, *roles.bookkeeping()}


def _named(subject: Subject, table: ir.Table, keys: Sequence[str]) -> ir.BooleanValue:
    """Return which rows were asked for: by a value of a key column, or by the hash of the key."""
    found = row_hash(table, subject.roles.key).isin(list(keys))
    for column in subject.roles.key:
        found = found | table[column].cast("string").isin(list(keys))
    return ibis.coalesce(found, False)
