"""A model that errs more often in one conjunction of columns."""

import hashlib

import numpy as np
import pandas as pd

ROLES = {"target": "label", "prediction": "prediction", "key": ("row",)}


def table(n=5_000, extra=0.3, seed=0):
    """A colour × checks conjunction of 3 % of the rows in which the model errs more often."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "row": range(n),
            "colour": rng.choice(["Black", "White", "Other"], n, p=[0.3, 0.6, 0.1]),
            "checks": rng.choice(6, n, p=[0.3, 0.3, 0.2, 0.1, 0.08, 0.02]),
            "age": rng.integers(16, 70, n),
        }
    )
    weak = (frame["colour"] == "Black") & (frame["checks"] >= 4)
    frame["label"] = rng.choice(["No", "Yes"], n)
    wrong = rng.random(n) < np.where(weak, 0.15 + extra, 0.15)
    frame["prediction"] = np.where(wrong, np.where(frame["label"] == "Yes", "No", "Yes"), frame["label"])
    return frame, weak.to_numpy(), wrong


def even(row):
    """Whether a row is in the half that is searched."""
    return hashlib.md5(str(row).encode()).hexdigest()[-1] in "02468ace"
