"""`torch.jit.annotations`: the names of `typing` that older layers take from there."""

from __future__ import annotations

from typing import Any, Dict, Final, List, Optional, Tuple, Union  # noqa: UP035  (the names are the point)

__all__ = ["Any", "Dict", "Final", "List", "Optional", "Tuple", "Union"]
