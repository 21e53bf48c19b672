"""Small grey images drawn with characters, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SHADES = {True: " ░▒▓█", False: " .:*#"}
WIDE = 14  # characters are about twice as high as wide


def drawing(image: np.ndarray, *, unicode: bool) -> list[str]:
    """Lines of characters for an 8 x 8 image of 0..1, each row stretched by interpolation."""
    shades = SHADES[unicode]
    at = np.linspace(0, 7, WIDE)
    rows = [np.interp(at, range(8), row) for row in image.reshape(8, 8)]
    return ["".join(shades[min(4, int(value * 4.999))] for value in row) for row in rows]


def side_by_side(images: Sequence[np.ndarray], captions: Sequence[Sequence[str]], *,
                 unicode: bool) -> list[list[str]]:
    """Cells of a table: the rows of the drawings, then the lines of the captions."""
    columns = [[*drawing(image, unicode=unicode), *caption] for image, caption in zip(images, captions)]
    return [[f"{cell:<{WIDE}}" for cell in row] for row in zip(*columns)]
