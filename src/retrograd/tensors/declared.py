"""What Tensor is made of below; `declared.pyi` tells type checkers the methods that tables put on it."""

from retrograd.graph.wrapping import TensorBase as Methods

__all__ = ["Methods"]
