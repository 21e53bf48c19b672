"""`import retrograd as torch`: the names that tutorials use are there and behave as PyTorch's."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys

import numpy as np
import pytest

import retrograd as rg

T1 = """
    Tensor tensor as_tensor from_numpy zeros ones empty full zeros_like ones_like full_like empty_like rand
    randn randint randperm rand_like randn_like normal arange linspace eye diag tril triu meshgrid
    FloatTensor LongTensor cat stack split chunk where gather index_select masked_select flatten reshape
    squeeze unsqueeze transpose permute t broadcast_to add sub mul div neg pow sqrt rsqrt exp log log1p abs
    sign sin cos tan tanh sigmoid relu softmax log_softmax clamp clip round floor ceil maximum minimum sum
    mean std var prod max min amax amin argmax argmin norm cumsum all any sort argsort topk unique logsumexp
    matmul mm mv bmm dot outer einsum addmm eq ne lt le gt ge equal allclose isclose isnan isinf isfinite
    logical_and logical_or logical_not manual_seed no_grad enable_grad set_grad_enabled is_grad_enabled
    is_tensor save load device dtype Size float32 float float64 double float16 half bfloat16 int64 long
    int32 int int8 uint8 bool inf nan pi set_default_dtype get_default_dtype set_num_threads get_num_threads
    set_printoptions numel __version__ int16 short e newaxis inference_mode Generator get_rng_state
    set_rng_state initial_seed seed finfo iinfo result_type promote_types can_cast is_floating_point
    is_complex clone detach square reciprocal expm1 erf atan remainder fmod floor_divide true_divide lerp
    addcmul addcdiv nan_to_num median bincount nonzero take take_along_dim scatter scatter_add index_add
    masked_fill roll flip repeat_interleave tile hstack vstack unbind movedim swapaxes narrow ravel
    atleast_1d tensordot baddbmm inverse det trace diagonal bernoulli std_mean var_mean count_nonzero
    dropout conv1d conv2d max_pool2d batch_norm layer_norm embedding cosine_similarity
    use_deterministic_algorithms set_flush_denormal autocast vmap synchronize
""".split()
MODULES = """
    amp autograd backends backends.cudnn cuda cuda.amp distributed func jit linalg nn nn.functional nn.init
    nn.parallel nn.utils optim optim.lr_scheduler random special testing utils utils.data utils.checkpoint
    interop.tf1 version
""".split()


@pytest.mark.parametrize("name", T1)
def test_a_name_is_there_and_listed(name):
    assert hasattr(rg, name) and name in dir(rg)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_there_by_import_and_by_attribute(name):
    code = f"import retrograd as torch; torch.{name}; import retrograd.{name}"
    if name.startswith("interop"):
        code = f"import retrograd.{name}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_listed_name_can_be_had():
    for name in dir(rg):
        getattr(rg, name)


def test_star_import_brings_no_private_names():
    space: dict = {}
    exec("from retrograd import *", space)
    assert "relu" not in space or callable(space["relu"])
    assert not [n for n in space if n.startswith("_") and n != "__builtins__"]


def test_import_is_light():
    code = "import sys, retrograd; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    heavy = {
        "nn",
        "optim",
        "data",
        "interop",
        "cli",
        "distributed",
        "linalg",
        "missing",
        "trust",
        "func",
        "utils",
        "amp",
    }
    assert not {f"retrograd.{n}" for n in heavy} & set(loaded)
    assert not {"ml_dtypes", "llvmlite", "safetensors", "tqdm", "torch", "tensorflow"} & {
        n.partition(".")[0] for n in loaded
    }


def test_names_load_their_module_when_first_asked_for():
    loaded = "'retrograd.nn' in sys.modules"
    code = f"import sys, retrograd as t; early = {loaded}; t.nn; print(early, {loaded})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "True"]


# ---------------------------------------------------------------- dtypes and numbers
def test_dtypes_bear_all_their_names():
    assert (
        rg.float is rg.float32 and rg.double is rg.float64 and rg.half is rg.float16 and rg.long is rg.int64
    )
    assert rg.int is rg.int32 and rg.short is rg.int16 and repr(rg.bool) == "retrograd.bool"
    assert isinstance(rg.float32, rg.dtype) and rg.newaxis is None
    assert (rg.inf, rg.pi, rg.e) == (math.inf, math.pi, math.e) and math.isnan(rg.nan)


def test_the_default_dtype_is_that_of_python_floats_only():
    assert rg.get_default_dtype() is rg.float32
    rg.set_default_dtype(rg.float64)
    try:
        assert rg.tensor(1.0).dtype is rg.zeros(1).dtype is rg.randn(1).dtype is rg.float64
        assert rg.tensor(1).dtype is rg.int64 and rg.tensor(np.float32(1)).dtype is rg.float32
        rg.set_default_tensor_type(rg.FloatTensor)
        assert rg.get_default_dtype() is rg.float32
    finally:
        rg.set_default_dtype(rg.float32)
    with pytest.raises(TypeError, match="floating-point"):
        rg.set_default_dtype(rg.int64)


DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.mark.parametrize("a", DTYPES)
def test_promotion_and_casting_tables_are_pytorchs(torch, a):
    for b in DTYPES:
        ours, theirs = [getattr(rg, n) for n in (a, b)], [getattr(torch, n) for n in (a, b)]
        assert rg.promote_types(*ours).name == str(torch.promote_types(*theirs)).partition(".")[2]
        assert rg.can_cast(*ours) == torch.can_cast(*theirs), (a, b)


@pytest.mark.parametrize("a", DTYPES)
def test_result_types_are_pytorchs(torch, a):
    def pair(lib, shape, other):
        x = lib.zeros(shape, dtype=getattr(lib, a))
        return x, lib.zeros(other[0], dtype=getattr(lib, other[1])) if isinstance(other, tuple) else other
    others = [1, 1.5, True, *(((shape), d) for shape in ((), (2,)) for d in DTYPES)]
    for shape in ((), (2,)):
        for other in others:
            got = rg.result_type(*pair(rg, shape, other)).name
            assert got == str(torch.result_type(*pair(torch, shape, other))).partition(".")[2], (
                a,
                shape,
                other,
            )
    assert rg.result_type(1, 2.5) is rg.float32 and rg.result_type(True, 2) is rg.int64


# ---------------------------------------------------------------- questions
def test_equal_and_allclose_answer_with_a_bool(torch):
    values = [[1.0, 2.0], [1.0, 2.0000001], [1.0, float("nan")], [float("inf"), 1.0], [[1.0, 2.0]], [1.0]]
    for a in values:
        for b in values:
            ours, theirs = [rg.tensor(v) for v in (a, b)], [torch.tensor(v) for v in (a, b)]
            assert rg.equal(*ours) is torch.equal(*theirs)
            for nan in (False, True):
                assert rg.allclose(*ours, equal_nan=nan) is torch.allclose(*theirs, equal_nan=nan)
    assert rg.equal(rg.zeros(0), rg.zeros(0)) is True
    with pytest.raises(RuntimeError, match="dtype"):
        rg.allclose(rg.ones(1), rg.ones(1, dtype=rg.float64))


def test_equal_tells_dtypes_apart_as_little_as_pytorch_does():
    assert rg.equal(rg.ones(2, dtype=rg.int64), rg.ones(2)) is True


def test_small_questions():
    x = rg.zeros(2, 3)
    assert rg.is_tensor(x) and not rg.is_tensor(x.numpy()) and rg.numel(x) == 6
    assert rg.is_floating_point(x) and not rg.is_floating_point(x.long()) and not rg.is_complex(x)
    assert rg.is_nonzero(rg.tensor([1])) is True and rg.is_nonzero(rg.tensor(0.0)) is False
    with pytest.raises(ValueError, match="one element"):
        rg.is_nonzero(x)


# ---------------------------------------------------------------- devices, threads, modes
@pytest.mark.parametrize("device", ["cpu", rg.device("cpu"), "cpu:0", None])
def test_cpu_in_all_its_spellings_is_accepted(device):
    assert rg.zeros(1, device=device).device == rg.device("cpu") == "cpu"
    assert rg.tensor([1], device=device).to("cpu").cpu().device.type == "cpu"


def test_other_devices_name_the_guard():
    for make in (lambda: rg.zeros(1, device="cuda"), lambda: rg.zeros(1, device=rg.device("cuda:0")),
                 lambda: rg.ones(1).cuda(),
                 lambda: rg.ones(1).to("cuda")):
        with pytest.raises(RuntimeError, match=r"cuda.is_available\(\)"):
            make()
    assert rg.device("cuda" if rg.cuda.is_available() else "cpu").type == "cpu"


@pytest.mark.parametrize("name", [("cuda",), ("cuda:1",), ("cuda", 1), ("cpu:0",), ("mps",), ("meta",)])
def test_a_device_can_be_named_without_being_there(torch, name):
    mine, theirs = rg.device(*name), torch.device(*name)
    assert (repr(mine), str(mine), mine.type, mine.index) == \
        (repr(theirs), str(theirs), theirs.type, theirs.index)
    assert mine == rg.device(str(mine)) and hash(mine) == hash(rg.device(str(mine)))
    assert (mine == rg.device("cpu")) == (theirs == torch.device("cpu"))


@pytest.mark.parametrize("expression", [
    "randint(5, size=(2,))", "randint(high=5, size=(2,))", "randint(low=1, high=5, size=(2, 1))",
    "zeros(size=(2, 3))", "ones(size=[2])", "empty(size=(2, 3))", "randn(size=(2, 3))", "rand(size=())",
    "arange(end=3)", "randint(5, (2,), dtype=T.int32)"])
def test_sizes_may_come_by_name(torch, expression):
    mine, theirs = (eval("T." + expression, {"T": library}) for library in (rg, torch))
    assert mine.shape == tuple(theirs.shape) and str(mine.dtype)[10:] == str(theirs.dtype)[6:]


def test_a_device_that_pytorch_has_not_is_refused():
    for wrong in ("gpu", "cuda:x"):
        with pytest.raises(ValueError, match="device"):
            rg.device(wrong)
    with rg.device("cpu"):
        assert rg.zeros(1).device.type == "cpu"


@pytest.mark.parametrize("module", ["accelerator", "xpu", "mps"])
def test_other_processors_answer_as_on_pytorch_s_cpu_build(torch, module):
    mine, theirs = getattr(rg, module), getattr(torch, module)
    assert mine.is_available() is theirs.is_available() is False
    assert mine.device_count() == theirs.device_count() == 0
    assert rg.accelerator.current_accelerator() is None
    with pytest.raises(AttributeError, match="computes on the CPU"):
        _ = mine.Stream


def test_threads_can_be_set():
    before = rg.get_num_threads()
    try:
        rg.set_num_threads(3)
        assert rg.get_num_threads() == 3
        with pytest.raises(ValueError, match="positive"):
            rg.set_num_threads(0)
    finally:
        rg.set_num_threads(before)


def test_grad_modes_nest():
    assert rg.is_grad_enabled()
    with rg.no_grad():
        assert not rg.is_grad_enabled()
        with rg.enable_grad():
            assert rg.is_grad_enabled()
    with rg.set_grad_enabled(False):
        assert not rg.is_grad_enabled()
    with rg.inference_mode():
        assert not (rg.ones(1, requires_grad=True) * 2).requires_grad
    assert rg.is_grad_enabled()


# ---------------------------------------------------------------- random state
def test_the_random_state_can_be_kept_forked_and_put_back():
    rg.manual_seed(3)
    assert rg.initial_seed() == 3
    rg.rand(2)
    state = rg.get_rng_state()
    a = rg.rand(3)
    with rg.random.fork_rng():
        rg.rand(100)
        rg.manual_seed(7)
    b = rg.rand(3)
    rg.set_rng_state(state)
    assert rg.equal(rg.rand(3), a) and rg.equal(rg.rand(3), b)
    with pytest.raises(ValueError, match="get_rng_state"):
        rg.set_rng_state(rg.zeros(5056, dtype=rg.uint8))


def test_generators_are_independent_of_the_default_one():
    g = rg.Generator().manual_seed(1)
    rg.manual_seed(1)
    a = rg.rand(2, generator=g)
    assert rg.equal(rg.rand(2), a)


# ---------------------------------------------------------------- calls
@pytest.mark.parametrize("call,name", [
    (lambda: rg.softmax(rg.ones(2), dims=0), "softmax"), (lambda: rg.sum(rg.ones(2), axes=0), "sum"),
    (lambda: rg.add(rg.ones(2), 1, beta=2), "add"), (lambda: rg.cat([rg.ones(2)], along=0), "cat"),
    (lambda: rg.zeros(2, typ=rg.int64), "zeros"), (lambda: rg.relu(rg.ones(2), slope=1), "relu"),
    (lambda: rg.ones(2).mean(keepdims_=True), "mean"), (lambda: rg.exp(rg.ones(2), base=2), "exp"),
    (lambda: rg.eq(rg.ones(2), rg.ones(2), tol=1), "eq"), (lambda: rg.max(rg.ones(2), dimension=0), "max"),
    (lambda: rg.manual_seed(0, device="cpu"), "manual_seed"),
])
def test_an_unknown_keyword_is_named_with_its_function(call, name):
    with pytest.raises(TypeError) as info:
        call()
    keyword = inspect.getclosurevars(call)
    assert name in str(info.value) and "unexpected keyword argument" in str(info.value), keyword


# ---------------------------------------------------------------- modules without a GPU, in one process
def test_cuda_answers_no_and_seeds_pass():
    assert rg.cuda.is_available() is False and rg.cuda.device_count() == 0
    rg.cuda.manual_seed(0), rg.cuda.manual_seed_all(0), rg.cuda.synchronize(), rg.cuda.empty_cache()
    assert rg.cuda.memory_allocated() == 0
    with pytest.raises(NotImplementedError, match="is_available"):
        rg.cuda.set_device(0)
    with pytest.raises(NotImplementedError, match="computes on the CPU"):
        rg.cuda.get_device_name(0)
    assert not hasattr(rg.cuda, "no_such_name")


def test_backend_flags_can_be_set_and_read():
    import retrograd.backends.cudnn as cudnn
    cudnn.benchmark, rg.backends.cudnn.deterministic = True, True
    assert rg.backends.cudnn.benchmark and cudnn.deterministic and cudnn.enabled
    rg.backends.cuda.matmul.allow_tf32 = True
    assert not rg.backends.mps.is_available() and not rg.backends.cudnn.is_available()


def test_mixed_precision_for_cuda_warns_and_changes_nothing():
    w = rg.nn.Parameter(rg.ones(2))
    optimizer = rg.optim.SGD([w], lr=0.5)
    with pytest.warns(UserWarning, match="no GPU"):
        scaler = rg.amp.GradScaler()
    with pytest.warns(UserWarning, match="no GPU"), rg.autocast("cuda", dtype=rg.float16):
        loss = (w * 2).sum()
    assert loss.dtype is rg.float32
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    scaler.step(optimizer)
    scaler.update()
    assert w.tolist() == [0.0, 0.0] and scaler.get_scale() == 1.0 and scaler.state_dict() == {}
    with pytest.warns(UserWarning, match="no GPU"), rg.cuda.amp.autocast():
        pass


def test_autocast_on_the_cpu_says_that_it_changes_nothing():
    with pytest.warns(UserWarning, match=r"bfloat16\(\)"), rg.autocast("cpu", dtype=rg.bfloat16):
        assert (rg.ones(2, 2) @ rg.ones(2, 2)).dtype is rg.float32

    @rg.autocast("cpu", enabled=False)
    def double(x):
        return x * 2
    assert double(3) == 6


def test_a_scaler_leaves_out_bad_steps_and_adapts_as_pytorch_s(torch):
    def trained(T):
        w = T.nn.Parameter(T.ones(2))
        optimizer = T.optim.SGD([w], lr=0.5)
        scaler = T.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
        seen = []
        for factor in (1.0, 2.0, float("inf"), 1.0, 1.0, 1.0):
            optimizer.zero_grad()
            scaler.scale((w * factor).sum()).backward()
            if factor == 2.0:
                scaler.unscale_(optimizer)
                with pytest.raises(RuntimeError, match="already been called"):
                    scaler.unscale_(optimizer)
            scaler.step(optimizer)
            scaler.update()
            seen.append((w.tolist(), scaler.get_scale()))
        state = scaler.state_dict()
        again = T.amp.GradScaler("cpu")
        again.load_state_dict(state)
        return seen, state, again.get_scale()
    assert trained(rg) == trained(torch)


def test_jit_hands_functions_back_and_refuses_programs():
    @rg.jit.script
    def double(x):
        return x * 2
    assert double(rg.ones(1)).item() == 2
    for refused in (rg.jit.trace, rg.jit.trace_module):
        with pytest.raises(NotImplementedError, match="TorchScript"):
            refused(double, rg.ones(1))
    assert rg.jit.wait(rg.jit.fork(double, rg.ones(1))).item() == 2 and rg.jit.fork(double, 1).done()
    net = rg.nn.Linear(1, 1)
    assert rg.jit.freeze(net) is net is rg.jit.optimize_for_inference(net)
    assert not isinstance(net, rg.jit.ScriptModule)
    assert rg.autograd.grad_mode.no_grad is rg.no_grad and rg.autograd.anomaly_mode.detect_anomaly


def test_distributed_in_one_process():
    dist = rg.distributed
    assert dist.is_available() and not dist.is_initialized()
    dist.init_process_group("gloo", rank=0, world_size=1)
    try:
        assert dist.is_initialized() and (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (
            0,
            1,
            "gloo",
        )
        with pytest.raises(ValueError, match="already"):
            dist.init_process_group("gloo")
        x = rg.arange(3.0)
        assert dist.all_reduce(x, op=dist.ReduceOp.SUM) is None and x.tolist() == [0, 1, 2]
        assert dist.all_reduce(x, async_op=True).wait()
        out = [rg.zeros(3)]
        dist.all_gather(out, x)
        assert out[0].tolist() == [0, 1, 2]
        y = rg.zeros(3)
        dist.scatter(y, [x], src=0)
        dist.broadcast(y, src=0)
        dist.barrier()
        assert y.tolist() == [0, 1, 2]
        objects = [None]
        dist.all_gather_object(objects, {"a": 1})
        assert objects == [{"a": 1}]
        with pytest.raises(ValueError, match="src is 1"):
            dist.broadcast(y, src=1)
        with pytest.raises(ValueError, match="no other process"):
            dist.send(y, 1)
    finally:
        dist.destroy_process_group()
    assert not dist.is_initialized()
    with pytest.raises(NotImplementedError, match="4 processes"):
        dist.init_process_group("gloo", rank=0, world_size=4)


def test_world_size_in_the_environment_counts(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(NotImplementedError, match="2 processes"):
        rg.distributed.init_process_group()
