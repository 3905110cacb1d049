"""The model whose answers are to be turned, fitted alike in every environment; imports nothing of Assay."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def fitted(kind: str, train: pd.DataFrame, numbers: Sequence[str], words: Sequence[str]) -> Any:
    scaled = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", scaled, list(numbers)), ("words", one_hot, list(words))])
    final = LogisticRegression(max_iter=1_000) if kind == "line" else HistGradientBoostingClassifier(random_state=0)
    return make_pipeline(columns, final).fit(train[[*numbers, *words]], train["outcome"])
