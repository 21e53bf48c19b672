"""Data that comes with the package: NumPy arrays, so that they are useful with or without tensors."""

from retrograd.datasets.digits import load_digits
from retrograd.datasets.split import every_fifth

__all__ = ["every_fifth", "load_digits"]
