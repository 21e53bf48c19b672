"""What the compiler makes of a function: `show` prints it, `cost` counts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from retrograd import codegen
from retrograd.base.listening import collected
from retrograd.base.pytree import flatten
from retrograd.engine.evaluate import evaluate, synchronize
from retrograd.tensors.tensor import Tensor

if TYPE_CHECKING:
    from retrograd.codegen.cost import Cost
    from retrograd.codegen.machine import Machine


def show(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Print what runs when `fn(*args, **kwargs)` is called: of every program the graph, the schedule (what
    shares a kernel), the plan of its memory, and the loops of its kernels.

    fn is called once, for real: a training step trains, and each `backward()`, `step()` or `item()` in it is
    a program. What it returns is computed too.

    >>> import retrograd as rg
    >>> rg.show(lambda x: (x * x).exp(), rg.ones(3))
    program 1 of 1
    # graph
    %0 = leaf() : f32[3]
    %1 = mul(%0, %0) : f32[3]
    %2 = exp(%1) : f32[3]
    return %2
    <BLANKLINE>
    # schedule
      1 loop    [3]              mul, exp -> 1 stored
    <BLANKLINE>
    # plan
    arena of 0 bytes; with results 12
    <BLANKLINE>
    # loops
    pointwise:
      in0 = float32[1]
      v0 = mul(in0, in0)
      v1 = exp(v0)
      out float32[1] <- v1
    """
    reports = _reports(fn, args, kwargs)
    for k, report in enumerate(reports, 1):
        print(f"program {k} of {len(reports)}\n{report.show()}" + "\n" * (k < len(reports)))


def cost(fn: Callable[..., Any], *args: Any, machine: Machine | None = None, **kwargs: Any) -> Cost:
    """What one call of `fn(*args, **kwargs)` costs: operations, bytes, the least time they take, and planned
    memory, kernel by kernel and in all; with `backward()` in it, of the backward too.

    fn is called once, for real. `machine` says what a machine can do; without it this one is measured, once a
    process, which takes a fraction of a second.

    >>> import retrograd as rg
    >>> from retrograd.codegen.machine import Machine
    >>> a, b = rg.ones(64, 32), rg.ones(32, 16)
    >>> found = rg.cost(lambda: a @ b, machine=Machine(flops=1e9, bandwidth=1e9))
    >>> found.flops, found.seconds
    (65536, 6.5536e-05)
    """
    reports = _reports(fn, args, kwargs)
    machine = machine or codegen.machine.measured()
    kernels = tuple(codegen.cost.KernelCost(k.name, k.flops, k.nbytes, machine.seconds(k.flops, k.nbytes))
                    for report in reports for k in report.kernels)
    found: Cost = codegen.cost.Cost(kernels, max((r.peak for r in reports), default=0), len(reports))
    return found


def _reports(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    synchronize()                   # what is pending is not fn's
    with collected() as found:
        results, _ = flatten(fn(*args, **kwargs))
        evaluate([t.node for t in results if isinstance(t, Tensor)])
    return found
