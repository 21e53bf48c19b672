"""`torch.autograd.profiler`: the older place of `profile` and `record_function`."""

from retrograd.profiler import profile, record_function

__all__ = ["profile", "record_function"]
