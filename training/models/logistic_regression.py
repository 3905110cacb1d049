"""Logistic regression: the plain model that others must beat."""

from typing import Any

from sklearn.linear_model import LogisticRegression

from training.models.family import Family


class LogisticRegressionFamily(Family):
    """Linear log-odds with an L2 penalty of strength 1; it needs no validation rows."""

    def make(self, *, seed: int, max_epochs: int) -> Any:
        """Return an unfitted classifier; the solver is deterministic and stops by itself, so neither argument bears on it."""
        return LogisticRegression(max_iter=2_000)


FAMILY = LogisticRegressionFamily()
