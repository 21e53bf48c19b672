"""`torch.onnx`: the module can be imported; exporting raises and says what to save instead."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import MissingAttributeError, MissingError

__all__ = ["export", "is_in_onnx_export"]

_FIX = "Save the state instead:  retrograd.save(model.state_dict(), path) ; PyTorch reads it by safetensors."


def is_in_onnx_export() -> bool:
    """False.

    >>> is_in_onnx_export()
    False
    """
    return False


def export(*args: Any, **kwargs: Any) -> None:
    """Raises: there is no ONNX here.

    >>> export(None)
    Traceback (most recent call last):
    ...
    retrograd.base.errors.MissingError: onnx.export: there is no ONNX export.
                  Save the state instead:  retrograd.save(model.state_dict(), path) ; \
PyTorch reads it by safetensors.
    """
    raise MissingError("there is no ONNX export", op="onnx.export", fix=_FIX)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd.onnx.{name} is not implemented yet", fix=_FIX)
