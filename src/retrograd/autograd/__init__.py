"""PyTorch's `autograd`: backward, grad, functions of one's own, checks of gradients."""

from importlib import import_module

from retrograd.autograd import forward_ad, function, functional, graph
from retrograd.base.later import places as _places
from retrograd.base.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from retrograd.tensors.anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from retrograd.tensors.autograd import backward, grad
from retrograd.tensors.function import Function
from retrograd.tensors.variable import Variable
from retrograd.trust.gradcheck import GradcheckError, gradcheck, gradgradcheck

__all__ = [
    "Function",
    "GradcheckError",
    "Variable",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "forward_ad",
    "function",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "graph",
    "inference_mode",
    "is_anomaly_enabled",
    "is_grad_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "set_multithreading_enabled",
]

_places(__name__, "anomaly_mode grad_mode")


class set_multithreading_enabled:
    """As a function or a context: accepted, has no effect. A backward is one program on all threads, with the
    same bits on any number of them.

    >>> with set_multithreading_enabled(False):
    ...     pass
    """

    def __init__(self, mode: bool) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        return None

    def __exit__(self, *error: object) -> None:
        return None


def __getattr__(name: str) -> object:
    if name in ("anomaly_mode", "grad_mode", "profiler", "variable"):
        return import_module(f"retrograd.autograd.{name}")
    raise import_module("retrograd.missing").attribute_error("autograd", name, globals())
