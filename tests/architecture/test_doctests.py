"""The examples in docstrings are run, and give what they say."""

from __future__ import annotations

import doctest
import importlib
from typing import Any


def test_the_examples_of_a_module_give_what_they_say(source: Any) -> None:
    if ">>>" not in source.text or source.path.name == "__main__.py":
        return
    module = importlib.import_module(source.name)
    result = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert result.failed == 0
