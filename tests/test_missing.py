"""Names that are not there: one of PyTorch's says what to write instead, another what it resembles."""

from __future__ import annotations

import re

import pytest

import retrograd as rg
from retrograd import missing
from retrograd.base.errors import MissingAttributeError, MissingError
from retrograd.pytorch_names import TEXT


def test_a_name_that_pytorch_has_is_a_gap_with_a_way_round():
    with pytest.raises(MissingAttributeError) as info:
        _ = rg.norm_except_dim
    assert str(info.value) == ("retrograd.norm_except_dim is not implemented yet.\n"
                               "                       The same:  retrograd.norm(x, 2, 1, True) .")
    assert isinstance(info.value, NotImplementedError) and isinstance(info.value, AttributeError)


def test_a_name_that_pytorch_has_not_is_a_plain_attribute_error_with_what_was_meant():
    with pytest.raises(AttributeError) as info:
        _ = rg.sofmax
    assert str(info.value) == "module 'retrograd' has no attribute 'sofmax'. Did you mean 'softmax'?"
    assert not isinstance(info.value, MissingError)
    with pytest.raises(AttributeError, match=r"has no attribute 'xyzzy'$"):
        _ = rg.xyzzy


def test_hasattr_and_getattr_see_a_gap():
    assert not hasattr(rg, "norm_except_dim") and getattr(rg, "lobpcg", None) is None
    with pytest.raises(ImportError):
        exec("from retrograd import norm_except_dim")


def test_tensor_attributes_speak_the_same_way():
    x = rg.ones(2)
    with pytest.raises(
        MissingAttributeError, match=r"Tensor.to_sparse is not implemented yet(.|\n)*dense"
    ):
        x.to_sparse()
    with pytest.raises(AttributeError, match="'Tensor' object has no attribute 'foo'") as info:
        _ = x.foo
    assert not isinstance(info.value, MissingError)
    assert not hasattr(x, "zeros")          # a function of torch that is no method
    assert not hasattr(x, "__cuda_array_interface__")


@pytest.mark.parametrize("module", ["linalg", "fft", "special", "distributed", "amp", "jit"])
def test_modules_speak_the_same_way(module):
    there = getattr(rg, module)
    gap = (
        next((n for n in sorted(missing.names(module)) if n not in dir(there)), None)
        if module in TEXT
        else None
    )
    if gap is not None:
        with pytest.raises(MissingAttributeError, match=rf"retrograd.{module}.{gap} is not implemented yet"):
            getattr(there, gap)
    with pytest.raises(AttributeError, match="has no attribute 'xyzzy'"):
        _ = there.xyzzy


@pytest.mark.parametrize("module", TEXT)
def test_the_table_holds_names_of_pytorch_in_order(torch, module):
    names = TEXT[module].split()
    assert names == sorted(set(names))
    there = torch.Tensor if module == "Tensor" else torch
    for part in [] if module in ("both", "torch", "Tensor") else module.split("."):
        there = getattr(there, part)
    assert [n for n in names if not hasattr(there, n)] == []


def test_public_names_of_torch_are_there_or_known_as_gaps(torch):
    """All functions of torch but internal ones are there, or known not to be there yet."""
    internal = re.compile(
        r"^_|_copy$|cudnn|miopen|mkldnn|fbgemm|^native|quantized|^sym_|^q_|autocast|^unsafe|^batch_norm_"
        r"|fake_quant|fused_moving|^parse_|^import_ir|^unify|^merge_|^is_vulkan|_reinit_|^fork$|^wait$"
    )
    known = missing.names("torch") | set(dir(rg))
    functions = [n for n in dir(torch) if type(getattr(torch, n)).__name__ == "builtin_function_or_method"]
    unknown = {n for n in functions if n not in known and not internal.search(n)}
    assert unknown <= {
        "choose_qparams_optimized",
        "compiled_with_cxx11_abi",
        "empty_quantized",
        "get_file_path",
        "hash_tensor",
        "init_num_threads",
        "nonzero_static",
        "prepare_multiprocessing_environment",
        "rsub",
        "slice_inverse",
        "clear_autocast_cache",
        "thread_safe_generator",
    }, unknown


@pytest.mark.parametrize("module", [m for m in TEXT if m != "both"])
def test_every_gap_names_something_that_is_near(module):
    there = rg.ones(2) if module == "Tensor" else rg
    for part in [] if module in ("torch", "Tensor") else module.split("."):
        there = getattr(there, part)
    gaps = [n for n in missing.names(module) if n not in dir(there) and not hasattr(there, n)]
    assert [n for n in gaps if not missing.hint(module, n, dir(there))] == []


def test_in_place_names_lead_to_what_exists():
    assert "Use the method:  x.abs_(...) ." in missing.hint("torch", "abs_")
    assert missing.hint("Tensor", "tan_", ["tan"]) == "Write it back:  x.copy_(x.tan(...)) ."
    assert missing.hint("Tensor", "resize_as_sparse_", ["tan"]).startswith("Tensors are dense")


def test_layers_lead_to_their_functions():
    assert missing.hint("nn", "CrossMapLRN2d") == \
        "The function is there:  retrograd.nn.functional.local_response_norm ."
    for layer, function in missing.FUNCTIONS.items():
        assert layer in missing.names("nn") and callable(getattr(rg.nn.functional, function))


def test_families_do_not_catch_strangers():
    for name in (
        "relu_",
        "relu",
        "triangular_solve",
        "logical_not",
        "negative",
        "cumsum",
        "flatten",
        "isreal",
        "lgamma",
    ):
        text = missing.hint("torch", name) or ""
        assert not re.search("quantis|dense", text), name
    assert "complex" in missing.hint("Tensor", "chalf") and "linalg" in missing.hint("torch", "lobpcg")


def test_hints_are_for_gaps_of_pytorch_and_name_what_exists():
    gaps = frozenset().union(*map(missing.names, [m for m in TEXT if m != "both"]))
    extra = {"onnx"}                        # a module that torch loads on demand
    for name, text in {**missing.SAME, **missing.NEAREST}.items():
        assert name in gaps | extra or name + "_" in gaps, name
        for path in re.findall(r"\brg\.([A-Za-z_][\w.]*\w)", text):
            thing = rg
            for part in path.split("."):
                thing = getattr(thing, part)


@pytest.mark.parametrize("name", sorted(missing.SAME))
def test_what_is_called_the_same_is_the_same_in_pytorch(torch, name, rng):
    code = missing.SAME[name]
    x = rng.uniform(0.1, 0.9, (3, 3))
    ours = eval(code, {"rg": rg, "x": rg.tensor(x)})
    theirs = getattr(torch, name)(torch.tensor(x))
    # some ulp: a composite rounds more often than the function it stands for
    torch.testing.assert_close(torch.from_numpy(ours.numpy().copy()), theirs, rtol=1e-12, atol=1e-14)
