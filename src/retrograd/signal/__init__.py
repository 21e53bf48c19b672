"""Tools for signals, under PyTorch's names: `signal.windows`; stft and istft are `retrograd`'s own."""

from retrograd.signal import windows

__all__ = ["windows"]
