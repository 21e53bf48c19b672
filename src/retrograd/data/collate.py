"""Collating: a list of samples goes in, one batch of the same structure comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retrograd import functional as F
from retrograd.base import dtype as dtypes
from retrograd.tensors.create import as_tensor, tensor
from retrograd.tensors.tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Tensors and arrays are stacked, numbers become a tensor, strings a list; dicts, named tuples, tuples
    and lists are collated entry by entry (a tuple of samples comes out as a list).

    >>> x, label = default_collate([(1, "a"), (2, "b")])
    >>> x.tolist(), label
    ([1, 2], ('a', 'b'))
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return F.stack(list(batch), 0)
    if isinstance(first, np.ndarray):
        _refuse_objects(first)
        return as_tensor(np.stack(batch))
    if isinstance(first, np.generic):
        _refuse_objects(first)
        return as_tensor(np.asarray(batch))
    if isinstance(first, bool) or isinstance(first, int):
        return tensor(batch)
    if isinstance(first, float):
        return tensor(batch, dtype=dtypes.float64)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _rebuilt(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, tuple) and _is_named(first):
        return type(first)(*(default_collate(samples) for samples in zip(*batch, strict=True)))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        collated = [default_collate(samples) for samples in zip(*batch, strict=True)]
        return collated if isinstance(first, tuple) else _rebuilt(first, collated)
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
        + str(type(first))
    )


def default_convert(data: Any) -> Any:
    """Arrays as tensors, inside dicts, tuples and lists too; everything else as it is (used without batches).

    >>> import numpy as np
    >>> default_convert({"x": np.array([1, 2])})["x"].tolist()
    [1, 2]
    """
    if isinstance(data, (Tensor, str, bytes)):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return data if data.dtype.kind in "OSUM" else as_tensor(np.asarray(data))
    if isinstance(data, Mapping):
        return _rebuilt(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and _is_named(data):
        return type(data)(*(default_convert(value) for value in data))
    if isinstance(data, Sequence):
        converted = [default_convert(value) for value in data]
        return converted if isinstance(data, tuple) else _rebuilt(data, converted)
    return data


def _is_named(value: tuple) -> bool:
    return getattr(value, "_fields", None) is not None


def _rebuilt(like: Any, values: Any) -> Any:
    try:
        return type(like)(values)
    except TypeError:  # a container of the user's with another constructor
        return values


def _refuse_objects(value: Any) -> None:
    if value.dtype.kind in "OSUM":
        raise TypeError(
            "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "
            + str(value.dtype)
        )
