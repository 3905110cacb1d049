"""A multilayer perceptron in torch, as a scikit-learn classifier by way of skorch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_is_fitted, check_X_y
from skorch import NeuralNetClassifier
from skorch.callbacks import Callback, EarlyStopping
from skorch.dataset import Dataset
from skorch.helper import predefined_split
from torch import nn

from audit.core.errors import DataError
from training.models.family import Family, OnEpoch, Rows

WEIGHTS = "weights.safetensors"
ARCHITECTURE = "architecture.json"


class Perceptron(nn.Module):
    """Linear layers with ReLU and dropout between them; returns logits.

    Parameters
    ----------
    inputs, outputs : int
        Columns and classes.
    hidden : sequence of int
        Width of each hidden layer.
    dropout : float
        Share of units switched off while training.
    """

    def __init__(self, inputs: int, outputs: int, hidden: Sequence[int], dropout: float) -> None:
        super().__init__()
        widths = [inputs, *hidden]
        layers: list[nn.Module] = []
        for wide, narrow in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(wide, narrow), nn.ReLU(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], outputs))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (rows, classes)."""
        logits: torch.Tensor = self.layers(x)
        return logits


class TensorBatches:
    """Batches cut from whole tensors; a loader that collates row by row takes ten times as long on tables.

    Parameters
    ----------
    dataset : skorch.dataset.Dataset
        Arrays ``X`` and ``y``.
    batch_size : int
        Rows in a batch.
    shuffle : bool
        Whether in a new random order each time.
    """

    def __init__(self, dataset: Any, batch_size: int, shuffle: bool = False) -> None:
        self.x = torch.as_tensor(np.asarray(dataset.X))
        self.y = torch.zeros(len(self.x), dtype=torch.int64) if dataset.y is None else torch.as_tensor(np.asarray(dataset.y))
        self.batch_size = batch_size
        self.shuffle = shuffle

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Yield the batches."""
        if not self.shuffle:
            yield from zip(self.x.split(self.batch_size), self.y.split(self.batch_size), strict=True)
            return
        for rows in torch.randperm(len(self.x)).split(self.batch_size):
            yield self.x[rows], self.y[rows]


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

    def fit(self, X: Any, y: Any, X_val: Any = None, y_val: Any = None, on_epoch: OnEpoch | None = None) -> Self:  # noqa: N803
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
        with _reproducible(self.seed):
            self.net_ = self._net(x.shape[1]).set_params(train_split=split)
            self.net_.callbacks = callbacks
            self.net_.fit(x, codes.astype(np.int64))
        self.net_.train_split = None  # the net must not carry the validation rows about
        self._remember(stop if split else None)
        return self

    def predict_proba(self, X: Any) -> np.ndarray[Any, Any]:  # noqa: N803
        """Return class probabilities, shape (rows, classes)."""
        check_is_fitted(self)
        x = check_array(X, dtype=np.float32)
        if x.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {x.shape[1]} features, but {type(self).__name__} is expecting {self.n_features_in_} features as input")
        with _reproducible(self.seed):
            probabilities: np.ndarray[Any, Any] = self.net_.predict_proba(x)
        return probabilities.astype(float)

    def predict(self, X: Any) -> np.ndarray[Any, Any]:  # noqa: N803
        """Return the most probable class of each row."""
        probabilities = self.predict_proba(X)
        labels: np.ndarray[Any, Any] = self.classes_[probabilities.argmax(axis=1)]
        return labels

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
        if stop is not None and len(history) < self.max_epochs and stop.misses_ < self.patience:
            # skorch takes an interrupt for the end of training; the person who pressed the key did not mean that
            raise KeyboardInterrupt
        self.history_ = {"epoch": history[:, "epoch"], "train_loss": history[:, "train_loss"]}
        if stop is not None:
            self.history_["validation_loss"] = history[:, "valid_loss"]
        last = self.history_.get("validation_loss", self.history_["train_loss"])[-1]
        if not np.isfinite(last):
            raise DataError(f"the network did not converge: its loss was {last} after {len(history)} epochs. Lower the learning rate, or look for extreme values")
        self.best_epoch_ = int(stop.best_epoch_) if stop is not None else len(history)


class TorchMLPFamily(Family):
    """The network, with its weights stored as safetensors and its architecture as JSON."""

    def make(self, *, seed: int, max_epochs: int) -> Any:
        """Return an unfitted classifier."""
        return TorchMLPClassifier(seed=seed, max_epochs=max_epochs)

    def fit(self, model: Any, train: Rows, validation: Rows, on_epoch: OnEpoch) -> None:
        """Fit, stopping on the validation rows."""
        model.fit(train.x, train.y, X_val=validation.x, y_val=validation.y, on_epoch=on_epoch)

    def curves(self, model: Any) -> Mapping[str, Sequence[float]]:
        """Return the losses by epoch."""
        return dict(model.history_)

    def save(self, model: Any, folder: Path) -> None:
        """Write weights and architecture."""
        architecture = {
            "parameters": {**model.get_params(), "hidden": list(model.hidden)},
            "inputs": model.n_features_in_,
            "classes": model.classes_.tolist(),
            "class_type": model.classes_.dtype.str,
            "history": model.history_,
            "best_epoch": model.best_epoch_,
        }
        try:
            save_file({k: v.contiguous() for k, v in model.net_.module_.state_dict().items()}, folder / WEIGHTS)
            (folder / ARCHITECTURE).write_text(json.dumps(architecture, indent=1, ensure_ascii=False), encoding="utf-8")
        except (OSError, SafetensorError) as error:
            raise DataError(f"cannot write the network to '{folder}': {error}. Check the permissions and the free space") from error

    def load(self, folder: Path) -> Any:
        """Build the network from its architecture and fill in the weights."""
        try:
            architecture = json.loads((folder / ARCHITECTURE).read_text(encoding="utf-8"))
            parameters = architecture["parameters"]
            model = TorchMLPClassifier(**{**parameters, "hidden": tuple(parameters["hidden"])})
            model.classes_ = np.array(architecture["classes"], dtype=architecture["class_type"])
            model.n_features_in_, model.history_, model.best_epoch_ = (architecture[k] for k in ("inputs", "history", "best_epoch"))
            with _reproducible(model.seed):
                model.net_ = model._net(model.n_features_in_).initialize()
            model.net_.module_.load_state_dict(load_file(folder / WEIGHTS))
        except FileNotFoundError as error:
            raise DataError(f"there is no file '{error.filename or folder / WEIGHTS}'. Expected a model folder that 'assay train' wrote") from error
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise DataError(f"the network in '{folder}' is damaged: {' '.join(str(error).split())[:200]}. Train again, or restore the files") from error
        return model


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """Run with own random numbers on one thread: sums over several threads differ in their last digits, and small nets are no faster on more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


FAMILY = TorchMLPFamily()
