"""One call of NumPy: operands and the dtypes they are computed in go in, a result of the inferred dtype
comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from retrograd.base.dtype import DType
from retrograd.graph.primitive import Primitive


def computed_in(prim: Primitive, dtype: DType, operands: Sequence[DType]) -> DType | None:
    """Arithmetic on half types happens in float32 (None: as it is); moving elements does not."""
    if prim.moves:
        return None
    if dtype.acc is not dtype or any([d.acc is not d for d in operands]):
        return dtype.acc if dtype.is_floating_point else operands[0].acc
    return None


def numpy_value(fn: Callable[..., Any], args: Sequence[Any], params: Sequence[Any], dtype: Any, widen: Any
                ) -> Any:
    """fn(*args, *params), with half operands in `widen` and the result in `dtype` (both NumPy's)."""
    if widen is not None:
        args = [a.astype(widen) if a.dtype.itemsize == 2 and a.dtype.kind in "fV" else a for a in args]
    r = fn(*args, *params)
    if r is not None and (r.__class__ is not np.ndarray or r.dtype != dtype):
        r = np.asarray(r, dtype)
    return r
