"""Models that add up weighted columns: their SHAP values are the terms of the sum."""

from collections.abc import Iterator

import numpy as np

from audit.engines.explanation.explained import Explained, Values, divided
from audit.engines.explanation.parts import ModelParts


def explain(parts: ModelParts, rows: Values, background: Values) -> Iterator[Explained]:
    """Yield ``weight × (value - mean of the background)``, where the model is a weighted sum of its columns."""
    weights = np.atleast_2d(np.asarray(getattr(parts.final, "coef_", ()), dtype=float))
    if weights.shape[1] != rows.shape[1] or not hasattr(parts.final, "intercept_"):
        return
    several = len(weights) > 1
    own = weights[parts.output] if several else parts.sign * weights[0]
    intercepts = np.ravel(parts.final.intercept_).astype(float)
    intercept = intercepts[parts.output] if several else parts.sign * intercepts[0]
    centre = background.mean(axis=0)
    against = (own * (rows - background[part].mean(axis=0)) for part in divided(len(background)))
    yield Explained("closed form of a linear model", own * (rows - centre), float(intercept + own @ centre), parts=against)
