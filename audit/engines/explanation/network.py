"""Torch modules: DeepLIFT's rescale rule, which is exact for stacks of linear layers and functions of single units; else shap, else gradients.

A unit's function passes a difference on by its own slope between the two points that are compared, so that what goes in adds up to what comes out.
For a stack of layers this is done for all pairs of an explained and a background row at once.

References
----------
Shrikumar, A., Greenside, P. and Kundaje, A. (2017). Learning important features through propagating activation differences. ICML.
Erion, G. et al. (2021). Improving performance of deep learning models with axiomatic attribution priors and expected gradients.
Nature Machine Intelligence 3.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from audit.core.errors import NotApplicable
from audit.engines.explanation.explained import Explained, Values, divided
from audit.engines.explanation.parts import TorchMargin
from audit.engines.refusals import REFUSALS

#: Pairs of rows that are looked at together.
PAIRS = 20_000
#: Points on the way from a background row to an explained one, doubled until the gradients add up.
FEWEST_POINTS, MOST_POINTS = 8, 128
#: Rows on which it is seen whether the DeepExplainer knows all layers; it takes its time for each.
PROBED = 10
#: Difference below which the slope between two points is the slope at one of them.
TOO_CLOSE = 1e-7
#: Functions of single units, as torch names them.
UNITWISE = {
    *("ReLU", "ReLU6", "LeakyReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Tanh", "Sigmoid", "LogSigmoid", "Softplus", "Softsign"),
    *("Hardtanh", "Hardswish", "Hardsigmoid", "BatchNorm1d"),
}
#: Layers that do nothing once training is over.
IDLE = {"Dropout", "AlphaDropout", "Identity"}


def explain(margin: TorchMargin, rows: Values, background: Values, tolerance: float) -> Iterator[Explained]:
    """Yield explanations, the exact ones first.

    Parameters
    ----------
    margin : TorchMargin
        The module.
    rows, background : arrays, shape (rows, columns)
        What to explain, and what to compare with.
    tolerance : float
        How nearly gradients must add up before fewer points are enough.
    """
    layers = _stack(margin, rows)
    if layers is not None:
        yield _rescaled(margin, layers, rows, background)
        return
    probe = _deep(margin, rows[:PROBED], background)
    if probe is not None and probe.error(margin.values(rows[:PROBED])) <= tolerance and (found := _deep(margin, rows, background)) is not None:
        yield found
    if (found := _gradients(margin, rows, background, tolerance)) is not None:
        yield found


def _stack(margin: TorchMargin, rows: Values) -> list[Any] | None:
    """Return the layers, first to last, where the module does nothing but apply one after the other."""
    import torch

    layers = [m for m in margin.inner.modules() if not list(m.children())]
    kinds = [type(layer).__name__ for layer in layers]
    if not all(k == "Linear" or k in UNITWISE or k in IDLE for k in kinds):
        return None
    layers = [layer for layer, kind in zip(layers, kinds, strict=True) if kind not in IDLE]
    x = margin.tensor(rows[:50])
    with torch.no_grad():
        expected, x = margin.inner(x), x
        try:
            for layer in layers:
                x = layer(x)
        except RuntimeError:
            return None
    return layers if x.shape == expected.shape and torch.allclose(x, expected, rtol=1e-9, atol=1e-12) else None


def _rescaled(margin: TorchMargin, layers: list[Any], rows: Values, background: Values) -> Explained:
    import torch

    mix = torch.tensor(margin.weights, dtype=torch.float64)
    compared = margin.tensor(background)
    parts = divided(len(background))
    found = np.empty((len(parts), *rows.shape))
    step = max(1, PAIRS // max(len(background), 1))
    with torch.no_grad():
        below = _through(layers, compared)
        for start in range(0, len(rows), step):
            explained = margin.tensor(rows[start : start + step])
            slope = mix.expand(len(explained), len(compared), -1)
            for layer, own, other in reversed(list(zip(layers, _through(layers, explained)[:-1], below[:-1], strict=True))):
                linear = type(layer).__name__ == "Linear"
                slope = slope @ layer.weight if linear else slope * _between(layer, own, other)
            values = slope * (explained[:, None] - compared[None])
            for k, part in enumerate(parts):
                found[k, start : start + step] = values[:, part].mean(dim=1).numpy()
        base = float((below[-1] @ mix).mean())
    sizes = np.array([part.stop - part.start for part in parts], dtype=float)
    values = np.tensordot(sizes / sizes.sum(), found, axes=1)
    return Explained(f"rescale rule through {len(layers)} layers, {len(background)} background rows", values, base, parts=iter(found))


def _through(layers: list[Any], x: Any) -> list[Any]:
    """Return what goes into each layer, and last what comes out."""
    passed = [x]
    for layer in layers:
        passed.append(layer(passed[-1]))
    return passed


def _between(layer: Any, own: Any, other: Any) -> Any:
    """Return the slope of a unit's function between the inputs of each pair of rows, shape (rows, background, units)."""
    import torch

    apart = own[:, None] - other[None]
    slope = (layer(own)[:, None] - layer(other)[None]) / apart
    close = apart.abs() < TOO_CLOSE
    if close.any():
        with torch.enable_grad():
            at = own.detach().requires_grad_()
            (own_slope,) = torch.autograd.grad(layer(at).sum(), at)
        slope = torch.where(close, own_slope[:, None].expand_as(slope), slope)
    return slope


def _deep(margin: TorchMargin, rows: Values, background: Values) -> Explained | None:
    try:
        import shap
    except ImportError as error:
        raise NotApplicable("needs the package shap; install it with: pip install 'assay-audit[explain]'") from error
    try:
        with warnings.catch_warnings():
            # a layer that DeepExplainer does not know is told by one warning for each row; the additivity error tells it better
            warnings.filterwarnings("ignore", message="unrecognized nn.Module", category=UserWarning)
            explainer = shap.DeepExplainer(margin.module, margin.tensor(background))
            values = np.asarray(explainer.shap_values(margin.tensor(rows), check_additivity=False), dtype=float)
    except REFUSALS:
        return None
    return Explained(f"shap DeepExplainer, {len(background)} background rows", values.reshape(rows.shape), float(margin.values(background).mean()))


def _gradients(margin: TorchMargin, rows: Values, background: Values, tolerance: float) -> Explained | None:
    """Follow the gradient along the straight way from each background row to each explained one, at more and more points."""
    outputs, base = margin.values(rows), float(margin.values(background).mean())
    points = FEWEST_POINTS
    while True:
        found = _expected_gradients(margin, rows, background, points)
        if found is None:
            return None
        method = f"expected gradients, {len(background)} background rows, {points} points"
        explained = Explained(method, found, base, exact=False)
        if explained.error(outputs) <= tolerance or points >= MOST_POINTS:
            return explained
        points *= 2


def _expected_gradients(margin: TorchMargin, rows: Values, background: Values, points: int) -> Values | None:
    import torch

    nodes, weights = np.polynomial.legendre.leggauss(points)
    step = max(1, PAIRS // max(len(background), 1))
    compared = margin.tensor(background)
    found = np.zeros(rows.shape)
    for start in range(0, len(rows), step):
        away = margin.tensor(rows[start : start + step])[:, None] - compared[None]
        for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
            at = (compared[None] + node * away).reshape(-1, rows.shape[1]).requires_grad_()
            try:
                (slope,) = torch.autograd.grad(margin.module(at).sum(), at)
            except RuntimeError:
                return None
            found[start : start + step] += weight * (slope.reshape(away.shape) * away).mean(dim=1).numpy()
    return found
