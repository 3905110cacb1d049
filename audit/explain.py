"""Why a model decides as it does, for any model or function on frames and arrays: ``from audit import explain``.

Every importance has a band, every explanation says how it was made and how nearly it adds up to the model's own output.
"""

from audit.explanation_uses.doors import chosen_rows, counterfactuals, dependence, proxies
from audit.explanation_uses.results import CounterfactualRows, Explanation
from audit.explanations.global_importance import GlobalImportance, global_importance
from audit.explanations.local import LocalExplanations, local

__all__ = [
    "CounterfactualRows",
    "Explanation",
    "GlobalImportance",
    "LocalExplanations",
    "chosen_rows",
    "counterfactuals",
    "dependence",
    "global_importance",
    "local",
    "proxies",
]
