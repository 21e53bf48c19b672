"""`torch.hub`: nothing is fetched from the network; each call says what to do instead."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlparse  # noqa: F401  (libraries take it from here)

from retrograd.base.errors import MissingError

__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]

HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")      # where a file's name carries its hash
_FIX = "Build the model in Python and load its weights from a safetensors file with retrograd.load."


def get_dir() -> str:
    """Where PyTorch would keep what it fetched: $TORCH_HOME/hub, by default ~/.cache/torch/hub.

    >>> get_dir().endswith("hub")
    True
    """
    home = os.environ.get("TORCH_HOME") or os.path.join(
        os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "torch")
    return os.path.join(home, "hub")


def _refusal(name: str) -> Callable[..., Any]:
    def fn(*_: Any, **__: Any) -> Any:
        raise MissingError("models are not fetched from the network", op=f"hub.{name}", fix=_FIX)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = "Raises: see the message."
    return fn


load, list, help, set_dir = _refusal("load"), _refusal("list"), _refusal("help"), _refusal("set_dir")
load_state_dict_from_url = _refusal("load_state_dict_from_url")
download_url_to_file = _refusal("download_url_to_file")
