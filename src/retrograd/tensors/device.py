"""Device: where tensors live, which is the CPU; asking for another says what to write instead."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError, DeviceError


class Device:
    """Where tensors live: 'cpu'."""

    type = "cpu"
    index = None

    def __init__(self, name: Any = "cpu", index: int | None = None) -> None:
        kind = name.type if isinstance(name, Device) else str(name).partition(":")[0]
        if kind not in ("cpu",):
            raise missing_device(kind)

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Device) or other == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


def missing_device(kind: str) -> Exception:
    return DeviceError(
        f"device {kind!r} is not available", op="device", expected="'cpu'",
        fix="Leave the device out, or ask first, e.g. torch.cuda.is_available() : it is False here.") \
        if kind in ("cuda", "mps", "xpu", "meta") else ArgumentError(
        f"unknown device {kind!r}", op="device", expected="'cpu'")


CPU = Device()
