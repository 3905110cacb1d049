"""Why a model decides as it does, for any model or function on frames and arrays: ``from audit import explain``.

Every importance has a band, every explanation says how it was made and how nearly it adds up to the model's own output.
"""

from audit.explanations.global_importance import GlobalImportance, global_importance
from audit.explanations.local import LocalExplanations, local

__all__ = ["GlobalImportance", "LocalExplanations", "global_importance", "local"]
