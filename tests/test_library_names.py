"""Names that libraries on top of PyTorch take from its corners, against PyTorch."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.utils import _pytree as ours

Pair = namedtuple("Pair", "a b")
TREES = (3, None, [1, None, (2, [])], {"b": 1, "a": [2, {"c": 3}]}, Pair(1, (2,)), OrderedDict(z=1, y=2))


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_trees_have_the_leaves_and_images_of_pytorch(torch: Any, tree: Any) -> None:
    from torch.utils import _pytree as theirs

    leaves, spec = ours.tree_flatten(tree)
    assert leaves == theirs.tree_flatten(tree)[0] == ours.tree_leaves(tree)
    assert ours.tree_unflatten(leaves, spec) == tree
    assert ours.tree_map(str, tree) == theirs.tree_map(str, tree)
    assert ours.tree_map_only(int, lambda n: n + 1, tree) == theirs.tree_map_only(int, lambda n: n + 1, tree)
    with pytest.raises(ValueError):
        ours.tree_map(max, tree, [tree, tree])


@pytest.mark.parametrize("kind", ["Conv2d", "ConvTranspose2d", "Linear"])
def test_fused_layers_have_the_weights_of_pytorch(torch: Any, kind: str) -> None:
    rng = np.random.default_rng(0)
    made = []
    arguments, shape = ((3, 4), (5, 3)) if kind == "Linear" else ((3, 4, 2), (5, 3, 4, 4))
    x = rng.standard_normal(shape).astype(np.float32)
    state: dict[str, np.ndarray] = {}
    for lib in (rg, torch):
        layer = getattr(lib.nn, kind)(*arguments)
        norm = lib.nn.BatchNorm1d(4) if kind == "Linear" else lib.nn.BatchNorm2d(4)
        for name, value in [*layer.named_parameters(), *norm.named_parameters(), *norm.named_buffers()]:
            if name != "num_batches_tracked":
                key = f"{name}{tuple(value.shape)}"
                state.setdefault(key, rng.random(tuple(value.shape)).astype(np.float32) + 0.5)
                value.data.copy_(lib.from_numpy(state[key]))
        layer.eval(), norm.eval()
        fusion = lib.nn.utils.fusion
        fused = fusion.fuse_linear_bn_eval(layer, norm) if kind == "Linear" else \
            fusion.fuse_conv_bn_eval(layer, norm, transpose=kind == "ConvTranspose2d")
        made.append([p.detach().numpy() for p in fused.parameters()])
        got, wanted = (y.detach().numpy() for y in (fused(lib.from_numpy(x)), norm(layer(lib.from_numpy(x)))))
        np.testing.assert_allclose(got, wanted, rtol=2e-5, atol=2e-5)       # a dozen products of a few units
    for a, b in zip(*made):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_what_a_library_asks_at_import() -> None:
    assert getattr(rg._C, "_CudaDeviceProperties", None) is None and not hasattr(rg._C, "x")
    assert rg.fx.wrap(len) is len
    with pytest.raises(NotImplementedError, match="compile"):
        rg.fx.symbolic_trace(len)
    assert rg.hub.HASH_REGEX.search("resnet18-f37072fd.pth")[1] == "f37072fd"
    with rg.nn.attention.sdpa_kernel([rg.nn.attention.SDPBackend.MATH]):
        pass
    with pytest.raises(TypeError):
        with rg.nn.attention.sdpa_kernel("math"):  # type: ignore[arg-type]
            pass
    with pytest.raises(NotImplementedError, match="network"):
        rg.utils.model_zoo.load_url("x")
