"""A NumPy ufunc called with a tensor goes in; the tensor's own function of that name is called.

    np.sqrt(x), np.maximum(x, 0.0), array * x        ->  a tensor
    array += x                                       ->  the array, written by NumPy
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentTypeError
from retrograd.tensors.create import tensor
from retrograd.tensors.tensor import Tensor

# NumPy's name where it is not PyTorch's.
NAMES = {"power": "pow", "fabs": "abs", "equal": "eq", "conjugate": "clone", "rint": "round",
         "invert": "bitwise_not", "arcsin": "asin", "arccos": "acos", "positive": "clone"}


def _operand(x: Any) -> Any:
    """What a function of tensors takes: arrays become tensors, NumPy's numbers Python's."""
    if isinstance(x, np.generic):
        return x.item()
    return tensor(x) if isinstance(x, np.ndarray) else x


# Functions that take no numbers for tensors, as in PyTorch.
TENSORS_ONLY = frozenset("maximum minimum logical_and logical_or logical_xor atan2 hypot".split())


def of(methods: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    """`__array_ufunc__` by a table of functions."""
    def array_ufunc(self: Tensor, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.get("out")
        if out is not None and not any(isinstance(o, Tensor) for o in out):
            arrays = [x.numpy() if isinstance(x, Tensor) else x for x in inputs]
            return getattr(ufunc, method)(*arrays, **options)
        name = ufunc.__name__
        function = methods.get(NAMES.get(name, name))
        if method != "__call__" or options or function is None:
            what = name if method == "__call__" else f"{name}.{method}"
            given = f" with {', '.join(options)}" if options else ""
            raise ArgumentTypeError(f"NumPy's {what}{given} cannot be asked of a tensor", op=f"np.{what}",
                                    expected="a function that tensors have too",
                                    fix="Give it the values as an array, x.detach().numpy() .")
        operands = [_operand(x) for x in inputs]
        if not isinstance(operands[0], Tensor) and not isinstance(operands[0], (list, tuple)):
            operands[0] = tensor(operands[0], dtype=None if isinstance(inputs[0], np.ndarray)
                                 else self.dtype if self.is_floating_point() else None)
        if function.__name__ in TENSORS_ONLY:
            operands = [x if isinstance(x, Tensor) else
                        tensor(x, dtype=self.dtype if isinstance(x, int) else None) for x in operands]
        return function(*operands)
    return array_ufunc
