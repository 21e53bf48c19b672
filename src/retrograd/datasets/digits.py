"""1,797 handwritten digits of 8 x 8 pixels, read from the file that lies beside this one."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

SOURCE = "Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI"
LICENCE = "CC BY 4.0"
FILE = Path(__file__).with_name("digits.csv.gz")
WHITE = 16.0  # the largest pixel value in the file


def load_digits() -> tuple[np.ndarray, np.ndarray]:
    """The images and what they show.

    Returns:
        (images, labels): float32 of shape (1797, 8, 8) scaled to 0..1, and int64 of shape (1797,).

    Example:
        >>> images, labels = load_digits()
        >>> images.shape, images.dtype, float(images.max()), labels[:5].tolist()
        ((1797, 8, 8), dtype('float32'), 1.0, [0, 1, 2, 3, 4])
    """
    with gzip.open(FILE, "rb") as file:
        rows = np.loadtxt(file, delimiter=",", dtype=np.float32)
    return rows[:, :64].reshape(-1, 8, 8) / np.float32(WHITE), rows[:, 64].astype(np.int64)
