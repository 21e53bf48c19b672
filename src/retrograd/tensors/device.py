"""Device: the name of a place where tensors could live; the only place they do live is the CPU."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError, DeviceError

# PyTorch's names. Any may be named and compared; only the first can be moved to.
KINDS = ("cpu", "cuda", "mps", "xpu", "meta", "ipu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve",
         "fpga", "maia", "xla", "lazy", "vulkan", "hpu", "mtia", "privateuseone")


class Device:
    """Names a device: 'cpu', 'cuda:0', ('cuda', 1). As a context manager it is where new tensors are made.

    >>> Device("cuda:1"), Device("cuda", 1).index, Device("cpu").type
    (device(type='cuda', index=1), 1, 'cpu')
    >>> with Device("cpu"):
    ...     pass
    """

    __slots__ = ("index", "type")

    def __init__(self, name: Any = "cpu", index: int | None = None) -> None:
        if isinstance(name, Device):
            name, index = name.type, name.index if index is None else index
        kind, colon, number = str(name).partition(":")
        if kind not in KINDS:
            raise ArgumentError(f"unknown device {kind!r}", op="device",
                                expected=f"one of {', '.join(KINDS)}")
        if colon:
            if not number.isdecimal():
                raise ArgumentError(f"invalid device string {name!r}", op="device",
                                    expected="kind:number, such as 'cpu:0'")
            index = int(number)
        self.type, self.index = kind, index

    def __repr__(self) -> str:
        return f"device(type={self.type!r}" + (")" if self.index is None else f", index={self.index})")

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, str):
            return other == str(self)
        return isinstance(other, Device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> Any:
        return Device, (self.type, self.index)

    def __enter__(self) -> Device:
        placed(self)
        return self

    def __exit__(self, *error: object) -> None:
        return None


def placed(device: Any) -> Device:
    """The device that is asked for, if tensors can lie there; else an error that says what to write.

    >>> placed("cpu:0")
    device(type='cpu', index=0)
    >>> placed("cuda")
    Traceback (most recent call last):
    ...
    retrograd.base.errors.DeviceError: device: device 'cuda' is not available.
                 Expected 'cpu'.
                 Leave the device out, or ask first, e.g. torch.cuda.is_available() : it is False here.
    """
    if isinstance(device, int) and not isinstance(device, bool):
        device = Device("cuda", device)
    asked = Device(device)
    if asked.type == "meta":
        raise DeviceError("device 'meta' is not available", op="device", expected="'cpu'",
                          fix="Leave the device out: what is created is not computed before it is read.")
    if asked.type != "cpu":
        raise DeviceError(f"device {str(asked)!r} is not available", op="device", expected="'cpu'",
                          fix="Leave the device out, or ask first, e.g. torch.cuda.is_available() : "
                              "it is False here.")
    return asked


CPU = Device()
