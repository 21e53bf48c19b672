"""`torch.optim.swa_utils`: averages of weights and the schedule that goes with them."""

from importlib import import_module

from retrograd.optim.lr_scheduler.swa import SWALR

# They are modules, or work on modules: found in nn when first asked for.
_AVERAGING = ("AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn",
              "get_swa_multi_avg_fn", "update_bn")

__all__ = ["SWALR"]
__all__.extend(_AVERAGING)


def __getattr__(name: str) -> object:
    if name not in _AVERAGING:
        raise AttributeError(f"module 'retrograd.optim.swa_utils' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module("retrograd.nn.averaging"), name)
    return value
