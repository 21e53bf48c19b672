"""Written by `make stubs`: what type checkers and editors know of `retrograd.autograd`."""

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
from retrograd import autograd as anomaly_mode
from retrograd import autograd as grad_mode
from retrograd.autograd import forward_ad as forward_ad
from retrograd.autograd import function as function
from retrograd.autograd import functional as functional
from retrograd.autograd import graph as graph
from retrograd.base.modes import enable_grad as enable_grad
from retrograd.base.modes import inference_mode as inference_mode
from retrograd.base.modes import no_grad as no_grad
from retrograd.base.modes import set_grad_enabled as set_grad_enabled
from retrograd.tensors.anomaly import detect_anomaly as detect_anomaly
from retrograd.tensors.anomaly import set_detect_anomaly as set_detect_anomaly
from retrograd.tensors.function import Function as Function
from retrograd.tensors.variable import Variable as Variable
from retrograd.trust.gradcheck import GradcheckError as GradcheckError
set_multithreading_enabled: _Any

def backward(tensors: _Any, grad_tensors: _Any = None, retain_graph: _b.bool | None = None, create_graph: _b.bool = False, grad_variables: _Any = None, inputs: _Any = None) -> None:
    """Add d(tensors)/d(leaf) to `.grad` of every leaf (or of `inputs`) that requires grad."""
def grad(outputs: _Any, inputs: _Any, grad_outputs: _Any = None, retain_graph: _b.bool | None = None, create_graph: _b.bool = False, only_inputs: _b.bool = True, allow_unused: _b.bool | None = None, is_grads_batched: _b.bool = False, materialize_grads: _b.bool = False) -> _b.tuple[_Tensor | None, ...]:
    """d(outputs)/d(input) for each input, without touching .grad."""
def gradcheck(func: _Callable[..., _Any], inputs: _Any, *, eps: _b.float = 1e-06, atol: _b.float = 1e-05, rtol: _b.float = 0.001, raise_exception: _b.bool = True, nondet_tol: _b.float = 0.0, check_undefined_grad: _b.bool = True, check_grad_dtypes: _b.bool = False, check_batched_grad: _b.bool = False, check_batched_forward_ad: _b.bool = False, check_forward_ad: _b.bool = False, check_backward_ad: _b.bool = True, fast_mode: _b.bool = False, masked: _b.bool | None = None, check_batched_forward_grad: _b.bool = False) -> _b.bool:
    """Whether the derivatives of func at these inputs agree with finite differences."""
def gradgradcheck(func: _Callable[..., _Any], inputs: _Any, grad_outputs: _Any = None, *, eps: _b.float = 1e-06, atol: _b.float = 1e-05, rtol: _b.float = 0.001, gen_non_contig_grad_outputs: _b.bool = False, raise_exception: _b.bool = True, nondet_tol: _b.float = 0.0, check_undefined_grad: _b.bool = True, check_grad_dtypes: _b.bool = False, check_batched_grad: _b.bool = False, check_fwd_over_rev: _b.bool = False, check_rev_over_rev: _b.bool = True, fast_mode: _b.bool = False, masked: _b.bool = False) -> _b.bool:
    """Whether second derivatives agree: gradcheck of (inputs, grad_outputs) -> gradients of the inputs."""
def is_anomaly_enabled() -> _b.bool:
    """Whether backward looks for nan."""
def is_grad_enabled() -> _b.bool:
    """Whether operations are recorded for differentiation in this thread."""
