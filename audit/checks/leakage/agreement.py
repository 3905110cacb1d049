"""Labels and probabilities out of sample, and the curves by which they agree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.stats.confident_learning import label_errors
from audit.stats.lapse import Lapse, ceiling_p_value, lapse

LEVEL, DRAWS = 0.95, 100
#: Rows with one prediction from which they get a curve of their own; the others share one.
LEAST_OF_GROUP = 200


@dataclass(frozen=True)
class Evidence:
    """Labelled rows with probabilities that were predicted without them.

    Parameters
    ----------
    labels : ndarray of int, shape (rows,)
        From 0 to classes - 1.
    probabilities : ndarray, shape (rows, classes)
        Predicted without the row.
    identities : ndarray of str, shape (rows,)
        Hash of the key of each row.
    classes : sequence of str
        Names.
    by : str
        Where the probabilities come from.
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    identities: NDArray[np.object_]
    classes: Sequence[str]
    by: str

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each row."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def log_odds(self) -> NDArray[np.float64]:
        """Log-odds of the most probable class of each row."""
        p = self.probabilities
        best = np.clip(p.max(axis=1) / np.maximum(p.sum(axis=1), 1e-12), 1e-9, 1 - 1e-9)
        return np.asarray(np.log(best / (1 - best)))

    @property
    def others(self) -> NDArray[np.float64]:
        """How likely each class is where the predicted one is wrong, shape (rows, classes)."""
        rest = self.probabilities + 1e-9
        rest[np.arange(len(rest)), self.predicted] = 0
        return np.asarray(rest / rest.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Agreement:
    """How labels agree with predictions, by predicted class.

    Parameters
    ----------
    evidence : Evidence
        Whose.
    curves : sequence of (ndarray of bool, Lapse)
        The rows of each group, and their curve.
    """

    evidence: Evidence
    curves: Sequence[tuple[NDArray[np.bool_], Lapse]]

    @classmethod
    def fit(cls, evidence: Evidence, seed: int) -> "Agreement":
        """Fit a curve for each class that is predicted often, and one for all the others."""
        predicted, log_odds = evidence.predicted, evidence.log_odds
        often = np.bincount(predicted, minlength=len(evidence.classes)) >= LEAST_OF_GROUP
        rest = ~often[predicted]
        if 0 < rest.sum() < LEAST_OF_GROUP // 2:
            # too few for a curve of their own, so all share one
            often[:], rest[:] = False, True
        groups = [predicted == c for c in np.flatnonzero(often)] + ([rest] if rest.any() else [])
        agrees = predicted == evidence.labels
        return cls(evidence, [(rows, lapse(log_odds[rows], agrees[rows], DRAWS, seed)) for rows in groups])

    def log_likelihood(self, *, overlap_only: bool) -> float:
        """Return the log-likelihood of the labels, with the ceilings or without."""
        evidence, chance = self.evidence, np.zeros(len(self.evidence.labels))
        for rows, curve in self.curves:
            chance[rows] = curve.chance(evidence.log_odds[rows], overlap_only=overlap_only)
        chance = np.clip(chance, 1e-12, 1 - 1e-12)
        other = evidence.others[np.arange(len(chance)), evidence.labels]
        agrees = evidence.predicted == evidence.labels
        return float(np.sum(np.where(agrees, np.log(chance), np.log((1 - chance) * np.where(agrees, 1, other)))))

    def right_agrees(self, *, overlap_only: bool = False) -> NDArray[np.float64]:
        """Return for each row the chance that a right label agrees with the prediction; all are right where overlap explains everything."""
        values = np.zeros(len(self.evidence.labels))
        for rows, curve in self.curves:
            z = self.evidence.log_odds[rows]
            values[rows] = curve.chance(z, overlap_only=True) if overlap_only else curve.agreement(z)
        return values

    def wrong_if_disagreeing(self) -> NDArray[np.float64]:
        """Return for each row the chance that its label, if it is not the predicted class, is wrong."""
        values = np.zeros(len(self.evidence.labels))
        for rows, curve in self.curves:
            values[rows] = curve.error_given_disagreement(self.evidence.log_odds[rows])
        return values

    def share(self) -> tuple[float, tuple[float, float]]:
        """Return the share of labels that disagree beyond overlap, over all rows, with its interval."""
        weights = [float(np.mean(rows)) for rows, _ in self.curves]
        share = sum(w * curve.rate for w, (_, curve) in zip(weights, self.curves, strict=True))
        drawn = np.sum([w * curve.rates for w, (_, curve) in zip(weights, self.curves, strict=True)], axis=0)
        low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(share), (min(float(low), share), max(float(high), share))

    def flagged_by_overlap(self, seed: int, *, overlap_only: bool) -> tuple[float, float, float]:
        """Return how many rows confident learning would flag were every label right, with the ends of an interval of the draws."""
        rng, evidence = np.random.default_rng(seed), self.evidence
        agree, reach, n = self.right_agrees(overlap_only=overlap_only), np.cumsum(evidence.others, axis=1), len(evidence.labels)
        counts = []
        for _ in range(DRAWS):
            other = np.minimum((reach < rng.random(n)[:, None]).sum(axis=1), len(evidence.classes) - 1)
            labels = np.where(rng.random(n) < agree, evidence.predicted, other)
            counts.append(int(label_errors(labels, evidence.probabilities).sum()))
        low, high = np.quantile(counts, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(np.mean(counts)), float(low), float(high)


def best_agreement(candidates: Sequence[Evidence], seed: int) -> tuple[Agreement, float]:
    """Return the model under which the labels are likeliest, ceilings allowed, and the p-value of "no label is wrong".

    The best model with ceilings is held against the best one without, of whatever kind: a flexible model learns a low ceiling like anything
    else, so a stiff model without one must not be the only alternative.
    """
    fits = [Agreement.fit(evidence, seed) for evidence in candidates]
    best = max(fits, key=lambda fit: fit.log_likelihood(overlap_only=False))
    gain = best.log_likelihood(overlap_only=False) - max(fit.log_likelihood(overlap_only=True) for fit in fits)
    return best, min(1.0, len(fits) * ceiling_p_value(gain, len(best.curves)))
