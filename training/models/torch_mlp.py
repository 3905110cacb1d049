"""A multilayer perceptron in torch, by way of skorch: Adam, dropout, early stopping."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from audit.core.errors import DataError
from training.models.family import Family, OnEpoch, Rows
from training.network.classifier import TorchMLPClassifier

WEIGHTS = "weights.safetensors"
ARCHITECTURE = "architecture.json"


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
            model.restore(load_file(folder / WEIGHTS))
        except FileNotFoundError as error:
            raise DataError(f"there is no file '{error.filename or folder / WEIGHTS}'. Expected a model folder that 'assay train' wrote") from error
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise DataError(f"the network in '{folder}' is damaged: {' '.join(str(error).split())[:200]}. Train again, or restore it") from error
        return model


FAMILY = TorchMLPFamily()
