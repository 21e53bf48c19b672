"""What the tests of modules share: a layer beside PyTorch's, and an action done to both libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg


def arrays(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Normal values in double precision."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def flat(value: Any) -> list[Any]:
    """The tensors of nested tuples, in order."""
    return [leaf for part in value for leaf in flat(part)] if isinstance(value, (tuple, list)) else [value]


@pytest.fixture
def same_as_torch(torch: Any) -> Callable[..., None]:
    """A check that a module of ours and one of PyTorch's agree on outputs and all gradients.

    In double precision; 100 eps: the longest sum in these tests has some hundred terms.
    """

    def check(
        ours: Any, theirs: Any, *inputs: np.ndarray, tolerance: float = 100 * 2.2e-16, **options: Any
    ) -> None:
        ours, theirs = ours.double(), theirs.double()
        theirs.load_state_dict(
            {name: torch.tensor(value.numpy()) for name, value in ours.state_dict().items()}
        )
        results = []
        for lib, module in ((rg, ours), (torch, theirs)):
            leaves = [lib.tensor(x, requires_grad=x.dtype.kind == "f") for x in inputs]
            outputs = flat(module(*leaves, **options))
            # Different weights for the outputs, so that no error cancels.
            loss = sum(
                (out * lib.tensor(np.cos(np.arange(out.numel())).reshape(tuple(out.shape)))).sum()
                for out in outputs
                if out.is_floating_point()
            )
            if loss.requires_grad:
                loss.backward()
            grads = [leaf.grad for leaf in leaves] + [p.grad for p in module.parameters()]
            results.append([None if t is None else t.detach().numpy() for t in [*outputs, *grads]])
        for mine, reference in zip(*results, strict=True):
            assert (mine is None) == (reference is None)
            if mine is not None:
                np.testing.assert_allclose(mine, reference, rtol=tolerance, atol=tolerance)

    return check


@pytest.fixture
def same_outcome(torch: Any) -> Callable[..., None]:
    """A check that an action on the library gives what it gives on PyTorch: equal text, or an error of
    that class with those words first; how to mend it may follow.
    """

    def outcome(action: Callable[[Any], Any], lib: Any) -> str:
        try:
            return str(action(lib))
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            return words.replace("nn.modules.", "nn.").replace("torch.", "retrograd.")

    def check(action: Callable[[Any], Any]) -> None:
        ours, theirs = outcome(action, rg), outcome(action, torch)
        assert ours == theirs or ours.startswith(theirs + ".\n")

    return check
