"""What public functions accept beside their own arguments: `out=`, and NumPy's names of arguments.

A function goes in; a function that takes the same, writes its result to `out` if one is given, and knows
`axis`, `keepdims`, `x`, `a`, `x1`, `x2` for PyTorch's names comes out. Methods have no `out`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from inspect import unwrap
from typing import Any

from retrograd.base.errors import ArgumentError, ArgumentTypeError, AutogradError, DTypeError
from retrograd.base.modes import modes
from retrograd.base.shape import numel
from retrograd.functional.door import TensorBase
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin

# By module of PyTorch: the functions that take `out`.
TAKES_OUT = {
    "torch": """
        abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr all amax amin aminmax angle
        any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort asin asinh atan atan2
        atanh
        baddbmm bernoulli bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift
        bitwise_xor bmm bucketize cat ceil chain_matmul cholesky cholesky_inverse cholesky_solve clamp
        clamp_max clamp_min clip column_stack complex concat concatenate conj_physical copysign cos cosh cross
        cummax cummin cumprod cumsum deg2rad det diag diff digamma div divide dot dstack eq erf erfc erfinv
        exp exp2
        expm1 fix float_power floor floor_divide fmax fmin fmod frac frexp gather gcd ge geqrf ger greater
        greater_equal gt heaviside histc hstack hypot i0 igamma igammac index_add index_copy index_fill
        index_reduce index_select inner inverse isin isneginf isposinf kron kthvalue lcm ldexp le lerp less
        less_equal lgamma log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp
        logical_and logical_not logical_or logical_xor logit logsumexp lt lu lu_solve lu_unpack masked_fill
        masked_select matmul matrix_power max maximum mean median min minimum mm mode msort mul
        multinomial multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum ne neg negative
        nextafter nonzero norm not_equal orgqr outer polar polygamma pow prod qr quantile rad2deg reciprocal
        remainder renorm round row_stack rsqrt scatter scatter_add scatter_reduce searchsorted sgn sigmoid
        sign signbit sin sinc sinh slice_scatter slogdet softmax sort sqrt square stack std sub
        subtract sum svd take take_along_dim tan tanh tensordot topk triangular_solve tril triu true_divide
        trunc var vdot view_copy vstack where xlogy""",
    "fft": """
        fft fft2 fftn hfft hfft2 hfftn ifft ifft2 ifftn ihfft ihfft2 ihfftn irfft irfft2 irfftn rfft rfft2
        rfftn""",
    "linalg": """
        cholesky cholesky_ex cond cross det eig eigh eigvals eigvalsh householder_product inv inv_ex
        ldl_factor ldl_factor_ex ldl_solve lstsq lu lu_factor lu_factor_ex lu_solve matmul matrix_norm
        matrix_power matrix_rank multi_dot norm pinv qr slogdet solve solve_ex solve_triangular svd
        svdvals tensorinv tensorsolve vecdot vector_norm""",
    "special": """
        bessel_j0 bessel_j1 digamma entr erf erfc erfcx erfinv exp2 expit expm1 gammainc gammaincc gammaln i0
        i0e i1 i1e log1p log_ndtr logit logsumexp multigammaln ndtr ndtri polygamma psi round
        sinc xlog1py xlogy zeta""",
    "nn.functional": """
        adaptive_avg_pool2d avg_pool2d avg_pool3d gelu hardshrink linear logsigmoid normalize softplus
        softshrink""",
}
# Functions that make a tensor: the dtype of `out` is that of the result.
CREATING = frozenset("arange empty eye full linspace logspace normal ones rand randint randn randperm range "
                     "zeros".split())
# Functions that are computed in the dtype of `out`; whose result is converted to it, whichever it is; whose
# result must have it.
COMPUTED = CREATING | {"cumprod", "cumsum"}
CASTING = frozenset(("bernoulli",))
EXACT = frozenset("argmax argmin complex gather index_select kthvalue masked_select mode multinomial nonzero "
                  "polar sort take topk".split())
# The names that NumPy has for PyTorch's arguments; and torch's for those of linalg.
NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other",
               "input": "A"}


def _foreign(fn: Callable[..., Any]) -> dict[str, str]:
    """NumPy's names of a function's arguments, where they are not its own."""
    code = getattr(unwrap(fn), "__code__", None)
    own = code.co_varnames[:code.co_argcount + code.co_kwonlyargcount] if code is not None else ()
    return {theirs: ours for theirs, ours in NUMPY_NAMES.items() if ours in own and theirs not in own}


def renamed(fn: Callable[..., Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments by PyTorch's names, of a function that is called rarely."""
    foreign = _foreign(fn)
    return {foreign.get(name, name): value for name, value in kwargs.items()}


def naming(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A method that knows NumPy's names of its arguments; one that has no such arguments as it is.

    >>> import retrograd as rg
    >>> rg.ones(2, 3).sum(axis=0, keepdims=True)
    tensor([[2., 2., 2.]])
    """
    foreign = _foreign(fn)
    if not foreign.keys() - {"x", "a", "x1", "input"}:           # the first argument is the tensor itself
        return fn

    @wraps(fn)
    def named(*args: Any, **kwargs: Any) -> Any:
        if kwargs and not foreign.keys().isdisjoint(kwargs):
            kwargs = {foreign.get(name, name): value for name, value in kwargs.items()}
        return fn(*args, **kwargs)
    return named


def accepting(fn: Callable[..., Any]) -> Callable[..., Any]:
    """The function with `out` and NumPy's names of arguments.

    >>> import retrograd as rg
    >>> y = rg.empty(2)
    >>> rg.exp(rg.zeros(2), out=y) is y, y
    (True, tensor([1., 1.]))
    """
    typed, foreign = fn.__name__ in COMPUTED, _foreign(fn)

    @wraps(fn)
    def accepted(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        if kwargs and not foreign.keys().isdisjoint(kwargs):
            kwargs = {foreign.get(name, name): value for name, value in kwargs.items()}
        if out is None:
            return fn(*args, **kwargs)
        if typed and isinstance(out, TensorBase):
            if kwargs.get("dtype") not in (None, out.node.dtype):
                raise ArgumentError(f"dtype is {kwargs['dtype']}, out is {out.node.dtype.name}",
                                    op=fn.__name__, expected="one dtype")
            kwargs["dtype"] = out.node.dtype
        return _written(fn(*args, **kwargs), out, fn.__name__)
    return accepted


def install(namespace: dict[str, Any], module: str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
    for name in (*TAKES_OUT[module].split(), *(CREATING if module == "torch" else ())):
        if name in namespace:
            namespace[name] = accepting(namespace[name])


def taking(name: str, fn: Any) -> Any:
    """The same for one name of `torch`, when it is looked up."""
    return accepting(fn) if name in CREATING or name in _OF_TORCH else fn


_OF_TORCH = frozenset(TAKES_OUT["torch"].split())


def _written(result: Any, out: Any, op: str) -> Any:
    """out, holding the result."""
    if isinstance(result, TensorBase):
        if isinstance(out, (list, tuple)) and len(out) == 1:
            out = out[0]
        _write(result.node, out, op)
        return out
    if not isinstance(out, (list, tuple)) or len(out) != len(result):
        raise ArgumentTypeError(f"out is a {type(out).__name__}", op=op, expected=f"{len(result)} tensors")
    for one, into in zip(result, out):
        _write(one.node, into, op)
    return type(result)(*out) if hasattr(result, "_fields") else out


def _write(n: Node, out: Any, op: str) -> None:
    if not isinstance(out, TensorBase):
        raise ArgumentTypeError(f"out is a {type(out).__name__}", op=op, expected="a Tensor")
    old = out.node
    if modes.grad and (n.rg or old.rg):
        raise AutogradError("out= and gradients do not go together, and an argument requires grad", op=op,
                            fix="Leave out= away, or compute under no_grad().")
    if n.dtype.kind > old.dtype.kind and op not in CASTING or op in EXACT and n.dtype is not old.dtype:
        raise DTypeError(f"the result is {n.dtype.name}, out is {old.dtype.name}", op=op,
                         expected="an out that holds the result", fix="Make out with the result's dtype.")
    n = lin.cast(n, old.dtype)
    if n.shape != old.shape:
        if numel(old.shape):
            warnings.warn(f"{op}: out has shape {tuple(old.shape)}, the result {tuple(n.shape)}; it is "
                          "resized. Give it the right shape, or none with out.resize_(0).", UserWarning,
                          stacklevel=4)
        out.resize_(n.shape)        # type: ignore[attr-defined]
    out._write(bind(lin.alias_p, (n,)), op)     # type: ignore[attr-defined]
