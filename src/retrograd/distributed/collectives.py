"""Collectives of one process: each leaves, in every output, what the only rank put in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.base.modes import no_grad
from retrograd.tensors.tensor import Tensor


class ReduceOp:
    """How values of several ranks become one; of one rank all give the value itself."""

    SUM, AVG, PRODUCT, MIN, MAX = "sum", "avg", "product", "min", "max"
    BAND, BOR, BXOR, PREMUL_SUM = "band", "bor", "bxor", "premul_sum"


class Work:
    """What a call with async_op=True returns: it is done."""

    def wait(self, timeout: Any = None) -> bool:
        """True.

        >>> Work().wait()
        True
        """
        return True

    def is_completed(self) -> bool:
        """True.

        >>> Work().is_completed()
        True
        """
        return True


def _done(async_op: bool) -> Work | None:
    return Work() if async_op else None


def _alone(rank: Any, op: str, name: str) -> None:
    if rank not in (0, None):
        raise ArgumentError(f"{name} is {rank}", op=op, expected="0: there is one process")


def _copy(target: Tensor, source: Tensor) -> None:
    if target is not source:
        with no_grad():
            target.copy_(source)        # type: ignore[attr-defined]


def _one(tensors: Sequence[Any], op: str, name: str) -> Any:
    if len(tensors) != 1:
        raise ArgumentError(
            f"{name} has {len(tensors)} entries", op=op, expected="1, the number of processes"
        )
    return tensors[0]


def all_reduce(
    tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False
) -> Work | None:
    """The tensor stays as it is: it is the sum over one rank.

    >>> import retrograd as rg
    >>> x = rg.ones(2)
    >>> rg.distributed.all_reduce(x)
    >>> x
    tensor([1., 1.])
    """
    return _done(async_op)


def broadcast(tensor: Tensor, src: int | None = None, group: Any = None, async_op: bool = False,
              group_src: int | None = None) -> Work | None:
    """The tensor stays as it is."""
    _alone(src, "broadcast", "src")
    return _done(async_op)


def reduce(
    tensor: Tensor,
    dst: int | None = None,
    op: Any = ReduceOp.SUM,
    group: Any = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """The tensor stays as it is."""
    _alone(dst, "reduce", "dst")
    return _done(async_op)


def all_gather(
    tensor_list: list[Tensor], tensor: Tensor, group: Any = None, async_op: bool = False
) -> Work | None:
    """tensor_list[0] becomes tensor.

    >>> import retrograd as rg
    >>> out = [rg.zeros(2)]
    >>> rg.distributed.all_gather(out, rg.ones(2))
    >>> out
    [tensor([1., 1.])]
    """
    _copy(_one(tensor_list, "all_gather", "tensor_list"), tensor)
    return _done(async_op)


def all_gather_into_tensor(output_tensor: Tensor, input_tensor: Tensor, group: Any = None,
                           async_op: bool = False) -> Work | None:
    """output_tensor becomes input_tensor."""
    _copy(output_tensor, input_tensor.view(output_tensor.shape))        # type: ignore[attr-defined]
    return _done(async_op)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """object_list[0] becomes obj.

    >>> out = [None]
    >>> all_gather_object(out, "mine")
    >>> out
    ['mine']
    """
    _one(object_list, "all_gather_object", "object_list")
    object_list[0] = obj


def gather(tensor: Tensor, gather_list: list[Tensor] | None = None, dst: int | None = None, group: Any = None,
           async_op: bool = False, group_dst: int | None = None) -> Work | None:
    """gather_list[0] becomes tensor."""
    _alone(dst, "gather", "dst")
    return all_gather([tensor] if gather_list is None else gather_list, tensor, group, async_op)


def scatter(
    tensor: Tensor,
    scatter_list: list[Tensor] | None = None,
    src: int | None = None,
    group: Any = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """tensor becomes scatter_list[0]."""
    _alone(src, "scatter", "src")
    if scatter_list is not None:
        _copy(tensor, _one(scatter_list, "scatter", "scatter_list"))
    return _done(async_op)


def reduce_scatter(output: Tensor, input_list: list[Tensor], op: Any = ReduceOp.SUM, group: Any = None,
                   async_op: bool = False) -> Work | None:
    """output becomes input_list[0]."""
    _copy(output, _one(input_list, "reduce_scatter", "input_list"))
    return _done(async_op)


def reduce_scatter_tensor(output: Tensor, input: Tensor, op: Any = ReduceOp.SUM, group: Any = None,
                          async_op: bool = False) -> Work | None:
    """output becomes input."""
    return all_gather_into_tensor(output, input, group, async_op)


def all_to_all(output_tensor_list: list[Tensor], input_tensor_list: list[Tensor], group: Any = None,
               async_op: bool = False) -> Work | None:
    """output_tensor_list[0] becomes input_tensor_list[0]."""
    return all_gather(
        output_tensor_list, _one(input_tensor_list, "all_to_all", "input_tensor_list"), group, async_op
    )


def broadcast_object_list(
    object_list: list[Any],
    src: int | None = None,
    group: Any = None,
    device: Any = None,
    group_src: int | None = None,
) -> None:
    """The list stays as it is."""
    _alone(src, "broadcast_object_list", "src")


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None) -> Work | None:
    """Nobody to wait for.

    >>> barrier()
    """
    return _done(async_op)


def send(
    tensor: Tensor, dst: int | None = None, group: Any = None, tag: int = 0, group_dst: int | None = None
) -> None:
    """There is no other process to send to: raises."""
    raise ArgumentError("there is no other process", op="distributed.send", got=f"dst {dst}")


def recv(
    tensor: Tensor, src: int | None = None, group: Any = None, tag: int = 0, group_src: int | None = None
) -> int:
    """There is no other process to receive from: raises."""
    raise ArgumentError("there is no other process", op="distributed.recv", got=f"src {src}")


isend, irecv = send, recv
