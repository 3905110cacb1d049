"""Probabilities for each row by a model that was fitted without it."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audit.core.errors import NotApplicable

if TYPE_CHECKING:
    import pandas as pd

FOLDS = 5
#: Columns beyond this many are not learnt from, and words beyond this many of a column share one indicator, so that the work stays bounded.
MOST_COLUMNS, MOST_WORDS = 300, 20
#: A column of words of which more than this share are different names rows, and says nothing about others.
MOST_DISTINCT = 0.5
#: The largest number of 32 bits.
LARGEST = float(np.finfo(np.float32).max)


def out_of_fold(rows: "pd.DataFrame", labels: NDArray[np.int64], seed: int) -> dict[str, NDArray[np.float64]]:
    """Predict each row by models fitted on the other four fifths: by a straight line (logistic regression), and by boosted trees.

    Parameters
    ----------
    rows : pandas frame
        Numbers as floats, all else as text.
    labels : ndarray of int, shape (rows,)
        From 0 to classes - 1, each at least as often as there are folds.
    seed : int
        Of the folds.

    Returns
    -------
    dict of str to ndarray of shape (rows, classes)
        By the name of the model.

    Raises
    ------
    NotApplicable
        scikit-learn is not installed, or no column can be learnt from.
    """
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise NotApplicable("needs scikit-learn for probabilities out of fold: pip install 'assay-audit[training]', or declare a score") from error
    rows = rows.apply(lambda column: _moderate(column) if column.dtype.kind == "f" else column)
    numbers = [c for c in rows if rows[c].dtype.kind == "f" and rows[c].nunique() > 1]
    words = [c for c in rows if rows[c].dtype.kind != "f" and 1 < rows[c].nunique(dropna=False) <= MOST_DISTINCT * len(rows)]
    if not numbers and not words:
        raise NotApplicable("needs columns that vary and do not merely name the rows, to learn the labels from")
    kept = [c for c in rows if c in {*numbers, *words}][:MOST_COLUMNS]
    numbers, words = [c for c in numbers if c in kept], [c for c in words if c in kept]
    plain = np.column_stack([*(rows[c].to_numpy(dtype=float) for c in numbers), *(_coded(rows[c]) for c in words)])
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    predicted = {}
    for name, model in _models(len(numbers), len(words), seed).items():
        # on so few rows threads cost more than they bring, above all where others use the machine
        with warnings.catch_warnings(), threadpool_limits(1):
            # a model that stopped early is judged by what it predicts, like any other
            warnings.simplefilter("ignore", ConvergenceWarning)
            predicted[name] = np.asarray(cross_val_predict(model, plain, labels, cv=folds, method="predict_proba"), dtype=float)
    return predicted


def _moderate(column: "pd.Series") -> "pd.Series":
    """Return numbers with those of no magnitude that models can square as missing: infinities, and all beyond what 32 bits hold.

    Cut off at that bound they would still drown every other value of their column in its mean and spread; that one was there stays known,
    since a missing value is learnt from too.
    """
    return column.where(column.abs() <= LARGEST)


def _coded(column: "pd.Series") -> NDArray[np.float64]:
    """Return a number for each of the commonest words, and one for all others; a missing word is a word. No label is looked at."""
    import pandas as pd

    codes, _ = pd.factorize(column, sort=True, use_na_sentinel=False)
    ranks = np.argsort(np.argsort(-np.bincount(codes), kind="stable"), kind="stable")
    return np.minimum(ranks[codes], MOST_WORDS - 1).astype(float)


def _models(numbers: int, words: int, seed: int) -> dict[str, Any]:
    """Return models of a table whose first columns are numbers and whose others are codes of words."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    filled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    coded = list(range(numbers, numbers + words))
    line = ColumnTransformer([("numbers", filled, list(range(numbers))), ("words", one_hot, coded)])
    # trees that split sets of words need no column for each word, and take a quarter of the time
    boosted = HistGradientBoostingClassifier(
        max_iter=60,
        max_leaf_nodes=15,
        l2_regularization=1.0,
        early_stopping=False,
        categorical_features=coded,
        random_state=seed,
    )
    return {"logistic regression": make_pipeline(line, LogisticRegression(max_iter=300)), "boosted trees": boosted}
