"""detect_anomaly: backward stops at the first gradient that is nan, and names the forward line."""

from __future__ import annotations

from retrograd.base.modes import modes


class set_detect_anomaly:
    """Switch the search for nan in backward on or off: at once, or for the length of a `with` block.

    >>> import retrograd as rg
    >>> with rg.autograd.set_detect_anomaly(True):
    ...     rg.autograd.is_anomaly_enabled()
    True
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = modes.detect
        modes.detect = bool(mode) and check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc: object) -> None:
        modes.detect = self._before


class detect_anomaly:
    """In this block backward checks every gradient it passes on, and raises at the first nan.

    The error names the operation and the line of the forward pass that recorded it. Slow: for finding, not
    for training.

    >>> import retrograd as rg
    >>> x = rg.tensor(-1., requires_grad=True)
    >>> try:
    ...     with rg.autograd.detect_anomaly():
    ...         rg.sqrt(x).backward()
    ... except RuntimeError as error:
    ...     print(error.why)
    the gradient that sqrt hands on is nan
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._check = check_nan
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(modes.detect)
        modes.detect = self._check

    def __exit__(self, *exc: object) -> None:
        modes.detect = self._before.pop()


def is_anomaly_enabled() -> bool:
    """Whether backward looks for nan.

    >>> import retrograd as rg
    >>> rg.autograd.is_anomaly_enabled()
    False
    """
    return bool(modes.detect)
