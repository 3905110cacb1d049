"""What explanations are used for, on frames and arrays at hand: dependence, single rows, counterfactuals, proxies.

The same checks as in a run, or the search behind them, on a fitted model or any function of a frame.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from audit.checks.explanation.chosen_rows import IDENTITY
from audit.checks.explanation.recourse import recourse_by_group
from audit.checks.explanation.x004_dependence import Dependence
from audit.checks.explanation.x005_single_rows import SingleRows
from audit.checks.explanation.x007_proxies import FlowThroughProxies
from audit.checks.row_names import HEAD, masked
from audit.core.ask import frame as frame_ask
from audit.core.ask import row_hash
from audit.core.check import Check, Findings
from audit.core.errors import NotApplicable, UsageError, did_you_mean
from audit.core.subject import Model
from audit.core.wording import counted, percent
from audit.engines.ask_engine import CheckAnswers
from audit.engines.counterfactual_space import Promises, space_of
from audit.explanation_uses.given import POSITION, Given, framed
from audit.explanation_uses.results import CounterfactualRows, Explanation, table

if TYPE_CHECKING:
    pass


def dependence(
    model: Any, X: Any, *, features: Sequence[str] | None = None, columns: int = 5, rows: int = 400, positive: Any = None, seed: int = 0
) -> Explanation:
    """Tell how the answer moves with its leading columns, and which of them work together (X004).

    Parameters
    ----------
    model : estimator or callable
        A fitted classifier, or a function from a frame to one number a row.
    X : frame or array
        Rows that were not learnt from.
    features : sequence of str, optional
        Columns that the model takes; those it was fitted on, or all, where silent.
    columns, rows : int
        How many columns, those that move the answer most; rows to ask about.
    positive : object, optional
        The class whose chance is looked at; the second where silent.
    seed : int
        Of the resampling.
    """
    given = Given.of(model, X, features, positive)
    return _examined(Dependence(columns=columns, rows=rows, seed=seed), given)


def chosen_rows(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    at: Sequence[int] = (),
    features: Sequence[str] | None = None,
    each: int = 5,
    immutable: Sequence[str] = (),
    positive: Any = None,
    seed: int = 0,
) -> Explanation:
    """Explain single rows: the surest mistakes (with labels), those nearest to the threshold, and those at given positions (X005).

    Parameters
    ----------
    model, X, features, positive, seed
        As for :func:`dependence`.
    y : array_like, optional
        Labels of the rows.
    at : sequence of int
        Positions of further rows.
    each : int
        Rows of each kind.
    immutable : sequence of str
        Columns that may not change in what would turn an answer.

    Returns
    -------
    Explanation
        ``frame`` has a line for each row, with its position in ``X``.
    """
    given = Given.of(model, X, features, positive, y)
    size = len(given.frame)
    for position in at:
        if not 0 <= position < size:
            raise UsageError(f"'at' names position {position}, and the rows are at 0 to {size - 1}")
    check = SingleRows(each=each, keys=tuple(str(i) for i in at), promises=_promises(given.model, immutable=immutable), seed=seed)
    return _examined(check, given)


def proxies(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    sensitive: Any,
    features: Sequence[str] | None = None,
    train: tuple[Any, Any, Any] | None = None,
    refit: bool = True,
    positive: Any = None,
    seed: int = 0,
) -> Explanation:
    """Tell which columns of a model stand for a sensitive attribute, what flows through them, and what leaving them out would cost (X007).

    Parameters
    ----------
    model, X, features, positive, seed
        As for :func:`dependence`.
    y : array_like, optional
        Labels; the model is fitted again only where they are given.
    sensitive : str, sequence of str, or mapping of str to array_like
        Columns of ``X``, or attributes that the model does not take, by name.
    train : tuple of X, y and sensitive, optional
        Rows to fit on again and to find proxies in; where silent the first half of the rows serves for that, and the second is judged.
    refit : bool
        Whether the model is fitted again.
    """
    given = Given.of(model, X, features, positive, y, sensitive, train)
    return _examined(FlowThroughProxies(refit=refit and y is not None, seed=seed), given)


def counterfactuals(
    model: Any,
    X: Any,
    *,
    features: Sequence[str] | None = None,
    wanted: Any = None,
    immutable: Sequence[str] = (),
    may_only: Mapping[str, str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    listed: Mapping[str, Sequence[Any]] | None = None,
    observed: Any = None,
    sensitive: Any = None,
    most_changes: int = 4,
    budget: int = 1_000_000,
) -> CounterfactualRows:
    """Find the fewest and smallest changes after which the model gives the wanted answer, for each row to which it gives the other one.

    Parameters
    ----------
    model, X, features
        As for :func:`dependence`.
    wanted : object, optional
        The class to be reached; the second where silent.
    immutable : sequence of str
        Columns that may not change. Sensitive ones do not change unless they are left out of ``sensitive``.
    may_only : mapping of str to {"increase", "decrease"}
        The only way a number may go.
    ranges, listed : mapping
        Ends of the range of a number, and the only values of a column; the observed ones where silent.
    observed : frame or array, optional
        Rows that show which values occur; ``X`` itself where silent.
    sensitive : str, sequence of str, or mapping of str to array_like, optional
        Attributes whose groups are compared.
    most_changes, budget : int
        Columns that may change at once, and rows that may be put to the model.
    """
    import numpy as np
    import pandas as pd

    from audit.engines.asked_model import AskedModel
    from audit.engines.classifier import raw_features
    from audit.engines.counterfactuals import search

    given = Given.of(model, X, features, wanted, None, sensitive)
    asked = AskedModel(given.model, given.positive)
    taken, known = asked.settle(given.frame)
    refused = ~asked.says_yes(taken)
    places = np.flatnonzero(known)[refused]
    fixed = [*immutable, *(c for c in given.sensitive if c in given.model.features)]
    promises = _promises(given.model, fixed, may_only or {}, ranges or {}, listed or {})
    seen = given.frame if observed is None else framed(observed)
    space = space_of(raw_features(seen, asked.columns), asked.columns, promises)
    rows = taken[refused].reset_index(drop=True)
    found = search(asked, rows, space, wanted=True, most_changes=most_changes, budget=budget)
    groups = recourse_by_group(found, given.frame.iloc[places].reset_index(drop=True), {a: a for a in given.sensitive}, given.model.name)
    index = given.index[places]
    changes = [
        (index[i], name, found.rows[name].iloc[i], found.counterfactuals[name].iloc[i])
        for i, moved in enumerate(found.changed)
        for name, change in zip(found.columns, moved, strict=True)
        if change
    ]
    share = f"{percent(float(found.found.mean()))} have a counterfactual" if len(rows) else "there is none"
    text = f"Of {counted(len(rows), 'row')} that are not given the wanted answer, {share}"
    text += f"; {counted(int(found.over_budget.sum()), 'row')} given up when the budget was spent." if found.over_budget.any() else "."
    findings = Findings([m for g in groups for m in g.measurements], text, [e for g in groups for e in g.exhibits])
    return CounterfactualRows(
        " ".join([text, *(g.sentence for g in groups if g.sentence)]),
        findings,
        pd.DataFrame(changes, columns=["row", "column", "from", "to"]),
        rows=found.rows.set_axis(index),
        counterfactuals=found.counterfactuals.set_axis(index),
        found=pd.Series(found.found, index),
        distance=pd.Series(found.distance, index),
    )


def _promises(
    model: Model,
    immutable: Sequence[str] = (),
    may_only: Mapping[str, str] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    listed: Mapping[str, Sequence[Any]] | None = None,
) -> Promises:
    from audit.contract.changeable import WAYS

    for argument, names in (("immutable", immutable), ("may_only", may_only or {}), ("ranges", ranges or {}), ("listed", listed or {})):
        for name in names:
            if name not in model.features:
                raise UsageError(f"'{argument}' names '{name}', which the model does not take. {did_you_mean(name, model.features)}")
    for name, way in (may_only or {}).items():
        if way not in WAYS:
            raise UsageError(f"'may_only' of '{name}' is '{way}'. {did_you_mean(way, WAYS)}")
    return Promises(
        dict.fromkeys(immutable, "declared immutable"),
        {name: ends[0] for name, ends in (ranges or {}).items()},
        {name: ends[1] for name, ends in (ranges or {}).items()},
        dict(listed or {}),
        {name: WAYS[way] for name, way in (may_only or {}).items()},
    )


def _examined(check: Check, given: Given) -> Explanation:
    """Run one check; what cannot be examined is told."""
    import pandas as pd

    subject, engine = given.subject()
    try:
        asks = check.asks(subject)
        findings = check.measure(subject, CheckAnswers(asks, engine.prefetch(asks.values())))
    except NotApplicable as reason:
        return Explanation(f"Nothing to examine: {reason}.", Findings([], str(reason)), pd.DataFrame())
    first = table(findings.exhibits[0]) if findings.exhibits else pd.DataFrame()
    if HEAD in first.columns:
        names = engine.one(frame_ask(subject.table.select(POSITION, row_hash(subject.table, (POSITION,)).name(IDENTITY))))
        place = dict(zip(masked(names[IDENTITY]), names[POSITION], strict=True))
        first.insert(0, "position", [int(place[name]) for name in first[HEAD]])
    return Explanation(findings.message, findings, first)
