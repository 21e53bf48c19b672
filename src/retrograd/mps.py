"""`torch.mps`: Apple's GPU, which is not used here.

>>> import retrograd as rg
>>> rg.mps.is_available(), rg.mps.device_count()
(False, 0)
"""

from __future__ import annotations

from retrograd.accelerator import absent, device_count, is_available, manual_seed_all

__all__ = ["device_count", "is_available", "manual_seed", "manual_seed_all"]

manual_seed = manual_seed_all
__getattr__ = absent("mps")
