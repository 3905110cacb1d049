"""The network itself, how rows reach it, and how it comes out the same twice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn


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
        for wide, narrow in pairwise(widths):
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
            yield from zip(torch.split(self.x, self.batch_size), torch.split(self.y, self.batch_size), strict=True)
            return
        for rows in torch.split(torch.randperm(len(self.x)), self.batch_size):
            yield self.x[rows], self.y[rows]


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Run with own random numbers on one thread: sums over several threads differ in their last digits, and small nets are no faster on more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
