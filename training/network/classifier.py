"""The network as a scikit-learn classifier, trained by skorch."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, check_X_y
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EarlyStopping
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from audit.core.errors import DataError
from training.models.family import OnEpoch
from training.network.perceptron import Perceptron, TensorBatches, reproducible


class _Report(Callback):
    """Tells the caller about each epoch."""

    def __init__(self, on_epoch: OnEpoch) -> None:
        self.on_epoch = on_epoch

    def on_epoch_end(self, net: Any, **_: Any) -> None:
        self.on_epoch(len(net.history), net.max_epochs)


class TorchMLPClassifier(ClassifierMixin, BaseEstimator):
    """A multilayer perceptron trained by Adam on the cross-entropy, with dropout and early stopping.

    With validation rows, training stops once their loss has not improved for ``patience`` epochs, and the weights of the best epoch are kept.
    Without, it runs for ``max_epochs``.

    Parameters
    ----------
    hidden : tuple of int
        Width of each hidden layer.
    dropout : float
        Share of units switched off while training.
    learning_rate : float
        Step size of Adam.
    batch_size, max_epochs, patience : int
        Rows in a step, passes at most, and passes without improvement before stopping.
    seed : int
        Of initial weights, order of rows and dropout. The caller's random numbers are left as they were.

    Attributes
    ----------
    classes_ : array
        Labels, sorted.
    net_ : skorch.NeuralNetClassifier
        The fitted net.
    history_ : dict of str to list
        ``epoch``, ``train_loss`` and, with validation rows, ``validation_loss``.
    best_epoch_ : int
        The epoch, counted from 1, whose weights are kept.
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (64, 32),
        dropout: float = 0.2,
        learning_rate: float = 0.002,
        batch_size: int = 128,
        max_epochs: int = 100,
        patience: int = 10,
        seed: int = 0,
    ) -> None:
        self.hidden = hidden
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.patience = patience
        self.seed = seed

    def fit(self, X: Any, y: Any, X_val: Any = None, y_val: Any = None, on_epoch: OnEpoch | None = None) -> Self:
        """Fit on dense rows.

        Parameters
        ----------
        X : array of float, shape (rows, columns)
            Without missing values.
        y : array, shape (rows,)
            Labels of any type that can be sorted, at least two of them.
        X_val, y_val : arrays or None
            Rows to stop early on.
        on_epoch : callable or None
            Told after each epoch.

        Raises
        ------
        DataError
            The loss ceased to be a number.
        """
        x, y = check_X_y(X, y, dtype=np.float32)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class only, {self.classes_[0]!r}; a classifier needs at least two")
        self.n_features_in_ = x.shape[1]
        stop = EarlyStopping(patience=self.patience, sink=lambda _: None, load_best=True)
        callbacks: list[Any] = [_Report(on_epoch)] if on_epoch else []
        split = None
        if X_val is not None:
            callbacks.append(stop)
            split = predefined_split(Dataset(check_array(X_val, dtype=np.float32), np.searchsorted(self.classes_, y_val)))
        with reproducible(self.seed):
            self.net_ = self._net(x.shape[1]).set_params(train_split=split)
            self.net_.callbacks = callbacks
            self.net_.fit(x, codes.astype(np.int64))
        self.net_.train_split = None  # the net must not carry the validation rows about
        self._remember(stop if split else None)
        return self

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:
        """Return class probabilities, shape (rows, classes)."""
        check_is_fitted(self)
        x = check_array(X, dtype=np.float32)
        if x.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {x.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} features as input")
        with reproducible(self.seed):
            probabilities: np.ndarray[Any, Any] = self.net_.predict_proba(x).astype(float)
        # in single precision they add up to 1 but for the eighth digit
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Return the most probable class of each row."""
        probabilities = self.predict_proba(X)
        labels: np.ndarray[Any, Any] = self.classes_[probabilities.argmax(axis=1)]
        return labels

    @property
    def module_(self) -> nn.Module:
        """The fitted torch module; it returns logits."""
        check_is_fitted(self)
        module: nn.Module = self.net_.module_
        return module

    def restore(self, weights: Mapping[str, torch.Tensor]) -> Self:
        """Build the net from parameters, ``classes_`` and ``n_features_in_``, with given weights."""
        with reproducible(self.seed):
            self.net_ = self._net(self.n_features_in_).initialize()
        self.net_.module_.load_state_dict(weights)
        return self

    def _net(self, inputs: int) -> Any:
        return NeuralNetClassifier(
            Perceptron,
            module__inputs=inputs,
            module__outputs=len(self.classes_),
            module__hidden=self.hidden,
            module__dropout=self.dropout,
            criterion=nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=self.learning_rate,
            batch_size=self.batch_size,
            max_epochs=self.max_epochs,
            iterator_train=TensorBatches,
            iterator_train__shuffle=True,
            iterator_valid=TensorBatches,
            classes=list(range(len(self.classes_))),
            train_split=None,
            callbacks__print_log=None,
            callbacks__valid_acc=None,
            verbose=0,
        )

    def _remember(self, stop: Any) -> None:
        history = self.net_.history
        whole = sum("train_loss" in epoch for epoch in history)
        if whole < self.max_epochs and not (stop is not None and stop.misses_ >= self.patience):
            # skorch takes an interrupt for the end of training; the person who pressed the key did not mean that
            raise KeyboardInterrupt
        self.history_ = {"epoch": list(history[:, "epoch"]), "train_loss": [float(v) for v in history[:, "train_loss"]]}
        if stop is not None:
            self.history_["validation_loss"] = [float(v) for v in history[:, "valid_loss"]]
        last = self.history_.get("validation_loss", self.history_["train_loss"])[-1]
        if not np.isfinite(last):
            raise DataError(
                f"the network did not converge: its loss was {last} after {len(history)} epochs. Lower the learning rate, or look for extreme values"
            )
        self.best_epoch_ = int(stop.best_epoch_) if stop is not None else len(history)
