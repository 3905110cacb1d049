"""Colours, shapes and dashes of all charts."""

from typing import TypeVar

T = TypeVar("T")

#: Mid-tones with at least 3 : 1 against white and against near-black, distinct in lightness and to colour-blind readers (after Okabe and Ito, 2008).
SERIES = ("#3b7bb8", "#c8741f", "#2b9a7f", "#9a66b8", "#b0506a", "#7d8791")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (10, 2), (3, 5))

#: Text and rules: grey enough to be read on light and on dark paper. The report replaces it by the colour of its text.
INK = "#757a80"
#: Cells of a heatmap from little to much, with the text colour that is read on each end.
LOW, HIGH, MIDDLE, BELOW = "#e4ecf5", "#1f4e86", "#f4f1ea", "#a8561a"
ON_LIGHT, ON_DARK = "#1b1f24", "#fdfdfd"


def cycle(values: tuple[T, ...], n: int) -> list[T]:
    """Return ``n`` values, starting over when they run out."""
    return [values[i % len(values)] for i in range(n)]
