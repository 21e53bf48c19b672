"""A module as a function of its parameters: call it with other tensors in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from retrograd.base.errors import ArgumentError, ArgumentTypeError
from retrograd.functional.shape import stack
from retrograd.tensors.tensor import Tensor

State = Mapping[str, Tensor]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: State | Sequence[State],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """module(*args, **kwargs) with the parameters and buffers that the dict (or dicts) names replaced.

    What is not named keeps its own value; a name that the module does not have is an error. tie_weights: a
    tensor that the module holds under several names is replaced under all of them. strict: every parameter
    and buffer must be named. Afterwards the module is as before.

    >>> import retrograd as rg
    >>> layer = rg.nn.Linear(2, 1)
    >>> weights = {"weight": rg.ones(1, 2), "bias": rg.zeros(1)}
    >>> rg.func.functional_call(layer, weights, (rg.tensor([[1., 2.]]),))
    tensor([[3.]])
    >>> loss = lambda p, x: rg.func.functional_call(layer, p, (x,)).sum()
    >>> rg.func.grad(loss)(weights, rg.tensor([[1., 2.]]))["weight"]
    tensor([[1., 2.]])
    """
    given = _merged(parameter_and_buffer_dicts)
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _replaced(module, given, tie_weights, strict):
        return module(*args, **(kwargs or {}))


def _merged(dicts: State | Sequence[State]) -> dict[str, Tensor]:
    if isinstance(dicts, Mapping):
        return dict(dicts)
    out: dict[str, Tensor] = {}
    for d in dicts:
        twice = out.keys() & d.keys()
        if twice:
            raise ArgumentError(
                f"{sorted(twice)} are in more than one dict", op="functional_call", expected="each name once"
            )
        out.update(d)
    return out


def _slots(module: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """Where each parameter and buffer lies: dotted name to (the dict that holds it, its name there)."""
    out = {}
    for prefix, owner in module.named_modules(remove_duplicate=False):
        for held in (owner._parameters, owner._buffers):
            for name, tensor in held.items():
                if tensor is not None:
                    out[f"{prefix}.{name}" if prefix else name] = (held, name)
    return out


@contextmanager
def _replaced(module: Any, given: Mapping[str, Any], tie_weights: bool, strict: bool) -> Iterator[None]:
    slots = _slots(module)
    unknown = [name for name in given if name not in slots]
    missing = [name for name in slots if name not in given] if strict else []
    for name, value in given.items():
        if not isinstance(value, Tensor):
            raise ArgumentTypeError(
                f"{name} is a {type(value).__name__}", op="functional_call", expected="a Tensor"
            )
    if unknown:
        raise ArgumentError(
            f"the module has no parameter or buffer {unknown[0]!r}",
            op="functional_call",
            expected=f"some of {', '.join(list(slots)[:8])}",
        )
    wanted = dict(given)
    if tie_weights:
        by_tensor = {id(held[name]): dotted for dotted, (held, name) in slots.items() if dotted in given}
        for dotted, (held, name) in slots.items():
            twin = by_tensor.get(id(held[name]))
            if dotted not in wanted and twin is not None:
                wanted[dotted] = given[twin]
                if dotted in missing:
                    missing.remove(dotted)
    if missing:
        raise ArgumentError(
            f"strict, and no value is given for {missing}",
            op="functional_call",
            expected="a value for every parameter and buffer",
        )
    before = [(held, name, held[name]) for held, name in (slots[dotted] for dotted in wanted)]
    try:
        for dotted, value in wanted.items():
            held, name = slots[dotted]
            held[name] = value
        yield
    finally:
        for held, name, tensor in before:
            held[name] = tensor


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(parameters, buffers) of modules of one architecture, stacked along a new first dimension, by name.

    For ensembles:  vmap(call, (0, 0, None))(parameters, buffers, x)  with a call made by `functional_call`.
    The stacked parameters are leaves that require grad where the originals do.

    >>> import retrograd as rg
    >>> params, buffers = rg.func.stack_module_state([rg.nn.Linear(2, 3) for _ in range(4)])
    >>> tuple(params["weight"].shape)
    (4, 3, 2)
    """
    models = list(models)
    if not models:
        raise ArgumentError("there are no models", op="stack_module_state", expected="at least one")
    if any(type(m) is not type(models[0]) for m in models):
        raise ArgumentError(
            "the models differ in class", op="stack_module_state", expected="one architecture"
        )
    if len({m.training for m in models}) > 1:
        raise ArgumentError(
            "some models are in training mode and some are not",
            op="stack_module_state",
            fix="Call .train() or .eval() on all of them.",
        )
    parameters = {
        name: _stacked([dict(m.named_parameters())[name] for m in models])
        for name, _ in models[0].named_parameters()
    }
    buffers = {
        name: _stacked([dict(m.named_buffers())[name] for m in models])
        for name, _ in models[0].named_buffers()
    }
    return parameters, buffers


def _stacked(tensors: Sequence[Any]) -> Tensor:
    out: Tensor = stack([t.detach() for t in tensors]).detach()
    return out.requires_grad_() if tensors[0].requires_grad else out
