"""`torch.cuda.amp`: the older spelling of `torch.amp` for the device 'cuda', which is not here."""

from __future__ import annotations

from typing import Any

from retrograd import amp as _amp


class autocast(_amp.autocast):
    """`amp.autocast('cuda', ...)`: warns once and does nothing, as PyTorch without a GPU does."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool = True) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(_amp.GradScaler):
    """`amp.GradScaler('cuda', ...)`: warns once and scales by 1, as PyTorch without a GPU does."""

    def __init__(self, init_scale: float = 65536.0, growth_factor: float = 2.0, backoff_factor: float = 0.5,
                 growth_interval: int = 2000, enabled: bool = True) -> None:
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
