"""`torch.testing`: `assert_close`, under PyTorch's module name."""

from __future__ import annotations

from retrograd.trust.close import assert_close

__all__ = ["assert_close"]
