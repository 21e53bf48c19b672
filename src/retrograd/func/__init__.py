"""PyTorch's `func`: functions to functions (grad, vjp, jvp, Jacobians, vmap)."""

from importlib import import_module

from retrograd.autodiff.jacobians import hessian, hvp, jacfwd, jacrev
from retrograd.autodiff.transforms import grad, grad_and_value, jvp, linearize, value_and_grad, vjp
from retrograd.autodiff.vmap import vmap
from retrograd.nn.functional_call import functional_call, stack_module_state

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "hvp",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "value_and_grad",
    "vjp",
    "vmap",
]


def __getattr__(name: str) -> object:
    raise import_module("retrograd.missing").attribute_error("func", name, globals())
