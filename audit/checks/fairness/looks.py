"""How the checks of one run share the error rate: which gaps are looked at, at what level each, and how their p-values are adjusted.

All gaps that a run may report as such are one family, with 5 % for all of it. Each question about each attribute is one look, whether or not it
comes to a finding; two checks that ask the same question of the same counts (a difference and a ratio, a rate and the larger of two) share its
look. The search through intersections is one look, and so is the search through strata; each splits it over what it searches.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from audit.core.contract import Contract
from audit.core.subject import Subject
from audit.stats.multiplicity import holm

#: Questions asked of yes-or-no decisions, by what they compare: F001; F005; F002 and F003, with F006; F007 (two); F008; F009; F010; F012.
DECISIONS = (
    "selection_rate",
    "impact_ratio",
    "true_positive_rate",
    "false_positive_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "accuracy",
    "false_negative_share",
    "mean_benefit",
    "base_rate",
)
#: Questions asked of scores: F014, F015.
SCORES = ("roc_auc", "calibration")
#: Questions asked of quantities: F016.
QUANTITIES = ("mean_prediction", "mean_error", "mean_absolute_error", "share_beyond_tolerance")
#: Questions asked of several classes: F017.
CLASSES = ("accuracy", "selection_rate", "recall")


def attributes_of(subject: Subject, contract: Contract) -> tuple[str, ...]:
    """Return the attributes whose groups a run compares: the sensitive ones, and those that a rule of the contract names for a check of fairness."""
    named = (
        str(rule.implementation.get("attribute") or rule.column)
        for rule in contract.all_rules()
        if rule.kind == "custom" and rule.engine == "assay" and str(rule.implementation.get("check", "")).startswith("F")
    )
    return tuple(dict.fromkeys([*subject.roles.sensitive, *(name for name in named if name)]))


def questions(subject: Subject) -> tuple[str, ...]:
    """Return what a run asks of each attribute, which follows from the roles and not from what is found."""
    if subject.roles.positive is None:
        return QUANTITIES if subject.is_quantity else CLASSES
    scored = bool(subject.roles.score) or any(model.chosen and model.score for model in subject.models)
    return (*DECISIONS, *SCORES) if scored else DECISIONS


def looks(subject: Subject, attributes: Iterable[str]) -> int:
    """Return how many looks share the error rate of a run.

    Parameters
    ----------
    subject : Subject
        With its positive outcome settled.
    attributes : iterable of str
        As :func:`attributes_of` gives them.
    """
    compared = len(tuple(attributes))
    searches = 0 if subject.roles.positive is None else 1 + (compared > 1)
    return max(compared, 1) * len(questions(subject)) + searches


def adjusted(p_values: Mapping[str, float | None], family: int) -> dict[str, float | None]:
    """Return p-values adjusted by Holm's procedure in a family of which only some were computed; the others count as the largest.

    Parameters
    ----------
    p_values : mapping of str to float or None
        By any name; ``None`` for a test that could not be made, which stays so.
    family : int
        How many looks there are.

    Returns
    -------
    dict of str to float or None
        To be compared with 5 %.
    """
    made = [p for p in p_values.values() if p is not None]
    unknown = max(family - len(made), 0)
    steps = iter(holm(np.array([*made, *([1.0] * unknown)]))[: len(made)])
    return {name: None if p is None else float(next(steps)) for name, p in p_values.items()}
