"""Sequences of different lengths: padded to one length, or packed step by step, and back.

A packed sequence lists the elements of all sequences at step 0, then those at step 1, and so on, the longest
sequence first: `batch_sizes` says how many there are at each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd import functional as F
from retrograd.functional.packed import Steps
from retrograd.tensors.create import full, tensor
from retrograd.tensors.tensor import Tensor


class PackedSequence(NamedTuple):
    """Elements of sequences step by step; see `pack_padded_sequence`, which makes it."""

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same with its data on another device or in another dtype."""
        return self._replace(data=self.data.to(*args, **kwargs))

    def float(self) -> PackedSequence:
        """The same in float32."""
        return self._replace(data=self.data.float())

    def double(self) -> PackedSequence:
        """The same in float64."""
        return self._replace(data=self.data.double())

    def half(self) -> PackedSequence:
        """The same in float16."""
        return self._replace(data=self.data.half())

    def long(self) -> PackedSequence:
        """The same in int64."""
        return self._replace(data=self.data.long())

    def int(self) -> PackedSequence:
        """The same in int32."""
        return self._replace(data=self.data.int())

    def short(self) -> PackedSequence:
        """The same in int16."""
        return self._replace(data=self.data.short())

    def char(self) -> PackedSequence:
        """The same in int8."""
        return self._replace(data=self.data.char())

    def byte(self) -> PackedSequence:
        """The same in uint8."""
        return self._replace(data=self.data.byte())

    def cpu(self) -> PackedSequence:
        """The same: there is no other device."""
        return self

    def pin_memory(self) -> PackedSequence:
        """The same: memory need not be pinned where there is no other device."""
        return self

    def is_pinned(self) -> bool:
        """False."""
        return False

    @property
    def is_cuda(self) -> bool:
        """False."""
        return False


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The order that undoes another: the result at p[k] is k.

    >>> import retrograd as torch
    >>> invert_permutation(torch.tensor([2, 0, 1]))
    tensor([1, 2, 0])
    """
    return None if permutation is None else tensor(np.argsort(permutation.numpy()))


def pack_padded_sequence(input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
                         ) -> PackedSequence:
    """Sequences padded to one length, (T, B, ...) or with `batch_first` (B, T, ...), without the padding.

    `lengths` are those of the sequences, in decreasing order unless `enforce_sorted` is False.

    >>> import retrograd as torch
    >>> pack_padded_sequence(torch.tensor([[1, 4], [2, 0]]), [2, 1]).data
    tensor([1, 4, 2])
    """
    sizes = np.asarray(lengths.tolist() if isinstance(lengths, Tensor) else lengths, np.int64)
    x = input.transpose(0, 1) if batch_first else input
    if len(sizes) != x.shape[1]:
        raise RuntimeError(f"Expected `len(lengths)` to be equal to batch_size, but got {len(sizes)} "
                           f"(batch_size={x.shape[1]})")
    if (sizes <= 0).any():
        raise RuntimeError("Length of all samples has to be greater than 0, but found an element in "
                           "'lengths' that is <= 0")
    if sizes.max() > x.shape[0]:
        raise RuntimeError(f"lengths go up to {sizes.max()}, the sequences have {x.shape[0]} steps")
    order = None
    if enforce_sorted:
        if (np.diff(sizes) > 0).any():
            raise RuntimeError("`lengths` array must be sorted in decreasing order when `enforce_sorted` is "
                               "True. You can pass `enforce_sorted=False` to pack_padded_sequence and/or "
                               "pack_sequence to sidestep this requirement if you do not need ONNX "
                               "exportability.")
    else:
        order = np.argsort(-sizes, kind="stable")
        sizes = sizes[order]
        x = F.index_select(x, 1, tensor(order))
    batch_sizes = (sizes > np.arange(sizes[0])[:, None]).sum(1)
    data = Steps(batch_sizes).packed(x[:int(sizes[0])])
    if order is None:
        return PackedSequence(data, tensor(batch_sizes))
    return PackedSequence(data, tensor(batch_sizes), tensor(order), tensor(np.argsort(order)))


def pad_packed_sequence(sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0,
                        total_length: int | None = None) -> tuple[Tensor, Tensor]:
    """The padded sequences and their lengths: the inverse of `pack_padded_sequence`.

    >>> import retrograd as torch
    >>> packed = pack_padded_sequence(torch.tensor([[1, 4], [2, 0]]), [2, 1])
    >>> pad_packed_sequence(packed, batch_first=True)
    (tensor([[1, 2],
            [4, 0]]), tensor([2, 1]))
    """
    steps = Steps(sequence.batch_sizes.tolist())
    x = steps.padded(sequence.data, padding_value)
    if total_length is not None:
        if total_length < steps.times:
            raise ValueError("Expected total_length to be at least the length of the longest sequence in "
                             f"input, but got total_length={total_length} and max sequence length being "
                             f"{steps.times}")
        rest = (total_length - steps.times, *x.shape[1:])
        x = F.cat([x, full(rest, padding_value, dtype=x.dtype)], 0)
    lengths = steps.valid.sum(0)
    if sequence.unsorted_indices is not None:
        x = F.index_select(x, 1, sequence.unsorted_indices)
        lengths = lengths[np.asarray(sequence.unsorted_indices.tolist(), np.int64)]
    return x.transpose(0, 1) if batch_first else x, tensor(lengths)


def pad_sequence(sequences: Sequence[Tensor], batch_first: bool = False, padding_value: float = 0.0,
                 padding_side: str = "right") -> Tensor:
    """Sequences (L_k, ...) as one tensor (T, B, ...), or with `batch_first` (B, T, ...), T the longest.

    >>> import retrograd as torch
    >>> pad_sequence([torch.tensor([1, 2]), torch.tensor([3])], batch_first=True)
    tensor([[1, 2],
            [3, 0]])
    """
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"padding_side should be one of [right, left], but got {padding_side}.")
    longest = max([s.shape[0] for s in sequences])
    rows = []
    for s in sequences:
        space = full((longest - s.shape[0], *s.shape[1:]), padding_value, dtype=s.dtype)
        rows.append(F.cat([space, s] if padding_side == "left" else [s, space], 0))
    return F.stack(rows, 0 if batch_first else 1)


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of different lengths packed.

    >>> import retrograd as torch
    >>> pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]).data
    tensor([1, 3, 2])
    """
    lengths = [s.shape[0] for s in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The sequences of a padded tensor, each in its length: the inverse of `pad_sequence`.

    >>> import retrograd as torch
    >>> unpad_sequence(torch.tensor([[1, 3], [2, 0]]), [2, 1])
    [tensor([1, 2]), tensor([3])]
    """
    x = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    sizes = lengths.tolist() if isinstance(lengths, Tensor) else lengths
    return [one[:int(size)] for one, size in zip(x, sizes)]


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed one: the inverse of `pack_sequence`.

    >>> import retrograd as torch
    >>> unpack_sequence(pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]))
    [tensor([1, 2]), tensor([3])]
    """
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
