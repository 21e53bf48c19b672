"""PyTorch's global settings: default dtype and device, threads, determinism, memory layouts."""

from __future__ import annotations

from typing import Any

from retrograd.base import dtype as dt
from retrograd.base.config import config
from retrograd.base.dtype import DType, by_name
from retrograd.base.errors import ArgumentError
from retrograd.base.modes import modes
from retrograd.runtime import threads as workers
from retrograd.tensors.device import Device, placed

# Layout is the compiler's business: these are accepted wherever PyTorch takes them and change nothing.
strided = "strided"
contiguous_format, preserve_format = "contiguous_format", "preserve_format"
channels_last, channels_last_3d = "channels_last", "channels_last_3d"


def get_default_dtype() -> DType:
    """The dtype of Python floats in `tensor`, `zeros`, `randn` and the like.

    >>> import retrograd as rg
    >>> rg.get_default_dtype()
    retrograd.float32
    """
    return dt.default()


def set_default_dtype(d: Any) -> None:
    """Make a floating-point dtype the one of Python floats.

    >>> import retrograd as rg
    >>> rg.set_default_dtype(rg.float64)
    >>> rg.tensor(1.5).dtype
    retrograd.float64
    >>> rg.set_default_dtype(rg.float32)
    """
    dt.set_default(d)


_OLD_NAMES = {"Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16"}


def set_default_tensor_type(t: Any) -> None:
    """The older spelling of `set_default_dtype`: a tensor type such as `retrograd.DoubleTensor`, or its name.

    >>> import retrograd as rg
    >>> rg.set_default_tensor_type("torch.FloatTensor")
    """
    name = t if isinstance(t, str) else getattr(t, "__name__", repr(t))
    kind = name.rpartition(".")[2].removesuffix("Tensor")
    if kind not in _OLD_NAMES:
        raise ArgumentError(f"{name} is no floating-point tensor type", op="set_default_tensor_type",
                            fix="Use retrograd.set_default_dtype(retrograd.float32).")
    dt.set_default(by_name(_OLD_NAMES[kind]))


def get_default_device() -> Device:
    """device('cpu').

    >>> import retrograd as rg
    >>> rg.get_default_device()
    device(type='cpu')
    """
    return Device()


def set_default_device(device: Any) -> None:
    """Accepts 'cpu' and None; any other device raises.

    >>> import retrograd as rg
    >>> rg.set_default_device("cpu")
    """
    if device is not None:
        placed(device)


def get_num_threads() -> int:
    """Threads of an evaluation: as set, else the CPUs this process may keep busy by its affinity and by the
    quota of its control group.

    >>> import retrograd as rg
    >>> rg.get_num_threads() >= 1
    True
    """
    return workers.wanted_threads()


def set_num_threads(threads: int) -> None:
    """Set the number of threads of an evaluation (also RETROGRAD_NUM_THREADS). Results do not depend on it.

    >>> import retrograd as rg
    >>> rg.set_num_threads(rg.get_num_threads())
    """
    if not isinstance(threads, int) or isinstance(threads, bool) or threads < 1:
        raise ArgumentError(f"threads is {threads!r}", op="set_num_threads", expected="a positive int")
    config.num_threads = threads


def get_num_interop_threads() -> int:
    """1: a program runs as a whole.

    >>> import retrograd as rg
    >>> rg.get_num_interop_threads()
    1
    """
    return 1


def set_num_interop_threads(threads: int) -> None:
    """Accepted; has no effect."""


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accepted; has no effect: results never depend on threads or on what ran before.

    >>> import retrograd as rg
    >>> rg.use_deterministic_algorithms(True)
    """


def are_deterministic_algorithms_enabled() -> bool:
    """True.

    >>> import retrograd as rg
    >>> rg.are_deterministic_algorithms_enabled()
    True
    """
    return True


_PRECISIONS = ("highest", "high", "medium")


def set_float32_matmul_precision(precision: str) -> None:
    """Accepts 'highest', 'high' and 'medium'; products of float32 are always computed in float32.

    >>> import retrograd as rg
    >>> rg.set_float32_matmul_precision("high")
    """
    if precision not in _PRECISIONS:
        raise ArgumentError(f"precision is {precision!r}", op="set_float32_matmul_precision",
                            expected="one of " + ", ".join(_PRECISIONS))


def get_float32_matmul_precision() -> str:
    """'highest'.

    >>> import retrograd as rg
    >>> rg.get_float32_matmul_precision()
    'highest'
    """
    return "highest"


def set_flush_denormal(mode: bool) -> bool:
    """False: subnormal numbers are kept, and asking to flush them is not supported.

    >>> import retrograd as rg
    >>> rg.set_flush_denormal(False)
    False
    """
    return False


# ---------------------------------------------------------------- what scripts ask, and get one answer to
layout = memory_format = str        # the type of `strided`, and of `channels_last` and the like
legacy_contiguous_format = contiguous_format


class OutOfMemoryError(RuntimeError):
    """What PyTorch raises where the memory of a GPU runs out: never raised here, so that it can be caught."""


class AcceleratorError(RuntimeError):
    """What PyTorch raises where a GPU fails: never raised here, so that it can be caught."""


def get_deterministic_debug_mode() -> int:
    """2: nothing depends on threads or on what ran before.

    >>> import retrograd as rg
    >>> rg.get_deterministic_debug_mode()
    2
    """
    return 2


def set_deterministic_debug_mode(debug_mode: Any) -> None:
    """Accepts 0, 1, 2, "default", "warn" and "error"; has no effect.

    >>> import retrograd as rg
    >>> rg.set_deterministic_debug_mode("warn")
    """
    if debug_mode not in (0, 1, 2, "default", "warn", "error"):
        raise ArgumentError(f"debug_mode is {debug_mode!r}", op="set_deterministic_debug_mode",
                            expected="0, 1, 2, 'default', 'warn' or 'error'")


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """False.

    >>> import retrograd as rg
    >>> rg.is_deterministic_algorithms_warn_only_enabled()
    False
    """
    return False


is_warn_always_enabled = is_deterministic_algorithms_warn_only_enabled


def set_warn_always(b: bool) -> None:
    """Accepted; has no effect: Python's own filters decide (the module `warnings`).

    >>> import retrograd as rg
    >>> rg.set_warn_always(True)
    """


def is_anomaly_check_nan_enabled() -> bool:
    """Whether backward looks for nan: `autograd.is_anomaly_enabled`.

    >>> import retrograd as rg
    >>> rg.is_anomaly_check_nan_enabled()
    False
    """
    return bool(modes.detect)


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Whether backward looks for nan from now on.

    >>> import retrograd as rg
    >>> rg.set_anomaly_enabled(False)
    """
    modes.detect = bool(mode) and check_nan


is_anomaly_enabled = is_anomaly_check_nan_enabled
