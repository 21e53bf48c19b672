"""Names that libraries on top of PyTorch take from its corners, against PyTorch."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from importlib import import_module
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


def test_layers_and_laws_are_found_under_the_files_of_pytorch(torch: Any) -> None:
    """`from torch.distributions.normal import Normal` and `torch.distributions.normal.Normal`."""
    import pkgutil

    for info in pkgutil.iter_modules(torch.distributions.__path__):
        theirs = import_module(f"torch.distributions.{info.name}")
        ours = import_module(f"retrograd.distributions.{info.name}")
        for name in getattr(theirs, "__all__", ()):
            if isinstance(getattr(theirs, name), type) and name in torch.distributions.__all__:
                assert getattr(ours, name).__name__ == name
    assert rg.distributions.categorical.Categorical is rg.distributions.Categorical
    assert import_module("retrograd.optim.adamw").AdamW is rg.optim.AdamW
    assert import_module("retrograd.nn.parallel.distributed").DistributedDataParallel
    assert import_module("retrograd.amp.grad_scaler").GradScaler is rg.amp.GradScaler


def test_pruning_methods_of_ones_own_and_in_turn(torch: Any) -> None:
    """The masks, the hooks and the order of the state are those of PyTorch."""
    rng = np.random.default_rng(0)
    value = rng.standard_normal((6, 4)).astype(np.float32)
    found = []
    for lib in (rg, torch):
        prune = import_module(f"{lib.__name__}.nn.utils.prune")

        class EveryOther(prune.BasePruningMethod):  # type: ignore[name-defined,misc]
            PRUNING_TYPE = "unstructured"

            def compute_mask(self, t: Any, default_mask: Any) -> Any:
                mask = default_mask.clone()
                mask.view(-1)[::2] = 0
                return mask

        layer, other = lib.nn.Linear(4, 6), lib.nn.Linear(4, 6)
        for each, scale in ((layer, 1.0), (other, 1.1)):
            each.weight.data.copy_(lib.from_numpy(value) * scale)
        EveryOther.apply(layer, "weight")
        prune.l1_unstructured(layer, "weight", 3)
        prune.ln_structured(layer, "weight", 0.34, n=2, dim=0)
        hook, = layer._forward_pre_hooks.values()
        prune.global_unstructured([(layer, "weight"), (other, "weight")], prune.L1Unstructured, amount=7)
        own = prune.L1Unstructured(amount=2)
        found.append((layer.weight_mask.tolist(), other.weight_mask.tolist(), list(layer.state_dict()),
                      [type(m).__name__ for m in hook], len(hook), hook._tensor_name,
                      own.prune(lib.from_numpy(value[0])).tolist()))
        with pytest.raises(TypeError):
            prune.global_unstructured([(other, "weight")], prune.LnStructured, amount=1, n=2)
    for mine, theirs in zip(*found):
        assert mine == theirs


def test_a_benchmark_counts_and_shows_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    from retrograd.utils.benchmark import Compare, Timer

    ticks = iter(range(1000))
    ran: list[int] = []
    timer = Timer("f(x)", "x = 3", timer=lambda: next(ticks), globals={"f": ran.append}, label="f",
                  sub_label="three", description="here")
    result = timer.timeit(4)
    assert ran == [3] * 6 and result.mean == result.median == 0.25 and result.num_threads == 1
    Compare([result]).print()
    table = capsys.readouterr().out
    assert "three" in table and "here" in table and "250.0" in table and "milliseconds" in table
    assert "1 measurement, 4 runs, 1 thread" in repr(result)
