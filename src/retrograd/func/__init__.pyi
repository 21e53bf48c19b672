"""Written by `make stubs`: what type checkers and editors know of `retrograd.func`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor

def functional_call(module: _Any, parameter_and_buffer_dicts: _Any, args: _Any = None, kwargs: _Any = None, *, tie_weights: _b.bool = True, strict: _b.bool = False) -> _Any:
    """module(*args, **kwargs) with the parameters and buffers that the dict (or dicts) names replaced."""
def grad(func: _Callable[..., _Any], argnums: _Any = 0, has_aux: _b.bool = False) -> _Callable[..., _Any]:
    """The function that returns the gradient of a scalar function."""
def grad_and_value(func: _Callable[..., _Any], argnums: _Any = 0, has_aux: _b.bool = False) -> _Callable[..., _Any]:
    """As `grad`, returning (gradient, value), or (gradient, (value, aux)) with has_aux."""
def hessian(func: _Callable[..., _Any], argnums: _Any = 0) -> _Callable[..., _Any]:
    """The function that returns all second derivatives, forward over reverse: jacfwd(jacrev(f))."""
def hvp(func: _Callable[..., _Any], primals: _Any, tangents: _Any) -> _Any:
    """H v: the Hessian of a scalar function times a direction, at the cost of a few gradients."""
def jacfwd(func: _Callable[..., _Any], argnums: _Any = 0, has_aux: _b.bool = False, *, randomness: _b.str = 'error', chunk_size: _b.int | None = None) -> _Callable[..., _Any]:
    """The function that returns the Jacobian by forward mode: one pushforward, batched over the inputs."""
def jacrev(func: _Callable[..., _Any], argnums: _Any = 0, *, has_aux: _b.bool = False, chunk_size: _b.int | None = None) -> _Callable[..., _Any]:
    """The function that returns the Jacobian by reverse mode: one pullback, batched over the outputs."""
def jvp(func: _Callable[..., _Any], primals: _Any, tangents: _Any, *, strict: _b.bool = False, has_aux: _b.bool = False) -> _Any:
    """(f(*primals), J dx): the value and its derivative in one direction, by forward mode, in one pass."""
def linearize(func: _Callable[..., _Any], *primals: _Any) -> _b.tuple[_Any, _Callable[..., _Any]]:
    """(f(*primals), pushforward): the linear map dx -> J dx at this point, to be applied many times."""
def stack_module_state(models: _Sequence[_Any]) -> _b.tuple[_b.dict[_b.str, _Tensor], _b.dict[_b.str, _Tensor]]:
    """(parameters, buffers) of modules of one architecture, stacked along a new first dimension, by name."""
def value_and_grad(func: _Callable[..., _Any], argnums: _Any = 0, has_aux: _b.bool = False) -> _Callable[..., _Any]:
    """As `grad`, returning (value, gradient), or ((value, aux), gradient) with has_aux."""
def vjp(func: _Callable[..., _Any], *primals: _Any, has_aux: _b.bool = False) -> _Any:
    """(f(*primals), pullback): pullback(g) = (g^T J_1, g^T J_2, ...), one for each primal."""
def vmap(func: _Callable[..., _Any], in_dims: _Any = 0, out_dims: _Any = 0, randomness: _b.str = 'error', *, chunk_size: _b.int | None = None) -> _Callable[..., _Any]:
    """The function applied to every example along a dimension of its arguments, without a loop."""
