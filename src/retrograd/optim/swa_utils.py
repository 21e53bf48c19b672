"""`torch.optim.swa_utils`: averages of weights and the schedule that goes with them."""

from retrograd.base.later import homes as _homes
from retrograd.base.later import later as _later
from retrograd.optim.lr_scheduler.swa import SWALR

# They are modules, or work on modules: found in nn when first asked for.
_AVERAGING = _homes({"retrograd.nn.averaging": """
    AveragedModel get_ema_avg_fn get_ema_multi_avg_fn get_swa_avg_fn get_swa_multi_avg_fn update_bn"""})

__all__ = ["SWALR"]
__all__ += list(_AVERAGING)
__getattr__, __dir__ = _later(__name__, names=_AVERAGING)
