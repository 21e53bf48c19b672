"""Lazy layers, and names of small modules."""

from __future__ import annotations

_IN = {"Linear": "a(2, 5)", "Conv1d": "a(1, 2, 5)", "Conv2d": "a(1, 2, 4, 4)", "Conv3d": "a(1, 2, 3, 3, 3)", "ConvTranspose1d": "a(1, 2, 4)", "ConvTranspose2d": "a(1, 2, 3, 3)",
       "BatchNorm1d": "a(3, 2)", "BatchNorm2d": "a(3, 2, 2, 2)", "BatchNorm3d": "a(2, 2, 2, 1, 2)", "InstanceNorm1d": "a(2, 2, 4)", "InstanceNorm2d": "a(2, 2, 2, 2)", "InstanceNorm3d": "a(1, 2, 2, 2, 2)"}


def _lazy(kind: str) -> list[str]:
    given = "3" if kind == "Linear" else "3, 2" if "Conv" in kind else "affine=True"
    made = f"(lambda n, x: (n(x), n)[1])(nn.Lazy{kind}({given}), T.ones{_IN[kind][1:]})"
    return [f"type({made}).__name__", f"[(k, v.shape) for k, v in {made}.state_dict().items()]", f"m({made})({_IN[kind]})", f"repr({made})"]


LAZY = {f"Lazy{kind}": _lazy(kind) for kind in _IN}
LAZY["UninitializedParameter"] = ["(lambda p: (p.materialize((2, 3)), p.shape)[1])(nn.UninitializedParameter())", "type((lambda p: (p.materialize((2,)), p)[1])(nn.UninitializedParameter())).__name__",
                                  "nn.UninitializedParameter(requires_grad=False).requires_grad"]
MODULE = {"to_empty": ["nn.Linear(2, 3).to_empty(device='cpu').weight.shape", "nn.BatchNorm1d(2).to_empty(device='cpu').running_mean.dtype", "type(nn.ReLU().to_empty(device='cpu')).__name__"]}
INIT = {"sparse_": ["(nn.init.sparse_(T.empty(4, 2), 0.5) == 0).sum(0)", "nn.init.sparse_(T.empty(10, 3), 0.3).shape", "(nn.init.sparse_(T.empty(5, 2), sparsity=0.1, std=1.0) == 0).sum(0)"]}
AMP = {"custom_fwd": ["T.amp.custom_fwd(lambda c, x: x, device_type='cpu')(type('C', (), {})(), 3)", "T.amp.custom_fwd(device_type='cpu')(lambda c, x: x)(type('C', (), {})(), 3)", "callable(T.amp.custom_fwd(device_type='cpu'))"],
       "custom_bwd": ["callable(T.amp.custom_bwd(lambda c, g: g, device_type='cpu'))", "callable(T.amp.custom_bwd(device_type='cpu'))", "callable(T.amp.custom_bwd(device_type='cpu')(lambda c, g: g))"]}
TESTING = {"make_tensor": ["T.testing.make_tensor((2, 3), dtype=T.float64, device='cpu').shape", "T.testing.make_tensor(2, dtype=T.int64, device='cpu', low=3, high=4)", "T.testing.make_tensor((2,), dtype=T.bool, device='cpu').dtype"],
           "assert_close": ["T.testing.assert_close(T.ones(2), T.ones(2) + 1e-7)", "T.testing.assert_close([1.0, 2.0], [1.0, 2.0])", "T.testing.assert_close(T.ones(2), T.ones(2) * 2, rtol=1.0, atol=0.0)"]}
