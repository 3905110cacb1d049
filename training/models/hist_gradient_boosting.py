"""Gradient boosting of trees on binned columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier

from training.models.family import Family, OnEpoch, Rows


class HistGradientBoostingFamily(Family):
    """Small trees, slowly, until the validation loss has not improved for ten of them."""

    trusted = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)

    def make(self, *, seed: int, max_epochs: int) -> Any:
        """Return an unfitted classifier."""
        return HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=400, max_leaf_nodes=15, early_stopping=True, n_iter_no_change=10, random_state=seed
        )

    def fit(self, model: Any, train: Rows, validation: Rows, on_epoch: OnEpoch) -> None:
        """Fit, stopping on the validation rows."""
        model.fit(train.x, train.y, X_val=validation.x, y_val=validation.y)

    def curves(self, model: Any) -> Mapping[str, Sequence[float]]:
        """Return losses by number of trees; the first entry is before any tree."""
        # scikit-learn stores losses negated, as scores
        train, validation = (-model.train_score_).tolist(), (-model.validation_score_).tolist()
        return {"epoch": list(range(len(train))), "train_loss": train, "validation_loss": validation}


FAMILY = HistGradientBoostingFamily()
