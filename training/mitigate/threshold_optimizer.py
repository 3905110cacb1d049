"""Thresholds by group, as fairlearn finds them."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.base import BaseEstimator, ClassifierMixin

from audit.core.wording import counted
from training.mitigate.method import Array, Corrected, Mitigation, Scored


class Scores(ClassifierMixin, BaseEstimator):
    """A classifier whose features are the probabilities that the chosen model gave: it need not be asked again, nor see the rows."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Take the classes as 0 and 1."""
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X: Any) -> Array:
        """Return the probabilities of both classes, shape (rows, 2)."""
        score = np.asarray(X, dtype=float).reshape(-1)
        return np.column_stack([1 - score, score])


class ThresholdOptimizerMitigation(Mitigation):
    """One or two thresholds for each group, mixed at random, that meet the constraint on the validation rows at the best accuracy.

    Method of M. Hardt, E. Price and N. Srebro, "Equality of opportunity in supervised learning" (2016), in fairlearn's ``ThresholdOptimizer``.
    """

    def correct(self, rows: Scored, constraint: str, seed: int) -> Corrected:
        """Learn the thresholds and apply them."""
        unseen = {str(g): int((rows.group == g).sum()) for g in sorted(set(rows.group) - set(rows.group[rows.fitting]))}
        if unseen:
            named = ", ".join(f"'{g}' ({counted(n, 'row')} in all)" for g, n in unseen.items())
            return Corrected(None, {}, f"no threshold can be found for groups without validation rows: {named}")
        # any group number will do, and fairlearn compares them with ==
        names, codes = np.unique(rows.group, return_inverse=True)
        optimizer = ThresholdOptimizer(estimator=Scores().fit(None), constraints=constraint, prefit=True, predict_method="predict_proba")
        fitting = rows.fitting
        try:
            optimizer.fit(rows.score[fitting, None], rows.positive[fitting].astype(int), sensitive_features=codes[fitting])
        except ValueError as error:
            return Corrected(None, {}, _in_words(str(error), names))
        prediction = optimizer.predict(rows.score[:, None], sensitive_features=codes, random_state=seed)
        found = optimizer.interpolated_thresholder_.interpolation_dict
        return Corrected(np.asarray(prediction).astype(bool), {str(names[code]): _plain(rule) for code, rule in sorted(found.items())})


def _in_words(error: str, names: Array) -> str:
    if "Degenerate labels" in error:
        code = error.rsplit(" ", 1)[-1].strip(".'")
        group = f"'{names[int(code)]}'" if code.isdigit() and int(code) < len(names) else "a group"
        return f"the validation rows of group {group} have one outcome only, so that no threshold can be judged there"
    return f"fairlearn found no thresholds: {error}"


def _plain(rule: Any) -> Mapping[str, Any]:
    """Return a group's rule in plain values: with probability ``p0`` the first comparison decides, else the second."""
    return {
        key: {"operator": value.operator, "threshold": float(value.threshold)} if hasattr(value, "threshold") else float(value)
        for key, value in rule.items()
    }


METHOD = ThresholdOptimizerMitigation()
