"""PyTorch's `autograd.anomaly_mode`: backward stops at the first gradient that is nan."""

from retrograd.tensors.anomaly import detect_anomaly, set_detect_anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]
