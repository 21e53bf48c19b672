"""Arguments by PyTorch's names: what PyTorch accepts is accepted."""

from __future__ import annotations

from typing import Any

import pytest

import retrograd as rg

CALLS = """
    x.to(tensor=x) | x.tensor_split(sections=2, dim=1) |
    x.tensor_split(indices=(1,), dim=1) |
    T.broadcast_to(x, size=(2,2,3)) | T.reshape(x, shape=(6,)) | T.permute(x, dims=(1,0)) |
    T.tile(x, dims=(2,1)) | T.bmm(x[None], mat2=x.t()[None]) | T.mm(x, mat2=x.t()) | T.mv(x, vec=x[0]) |
    T.dot(x[0], tensor=x[0]) | T.det(input=x[:,:2]) | T.inverse(input=x[:,:2]) |
    T.matrix_power(input=x[:,:2], n=2) | T.slogdet(input=x[:,:2]) | T.cross(x, x, dim=1) |
    T.cross(x,x,1) | T.clone(x, memory_format=T.preserve_format) | T.eye(2, layout=T.strided) |
    T.linspace(0,1,3,layout=T.strided) | T.logspace(0,1,3,layout=T.strided) |
    T.rand_like(x, layout=T.strided) | T.rand_like(x,generator=T.Generator()) |
    T.randn_like(x, layout=T.strided) | T.full_like(x,1,layout=T.strided) |
    T.randperm(3, requires_grad=False, pin_memory=False, layout=T.strided) |
    T.norm(x, 2, 1, False, None, T.float64) | T.searchsorted(x[0], input=x[0]) |
    T.swapaxes(x, axis0=0, axis1=1) | x.swapaxes(axis0=0, axis1=1) | x.squeeze(dim=0) |
    x.clone().squeeze_(dim=0) | x.clone().unsqueeze_(dim=0) | x.clone().transpose_(dim0=0, dim1=1) |
    x.clone().swapdims_(dim0=0, dim1=1) | x.type(T.float64, non_blocking=True) |
    x.take(index=T.tensor([0])) | x.tile(dims=(2,1)) | x.narrow(dim=0,start=0,length=1) |
    x.matmul(other=x.t()) | x.mm(mat2=x.t()) | x.fmod(other=2) | x.remainder(other=2) |
    x.floor_divide(other=2) | x.mul(other=2) | x.where(x>0, other=x) | x.type_as(other=x) |
    x.split(split_size=1) | T.split(x, split_size_or_sections=1) | x.round(decimals=1) |
    T.concatenate((x,x), axis=1) | T.concat((x,x), dim=1) | T.cat((x,x), axis=0) |
    T.true_divide(input=x, other=2) | T.meshgrid(x[0],x[0],indexing='xy') | T.tensordot(x,x.t(),dims=1) |
    T.as_tensor(x, device='cpu') | T.nn.Hardtanh(min_value=-2.0,max_value=1.0)(x) |
    
    T.nn.Buffer() | list(T.nn.Linear(1,1).modules(remove_duplicate=False)) |
    T.autograd.gradcheck(T.sin, (x.double().requires_grad_(),), check_batched_forward_grad=False) |
    T.autograd.forward_ad.exit_dual_level(level=T.autograd.forward_ad.enter_dual_level()) |
    T.Generator().clone_state() |
    T.Generator().device | T.std(x, correction=1) | x.std(dim=0) | T.prod(x, 0, False, dtype=T.float64) |
    T.argsort(x, stable=True) | T.sort(x, stable=True) | T.sort(x, 0, True) | T.topk(x, 1) |
    T.nn.functional.threshold(x, threshold=0.1, value=2.0) | T.threshold(x,0.1,2.0) |
    T.linalg.norm(x, ord=2) | T.linalg.vander(x[0], N=2) |
    T.testing.make_tensor((2,), dtype=T.float32, device='cpu') | T.numel(input=x) |
    T.set_num_threads(T.get_num_threads()) | T.chain_matmul(x,x.t()) |
    T.utils.checkpoint.checkpoint(T.sin, x, use_reentrant=False) | T.max(x, dim=1, keepdim=True) |
    x.max(dim=1) | T.nn.functional.softmax(x, dim=1, _stacklevel=3) | T.einsum('ij->ji', x) |
    T.einsum('ij->ji', [x]) | T.full(size=(2,), fill_value=3) | T.enable_grad()(lambda: 1)() |
    T.bernoulli(x.abs().clamp(0,1), generator=None) | T.normal(0.0, 1.0, (2,)).shape |
    T.normal(mean=x, std=0.1).shape | T.kthvalue(x, 1) | T.sum(x, (0,1), keepdim=True, dtype=T.float64) |
    T.stack(tensors=[x,x], dim=0) |
    T.gather(x, dim=0, index=T.zeros(1,3,dtype=T.int64), sparse_grad=False) |
    T.unique(x, sorted=True, return_inverse=True) | T.cumsum(x, dim=0, dtype=T.float64) |
    T.roll(x, shifts=1, dims=0) | T.flip(x, dims=(0,)) | T.movedim(x, source=0, destination=1) |
    T.diagonal(x, offset=0, dim1=0, dim2=1) | T.repeat_interleave(x, repeats=2, dim=0) | x.repeat(2,1) |
    x.expand(size=(2,3)) | x.expand(2,3) | x.view(size=(6,)) | x.reshape(shape=(6,)) |
    x.permute(dims=(1,0)) | x.flip(dims=(0,)) | x.new_zeros(size=(2,)) |
    x.new_full(size=(2,), fill_value=1.0) | x.new_tensor(data=[1.0]) |
    x.to(dtype=T.float64, non_blocking=True, copy=True) | x.to(T.float64, False, True) |
    x.sum(dim=(0,1)) | x.mean(dim=0, keepdim=True) | x.norm(p=2, dim=0) | x.clamp(min=0.0, max=1.0) |
    x.masked_fill(mask=x>0, value=0.0) | x.scatter(dim=0, index=T.zeros(1,3,dtype=T.int64), src=x) |
    x.index_select(dim=0, index=T.tensor([0])) | x.unfold(dimension=0, size=1, step=1) |
    x.clone().normal_(mean=0.0, std=1.0).shape | x.clone().random_(0,5).shape |
    x.chunk(chunks=2, dim=0) | x.stride(dim=0) | x.size(dim=0) | x.element_size() |
    x.is_contiguous(memory_format=T.contiguous_format) |
    x.contiguous(memory_format=T.contiguous_format) | x.numpy(force=True) |
    x.cpu(memory_format=T.preserve_format) | x.double(memory_format=T.preserve_format) |
    x.requires_grad_(requires_grad=False) | x.topk(k=1, dim=1, largest=True, sorted=True) |
    x.sort(dim=0, descending=True) | x.unique(return_counts=True) | x.histc(bins=4, min=0, max=1) |
    x.pow(exponent=2) | x.lerp(end=x, weight=0.5) | x.addcmul(tensor1=x, tensor2=x, value=2) |
    x.sub(other=x, alpha=2) | x.add(other=x, alpha=2) | x.div(other=x, rounding_mode='floor') |
    x.clone().copy_(x, non_blocking=True) | x.clone().fill_(value=2) |
    x.clone().masked_scatter_(mask=x>0, source=x) |
    x.index_put((T.tensor([0]),), x[:1], accumulate=True) | x.diff(n=1, dim=0) | x.nansum() |
    x.quantile(0.5, dim=0, interpolation='linear') | x.argmax(dim=0, keepdim=True) | x.amax(dim=(0,1)) |
    x.logsumexp(dim=0, keepdim=True) | x.softmax(dim=0, dtype=T.float64) |
    x.unflatten(dim=0, sizes=(1,2)) | x.flatten(start_dim=0, end_dim=1) | x.rot90(k=1, dims=[0,1]) |
    x.tensor_split(2, dim=0) | 
    T.bincount(T.tensor([1,2]), minlength=5) |
    T.nn.functional.pad(x, pad=(1,1), mode='constant', value=0) |
    T.nn.functional.interpolate(x[None], size=6, mode='nearest') |
    T.nn.functional.one_hot(T.tensor([1]), num_classes=3) | T.nn.functional.normalize(x, p=2.0, dim=1) |
    T.nn.functional.cosine_similarity(x1=x, x2=x, dim=1) | T.cosine_similarity(x1=x, x2=x) |
    T.cdist(x1=x,x2=x,p=2.0) | T.isin(elements=x, test_elements=x) | T.bucketize(x, boundaries=x[0]) |
    T.cartesian_prod(x[0], x[0]) | T.combinations(x[0], r=2) | T.vander(x[0], N=2, increasing=True) |
    T.gradient(x, spacing=1.0, dim=0) | T.trapezoid(x, dx=2.0, dim=0) |
    T.nan_to_num(x, nan=0.0, posinf=1.0) | T.addr(x[:, :2], x[0,:2], x[0,:2], beta=1, alpha=1) |
    T.promote_types(T.int8, T.float32) | T.is_same_size(x,x) |
    T.logit(x.abs().clamp(0.1,0.9), eps=1e-3) | T.polygamma(1, x) | T.special.polygamma(1, x) |
    T.multinomial(x.abs(), num_samples=1, replacement=False).shape |
    T.randint(low=0, high=3, size=(2,)).shape | T.arange(start=0, end=3, step=1) | T.arange(end=3) |
    T.linspace(start=0, end=1, steps=3) | T.zeros(size=(2,)) | 
    T.tensor(data=[1.0]) | T.tensor([1.0], pin_memory=False) | T.empty(2, pin_memory=False).shape |
    T.ones(2, pin_memory=False) | T.empty((1,1,2,2), memory_format=T.channels_last).shape |
    T.rand(2, pin_memory=False).shape | T.randn((2,), generator=T.Generator()).shape
"""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", [" ".join(c.split()) for c in CALLS.split(" |")])
def test_a_call_with_pytorch_s_names_is_understood(torch: Any, call: str) -> None:
    for T in (torch, rg):
        eval(call, {"T": T, "x": T.tensor([[0.5, 1.0, 2.0], [3.0, -4.0, 5.0]])})


def test_what_was_called_otherwise_says_what_is_missing() -> None:
    x = rg.ones(2, 2)
    for call in (lambda: rg.mm(x, other_one=x), lambda: x.split(), lambda: rg.mm(x, x, mat3=x)):
        with pytest.raises(TypeError):
            call()
