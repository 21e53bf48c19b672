"""`retrograd.compile`: a function, a step or a module goes in; the same, captured and replayed, comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retrograd.base.errors import ArgumentTypeError
from retrograd.nn.compiled import compiled_module
from retrograd.nn.module import Module
from retrograd.tensors.compiling.step import Compiled

__all__ = ["compile"]


def compile(model: Any = None, *, fullgraph: bool = False, dynamic: bool | None = None,
            backend: str | Callable[..., Any] = "inductor", mode: str | None = None,
            options: Mapping[str, Any] | None = None, disable: bool = False) -> Any:
    """A function, a training step or a Module that is captured at its first call and replayed afterwards.

    The first call runs the Python code once and records what it does to tensors: what it returns, `.grad`,
    parameters, the state of optimisers, buffers, random draws. That is one program. Later calls run it
    without the Python code, with the same bits, after a look at everything that Python could have read:

    - tensor arguments by shape, dtype and whether they require gradients; other arguments by value. An int
      or float that differs becomes a number of the program, with arithmetic in Python on it; a branch on it
      (`if k % 100 == 0`) is a capture of each side, `math.sin(k)` and `x[k]` one of each value;
    - attributes, hooks, `train()` and freezing of the modules reached; globals and closures of the functions
      entered; flags of optimisers. Where they differ the step is captured again (16 captures are kept).
    - Learning rates and other options of optimisers, step counts, the seed and the counter of random draws,
      and the values of all tensors, wherever they lie now, are read anew at each call.

    A step that reads a value (`item`, `print`, `if loss > 1`), draws from Python's or NumPy's random numbers,
    or changes Python objects is run plainly from then on, and one warning names the line and the
    reason; with `fullgraph=True` it is an error. A function whose result is differentiated outside of it is
    recorded at each call. What a replay returned, and a `.grad` that is still held, is never
    overwritten by a later one.

    `dynamic`, `backend`, `mode` and `options` are accepted for PyTorch's sake and change nothing: kernels
    take their extents as arguments, and there is one compiler. `disable=True` returns the function as it is.

    Args:
        model: a callable or a Module; None, to be used as `@compile(fullgraph=True)`.

    Errors: RuntimeError (CompileError) with fullgraph, naming the line; TypeError if `model` is no callable.

    >>> import retrograd as rg
    >>> w = rg.nn.Parameter(rg.tensor([1.0]))
    >>> optimizer = rg.optim.SGD([w], lr=0.25)
    >>> @rg.compile
    ... def step(x):
    ...     optimizer.zero_grad()
    ...     loss = (w * x).square().sum()
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    >>> [step(rg.tensor([1.0])).item() for _ in range(3)]
    [1.0, 0.25, 0.0625]
    >>> w
    Parameter containing:
    tensor([0.1250], requires_grad=True)
    """
    del dynamic, backend, mode, options
    if model is None:
        return lambda model: compile(model, fullgraph=fullgraph, disable=disable)
    if not callable(model):
        raise ArgumentTypeError(f"model is a {type(model).__name__}", op="compile",
                                expected="a callable or a Module")
    if disable or isinstance(model, Compiled):
        return model
    return compiled_module(model, fullgraph) if isinstance(model, Module) else Compiled(model, fullgraph)
