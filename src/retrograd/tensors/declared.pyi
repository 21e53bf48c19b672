"""Written by `make stubs`: what type checkers and editors know of `retrograd.Tensor`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd.graph.wrapping import TensorBase


class Methods(TensorBase):
    @property
    def H(self) -> _Tensor:
        """The conjugate transpose of a matrix."""
    @property
    def T(self) -> _Tensor:
        """All dimensions in reverse order."""
    def __abs__(self) -> _Tensor: ...
    def __add__(self, other: _Any) -> _Tensor: ...
    def __and__(self, other: _Any) -> _Tensor: ...
    def __array_ufunc__(self, ufunc: _Any, method: _b.str, *inputs: _Any, **options: _Any) -> _Any: ...
    def __bool__(self) -> _b.bool: ...
    def __complex__(self) -> _b.complex: ...
    def __contains__(self, element: _Any) -> _b.bool: ...
    def __copy__(self) -> _Tensor:
        """copy.copy: another name for the same memory."""
    def __deepcopy__(self, memo: _b.dict[_b.int, _Any]) -> _Tensor:
        """copy.deepcopy: the values, sharing memory among the copies; the gradient; no history."""
    def __dlpack__(self, **options: _Any) -> _Any:
        """The memory for other libraries (`torch.from_dlpack`), as NumPy hands it over."""
    def __dlpack_device__(self) -> _b.tuple[_b.int, _b.int]:
        """(1, 0): the CPU."""
    def __eq__(self, other: _Any) -> _Tensor:  # type: ignore[override]
        ...
    def __float__(self) -> _b.float: ...
    def __floordiv__(self, other: _Any) -> _Tensor: ...
    def __format__(self, spec: _b.str) -> _b.str: ...
    def __ge__(self, other: _Any) -> _Tensor: ...
    def __getitem__(self, key: _Any) -> _Tensor:
        """t[key]."""
    def __gt__(self, other: _Any) -> _Tensor: ...
    def __hash__(self) -> _b.int: ...
    def __iadd__(self, other: _Any) -> _Tensor: ...
    def __iand__(self, other: _Any) -> _Tensor: ...
    def __ifloordiv__(self, other: _Any) -> _Tensor: ...
    def __ilshift__(self, b: _Any) -> _Any: ...
    def __imod__(self, other: _Any) -> _Tensor: ...
    def __imul__(self, other: _Any) -> _Tensor: ...
    def __index__(self) -> _b.int: ...
    def __int__(self) -> _b.int: ...
    def __invert__(self) -> _Tensor: ...
    def __ior__(self, other: _Any) -> _Tensor: ...
    def __ipow__(self, other: _Any) -> _Tensor: ...
    def __irshift__(self, b: _Any) -> _Any: ...
    def __isub__(self, other: _Any) -> _Tensor: ...
    def __iter__(self) -> _Iterator[_Tensor]: ...
    def __itruediv__(self, other: _Any) -> _Tensor: ...
    def __ixor__(self, other: _Any) -> _Tensor: ...
    def __le__(self, other: _Any) -> _Tensor: ...
    def __len__(self) -> _b.int: ...
    def __lshift__(self, other: _Any) -> _Tensor: ...
    def __lt__(self, other: _Any) -> _Tensor: ...
    def __matmul__(self, other: _Any) -> _Tensor: ...
    def __mod__(self, other: _Any) -> _Tensor: ...
    def __mul__(self, other: _Any) -> _Tensor: ...
    def __ne__(self, other: _Any) -> _Tensor:  # type: ignore[override]
        ...
    def __neg__(self) -> _Tensor: ...
    def __or__(self, other: _Any) -> _Tensor: ...
    def __pos__(self) -> _Tensor: ...
    def __pow__(self, other: _Any) -> _Tensor: ...
    def __radd__(self, other: _Any) -> _Tensor: ...
    def __rand__(self, other: _Any) -> _Tensor: ...
    def __rdiv__(self, other: _Any) -> _Any: ...
    def __reduce_ex__(self, protocol: _Any) -> _Any:
        """For the user's own pickling: the memory and how the tensor lies there, not the history."""
    def __repr__(self, *, tensor_contents: _Any = None) -> _b.str:
        """tensor(...) with values, and dtype, size, grad_fn where they say something."""
    def __rfloordiv__(self, other: _Any) -> _Tensor: ...
    def __rlshift__(self, b: _Any) -> _Any: ...
    def __rmatmul__(self, other: _Any) -> _Tensor: ...
    def __rmod__(self, other: _Any) -> _Tensor: ...
    def __rmul__(self, other: _Any) -> _Tensor: ...
    def __ror__(self, other: _Any) -> _Tensor: ...
    def __rpow__(self, other: _Any) -> _Tensor: ...
    def __rrshift__(self, b: _Any) -> _Any: ...
    def __rshift__(self, other: _Any) -> _Tensor: ...
    def __rsub__(self, other: _Any) -> _Tensor: ...
    def __rtruediv__(self, other: _Any) -> _Tensor: ...
    def __rxor__(self, other: _Any) -> _Tensor: ...
    def __setitem__(self, key: _Any, value: _Any) -> None:
        """t[key] = value."""
    def __sub__(self, other: _Any) -> _Tensor: ...
    def __truediv__(self, other: _Any) -> _Tensor: ...
    def __xor__(self, other: _Any) -> _Tensor: ...
    def abs(self) -> _Tensor:
        """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
    def abs_(self) -> _Tensor:
        """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
    def absolute(self) -> _Tensor:
        """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
    def absolute_(self) -> _Tensor:
        """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
    def acos(self) -> _Tensor:
        """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
    def acos_(self) -> _Tensor:
        """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
    def acosh(self) -> _Tensor:
        """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
    def acosh_(self) -> _Tensor:
        """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
    def add(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input + alpha * other. d/d input = 1, d/d other = alpha."""
    def add_(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input + alpha * other. d/d input = 1, d/d other = alpha."""
    def addbmm(self, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha sum over the batch of batch1 @ batch2."""
    def addbmm_(self, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha sum over the batch of batch1 @ batch2."""
    def addcdiv(self, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
        """input + value * tensor1 / tensor2."""
    def addcdiv_(self, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
        """input + value * tensor1 / tensor2."""
    def addcmul(self, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
        """input + value * tensor1 * tensor2."""
    def addcmul_(self, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
        """input + value * tensor1 * tensor2."""
    def addmm(self, mat1: _Any, mat2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta * input + alpha * (mat1 @ mat2)."""
    def addmm_(self, mat1: _Any, mat2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta * input + alpha * (mat1 @ mat2)."""
    def addmv(self, mat: _Any, vec: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha mat @ vec."""
    def addmv_(self, mat: _Any, vec: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha mat @ vec."""
    def addr(self, vec1: _Any, vec2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha outer(vec1, vec2)."""
    def addr_(self, vec1: _Any, vec2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta input + alpha outer(vec1, vec2)."""
    def adjoint(self) -> _Any:
        """The conjugate transpose: the last two dimensions exchanged, the elements conjugated."""
    def all(self, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
        """Whether no element is zero. True where there are none."""
    def allclose(self, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _b.bool:
        """Whether |input - other| <= atol + rtol * |other| everywhere (after broadcasting)."""
    def amax(self, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
        """Largest element; ties share the cotangent evenly."""
    def amin(self, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
        """Smallest element; ties share the cotangent evenly."""
    def aminmax(self, *, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
        """(min, max) of all elements or along dim; ties share the cotangent."""
    def angle(self) -> _Tensor:
        """The angle of complex numbers in [-pi, pi]; of real numbers 0, and pi below 0; nan stays nan. Derivative i z/|z|^2, of real numbers 0."""
    def any(self, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
        """Whether some element is not zero. False where there are none."""
    def apply_(self, callable: _Callable[[_Any], _Any]) -> _Tensor:
        """Each element by a Python function: slow, and without a derivative."""
    def arccos(self) -> _Tensor:
        """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
    def arccos_(self) -> _Tensor:
        """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
    def arccosh(self) -> _Tensor:
        """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
    def arccosh_(self) -> _Tensor:
        """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
    def arcsin(self) -> _Tensor:
        """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
    def arcsin_(self) -> _Tensor:
        """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
    def arcsinh(self) -> _Tensor:
        """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
    def arcsinh_(self) -> _Tensor:
        """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
    def arctan(self) -> _Tensor:
        """Inverse tangent. Derivative 1/(1 + input**2)."""
    def arctan2(self, other: _Any) -> _Tensor:
        """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
    def arctan2_(self, other: _Any) -> _Tensor:
        """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
    def arctan_(self) -> _Tensor:
        """Inverse tangent. Derivative 1/(1 + input**2)."""
    def arctanh(self) -> _Tensor:
        """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
    def arctanh_(self) -> _Tensor:
        """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
    def argmax(self, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Tensor:
        """Index of the largest element (the first of equals), of the whole tensor or along dim. No derivative."""
    def argmin(self, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Tensor:
        """Index of the smallest element (the first of equals), of the whole tensor or along dim. No derivative."""
    def argsort(self, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True) -> _Tensor:
        """Indices that sort along dim; equal elements keep their order. No derivative."""
    def argwhere(self) -> _Tensor:
        """Places of the elements that are not zero, one a row. An evaluation point."""
    def as_strided(self, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
        """A view of the whole memory below a tensor: element i is offset + sum(i * stride) of it."""
    def as_strided_(self, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
        """A view of the whole memory below a tensor: element i is offset + sum(i * stride) of it."""
    def as_strided_scatter(self, src: _Any, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
        """A copy of input with src where as_strided would read."""
    def as_subclass(self, cls: _Any) -> _Tensor:
        """The same memory and history as a tensor of a subclass."""
    def asin(self) -> _Tensor:
        """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
    def asin_(self) -> _Tensor:
        """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
    def asinh(self) -> _Tensor:
        """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
    def asinh_(self) -> _Tensor:
        """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
    def atan(self) -> _Tensor:
        """Inverse tangent. Derivative 1/(1 + input**2)."""
    def atan2(self, other: _Any) -> _Tensor:
        """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
    def atan2_(self, other: _Any) -> _Tensor:
        """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
    def atan_(self) -> _Tensor:
        """Inverse tangent. Derivative 1/(1 + input**2)."""
    def atanh(self) -> _Tensor:
        """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
    def atanh_(self) -> _Tensor:
        """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
    def backward(self, gradient: _Any = None, retain_graph: _b.bool | None = None, create_graph: _b.bool = False, inputs: _Any = None) -> None:
        """Add d(self)/d(leaf) to `.grad` of every leaf: see `autograd.backward`."""
    def baddbmm(self, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta * input + alpha * bmm(batch1, batch2)."""
    def baddbmm_(self, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
        """beta * input + alpha * bmm(batch1, batch2)."""
    def bernoulli(self, p: _Any = None, *, generator: _Any = None) -> _Tensor:
        """1 with the probability that this tensor holds, or p, else 0."""
    def bernoulli_(self, p_: _Any = 0.5, *, generator: _Any = None, **kw: _Any) -> _Tensor:
        """Fill with 1 at probability p, else 0."""
    def bfloat16(self, memory_format: _Any = None) -> _Tensor:
        """Converted to bfloat16."""
    def bincount(self, weights: _Any = None, minlength: _b.int = 0) -> _Tensor:
        """How often each number occurs (or the sum of its weights). An evaluation point."""
    def bitwise_and(self, other: _Any) -> _Tensor:
        """bitwise_and: bit by bit on integers, logic on bool. No derivative."""
    def bitwise_and_(self, other: _Any) -> _Tensor:
        """bitwise_and: bit by bit on integers, logic on bool. No derivative."""
    def bitwise_left_shift(self, other: _Any) -> _Tensor:
        """input 2**other, of integers."""
    def bitwise_left_shift_(self, other: _Any) -> _Tensor:
        """input 2**other, of integers."""
    def bitwise_not(self) -> _Tensor:
        """~input: bit by bit on integers, logic on bool."""
    def bitwise_not_(self) -> _Tensor:
        """~input: bit by bit on integers, logic on bool."""
    def bitwise_or(self, other: _Any) -> _Tensor:
        """bitwise_or: bit by bit on integers, logic on bool. No derivative."""
    def bitwise_or_(self, other: _Any) -> _Tensor:
        """bitwise_or: bit by bit on integers, logic on bool. No derivative."""
    def bitwise_right_shift(self, other: _Any) -> _Tensor:
        """floor(input / 2**other), of integers."""
    def bitwise_right_shift_(self, other: _Any) -> _Tensor:
        """floor(input / 2**other), of integers."""
    def bitwise_xor(self, other: _Any) -> _Tensor:
        """bitwise_xor: bit by bit on integers, logic on bool. No derivative."""
    def bitwise_xor_(self, other: _Any) -> _Tensor:
        """bitwise_xor: bit by bit on integers, logic on bool. No derivative."""
    def bmm(self, other: _Any = None, **named: _Any) -> _Tensor:
        """Products of two batches of matrices."""
    def bool(self, memory_format: _Any = None) -> _Tensor:
        """Converted to bool."""
    def broadcast_to(self, *sizes: _Any, size: _Any = None) -> _Tensor:
        """expand to a shape."""
    def byte(self, memory_format: _Any = None) -> _Tensor:
        """Converted to uint8."""
    def cauchy_(self, *args: _Any, generator: _Any = None, **kwargs: _Any) -> _Tensor:
        """Fill with Cauchy numbers around median, of width sigma."""
    def cdouble(self, memory_format: _Any = None) -> _Tensor:
        """Converted to complex128."""
    def ceil(self) -> _Tensor:
        """The smallest integer not below input. Derivative 0."""
    def ceil_(self) -> _Tensor:
        """The smallest integer not below input. Derivative 0."""
    def cfloat(self, memory_format: _Any = None) -> _Tensor:
        """Converted to complex64."""
    def char(self, memory_format: _Any = None) -> _Tensor:
        """Converted to int8."""
    def cholesky(self, upper: _b.bool = False) -> _Tensor:
        """torch.cholesky: see `linalg.cholesky`."""
    def cholesky_inverse(self, upper: _b.bool = False) -> _Tensor:
        """The inverse of A = L L^H (or U^H U, if upper)."""
    def cholesky_solve(self, L: _Any, upper: _b.bool = False) -> _Tensor:
        """x with A x = B, where A = L L^H (or U^H U, if upper)."""
    def chunk(self, chunks: _b.int, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
        """At most `chunks` pieces of equal size (the last may be smaller)."""
    def clamp(self, min: _Any = None, max: _Any = None) -> _Tensor:
        """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
    def clamp_(self, min: _Any = None, max: _Any = None) -> _Tensor:
        """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
    def clamp_max(self, max: _Any) -> _Tensor:
        """The smaller of input and max. Derivative 1 up to the bound, as `clamp`."""
    def clamp_max_(self, max: _Any) -> _Tensor:
        """The smaller of input and max. Derivative 1 up to the bound, as `clamp`."""
    def clamp_min(self, min: _Any) -> _Tensor:
        """The larger of input and min. Derivative 1 from the bound on, as `clamp`."""
    def clamp_min_(self, min: _Any) -> _Tensor:
        """The larger of input and min. Derivative 1 from the bound on, as `clamp`."""
    def clip(self, min: _Any = None, max: _Any = None) -> _Tensor:
        """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
    def clip_(self, min: _Any = None, max: _Any = None) -> _Tensor:
        """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
    def clone(self, *, memory_format: _Any = None) -> _Tensor:
        """A copy with the same derivative, row-major whatever memory_format says."""
    def coalesce(self, dtype: _Any = None) -> _Any:
        """The tensor itself: all tensors are dense."""
    def conj(self) -> _Tensor:
        """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
    def conj_physical(self) -> _Tensor:
        """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
    def conj_physical_(self) -> _Tensor:
        """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
    def const_data_ptr(self, *args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.tensors.memory.data_ptr`."""
    def contiguous(self, memory_format: _Any = None) -> _Tensor:
        """The tensor itself if its elements lie in row-major order, else a copy that does."""
    def copy_(self, src: _Any, non_blocking: _b.bool = False) -> _Tensor:
        """Write the values of src (broadcast and converted) to this tensor's memory."""
    def copysign(self, other: _Any) -> _Tensor:
        """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0."""
    def copysign_(self, other: _Any) -> _Tensor:
        """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0."""
    def corrcoef(self) -> _Tensor:
        """The correlations of variables (rows) over observations (columns): covariances over both spreads."""
    def cos(self) -> _Tensor:
        """Cosine of radians. Derivative -sin(input)."""
    def cos_(self) -> _Tensor:
        """Cosine of radians. Derivative -sin(input)."""
    def cosh(self) -> _Tensor:
        """(e**x + e**-x)/2. Derivative sinh."""
    def cosh_(self) -> _Tensor:
        """(e**x + e**-x)/2. Derivative sinh."""
    def count_nonzero(self, dim: _Any = None) -> _Tensor:
        """How many elements are not zero."""
    def cov(self, *, correction: _b.int = 1, fweights: _Any = None, aweights: _Any = None) -> _Tensor:
        """The covariances of variables (rows) over observations (columns), divided by n - correction. fweights count observations, aweights weigh them."""
    def cpu(self, memory_format: _Any = None) -> _Tensor:
        """The tensor itself: tensors live on the CPU."""
    def cross(self, other: _Any, dim: _b.int | None = None) -> _Tensor:
        """torch.cross: `linalg.cross` along the first dimension of 3 elements, if none is given."""
    def cuda(self, device: _Any = None) -> _Tensor:
        """There is no GPU support: raises."""
    def cummax(self, dim: _b.int) -> _Any:
        """(values, indices) of the largest element so far along dim, the last of equals."""
    def cummin(self, dim: _b.int) -> _Any:
        """(values, indices) of the smallest element so far along dim, the last of equals."""
    def cumprod(self, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
        """Running products along dim. The derivative is right where factors are 0 too."""
    def cumprod_(self, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
        """Running products along dim. The derivative is right where factors are 0 too."""
    def cumsum(self, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
        """Running sums along dim. Derivative: running sums from the other end."""
    def cumsum_(self, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
        """Running sums along dim. Derivative: running sums from the other end."""
    def data_ptr(self) -> _b.int:
        """The address of the first element: the same for as long as the memory lives, and for all who share it."""
    def deg2rad(self) -> _Tensor:
        """Degrees as radians: input pi/180."""
    def deg2rad_(self) -> _Tensor:
        """Degrees as radians: input pi/180."""
    def det(self) -> _Tensor:
        """The determinant of square matrices. Derivative: the cofactors, det(A) A^-T where A has an inverse."""
    def diag(self, diagonal: _b.int = 0) -> _Tensor:
        """A vector as a diagonal matrix, or the diagonal of a matrix."""
    def diag_embed(self, offset: _b.int = 0, dim1: _b.int = -2, dim2: _b.int = -1) -> _Tensor:
        """The last dimension as the diagonal of two new ones."""
    def diagflat(self, offset: _b.int = 0) -> _Tensor:
        """The elements as a diagonal matrix."""
    def diagonal(self, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
        """The diagonal of two dimensions, as the last one. Shares memory."""
    def diagonal_scatter(self, src: _Any, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
        """input with src on a diagonal."""
    def diff(self, n: _b.int = 1, dim: _b.int = -1, prepend: _Any = None, append: _Any = None) -> _Tensor:
        """The n-th differences of neighbours along dim: input[i + 1] - input[i]."""
    def digamma(self) -> _Tensor:
        """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
    def digamma_(self) -> _Tensor:
        """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
    def dim_order(self) -> _b.tuple[_b.int, ...]:
        """The dimensions in the order in which they lie in memory, the outermost first."""
    def dist(self, other: _Any, p: _b.float = 2) -> _Tensor:
        """The norm of input - other."""
    def div(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def div_(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def divide(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def divide_(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def dot(self, other: _Any = None, **named: _Any) -> _Tensor:
        """Sum of products of two vectors."""
    def double(self, memory_format: _Any = None) -> _Tensor:
        """Converted to float64."""
    def dsplit(self, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
        """tensor_split into equal pieces, by dimension."""
    def eq(self, other: _Any) -> _Tensor:
        """input == other, element by element, as a bool tensor. No derivative."""
    def eq_(self, other: _Any) -> _Tensor:
        """input == other, element by element, as a bool tensor. No derivative."""
    def equal(self, other: _Any) -> _b.bool:
        """Whether two tensors have the same shape and the same elements; nan equals nothing."""
    def erf(self) -> _Tensor:
        """Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. Derivative 2/sqrt(pi) e**-input**2."""
    def erf_(self) -> _Tensor:
        """Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. Derivative 2/sqrt(pi) e**-input**2."""
    def erfc(self) -> _Tensor:
        """1 - erf(input), accurate where that is small. Derivative -2/sqrt(pi) e**-input**2."""
    def erfc_(self) -> _Tensor:
        """1 - erf(input), accurate where that is small. Derivative -2/sqrt(pi) e**-input**2."""
    def erfinv(self) -> _Tensor:
        """The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2."""
    def erfinv_(self) -> _Tensor:
        """The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2."""
    def exp(self) -> _Tensor:
        """e**input. Derivative: the output."""
    def exp2(self) -> _Tensor:
        """2**input. Derivative output ln 2."""
    def exp2_(self) -> _Tensor:
        """2**input. Derivative output ln 2."""
    def exp_(self) -> _Tensor:
        """e**input. Derivative: the output."""
    def expand(self, *sizes: _Any, size: _Any = None) -> _Tensor:
        """Broadcast to a larger shape without copying; -1 keeps a size. Derivative: the sum over the repeats."""
    def expand_as(self, other: _Tensor) -> _Tensor:
        """expand to the shape of another tensor."""
    def expm1(self) -> _Tensor:
        """e**input - 1, accurate near 0. Derivative: output + 1."""
    def expm1_(self) -> _Tensor:
        """e**input - 1, accurate near 0. Derivative: output + 1."""
    def exponential_(self, *args: _Any, generator: _Any = None, **kwargs: _Any) -> _Tensor:
        """Fill with exponential numbers of rate lambd."""
    def fill_(self, value: _Any) -> _Tensor:
        """Write one value everywhere."""
    def fill_diagonal_(self, fill_value: _Any, wrap: _b.bool = False) -> _Tensor:
        """input with a number on its main diagonal; of tall matrices with wrap also below it, after a gap."""
    def fix(self) -> _Tensor:
        """Towards zero. Derivative 0."""
    def fix_(self) -> _Tensor:
        """Towards zero. Derivative 0."""
    def flatten(self, start_dim: _b.int = 0, end_dim: _b.int = -1) -> _Tensor:
        """Dimensions start_dim..end_dim as one."""
    def flip(self, *dims: _Any, **named: _Any) -> _Tensor:
        """Elements in reverse order along dimensions (dims=(0, 1), or one after another); a copy. Derivative: flipped too."""
    def fliplr(self) -> _Tensor:
        """Columns in reverse order."""
    def flipud(self) -> _Tensor:
        """Rows in reverse order."""
    def float(self, memory_format: _Any = None) -> _Tensor:
        """Converted to float32."""
    def float_power(self, exponent: _Any) -> _Tensor:
        """input**exponent in double precision."""
    def float_power_(self, exponent: _Any) -> _Tensor:
        """input**exponent in double precision."""
    def floor(self) -> _Tensor:
        """The largest integer not above input. Derivative 0."""
    def floor_(self) -> _Tensor:
        """The largest integer not above input. Derivative 0."""
    def floor_divide(self, other: _Any) -> _Tensor:
        """floor(input / other), towards minus infinity, without a derivative (`div` with rounding_mode='floor' has 0). An integer divided by 0 is an error."""
    def floor_divide_(self, other: _Any) -> _Tensor:
        """floor(input / other), towards minus infinity, without a derivative (`div` with rounding_mode='floor' has 0). An integer divided by 0 is an error."""
    def fmax(self, other: _Any) -> _Tensor:
        """The larger of two; where one is nan, the other. Ties go to input."""
    def fmin(self, other: _Any) -> _Tensor:
        """The smaller of two; where one is nan, the other. Ties go to input."""
    def fmod(self, other: _Any) -> _Tensor:
        """input - other * trunc(input / other), with the sign of input (C's fmod). d/d input = 1."""
    def fmod_(self, other: _Any) -> _Tensor:
        """input - other * trunc(input / other), with the sign of input (C's fmod). d/d input = 1."""
    def frac(self) -> _Tensor:
        """input - trunc(input), with the sign of input. Derivative 1."""
    def frac_(self) -> _Tensor:
        """input - trunc(input), with the sign of input. Derivative 1."""
    def frexp(self) -> _b.tuple[_Tensor, _Tensor]:
        """(mantissa, exponent) with input = mantissa 2**exponent and |mantissa| in [0.5, 1). Derivative to the mantissa: 2**-exponent."""
    def gather(self, dim: _b.int, index: _Any, *, sparse_grad: _b.bool = False) -> _Tensor:
        """out[i][j] = input[index[i][j]][j] for dim 0, and so on. Derivative: cotangents added where they were read."""
    def gcd(self, other: _Any) -> _Tensor:
        """The greatest common divisor of integers."""
    def gcd_(self, other: _Any) -> _Tensor:
        """The greatest common divisor of integers."""
    def ge(self, other: _Any) -> _Tensor:
        """input >= other, element by element, as a bool tensor. No derivative."""
    def ge_(self, other: _Any) -> _Tensor:
        """input >= other, element by element, as a bool tensor. No derivative."""
    def geometric_(self, *args: _Any, generator: _Any = None, **kwargs: _Any) -> _Tensor:
        """Fill with the number of trials until one of probability p succeeds."""
    def geqrf(self) -> _Any:
        """(a, tau): the reflections that make R of A, as `linalg.householder_product` takes them; R on the diagonal of a and above. No derivative."""
    def ger(self, vec2: _Any) -> _Tensor:
        """All products of two vectors: out[i, j] = input[i] vec2[j]."""
    def get_device(self) -> _b.int:
        """-1: the CPU."""
    def greater(self, other: _Any) -> _Tensor:
        """input > other, element by element, as a bool tensor. No derivative."""
    def greater_(self, other: _Any) -> _Tensor:
        """input > other, element by element, as a bool tensor. No derivative."""
    def greater_equal(self, other: _Any) -> _Tensor:
        """input >= other, element by element, as a bool tensor. No derivative."""
    def greater_equal_(self, other: _Any) -> _Tensor:
        """input >= other, element by element, as a bool tensor. No derivative."""
    def gt(self, other: _Any) -> _Tensor:
        """input > other, element by element, as a bool tensor. No derivative."""
    def gt_(self, other: _Any) -> _Tensor:
        """input > other, element by element, as a bool tensor. No derivative."""
    def half(self, memory_format: _Any = None) -> _Tensor:
        """Converted to float16."""
    def hardshrink(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.nn.functional.hardshrink`."""
    def heaviside(self, values: _Any) -> _Tensor:
        """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch."""
    def heaviside_(self, values: _Any) -> _Tensor:
        """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch."""
    def histc(self, bins: _b.int = 100, min: _b.float = 0, max: _b.float = 0) -> _Tensor:
        """How many elements fall into each of `bins` equal parts of [min, max] (of the range of the values if both are 0), in input's dtype. No derivative. An evaluation point."""
    def histogram(self, bins: _Any, *, range: _Any = None, weight: _Any = None, density: _b.bool = False) -> _b.tuple[_Tensor, _Tensor]:
        """(counts, edges): how many elements, or how much weight, between neighbouring edges (a number of equal parts of `range`, or a vector); the last part includes its end. An evaluation point."""
    def hsplit(self, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
        """tensor_split into equal pieces, side by side."""
    def hypot(self, other: _Any) -> _Tensor:
        """sqrt(input**2 + other**2) without overflow. d/d input = input/output."""
    def hypot_(self, other: _Any) -> _Tensor:
        """sqrt(input**2 + other**2) without overflow. d/d input = input/output."""
    def i0(self) -> _Tensor:
        """Modified Bessel function of order 0. Derivative i1."""
    def i0_(self) -> _Tensor:
        """Modified Bessel function of order 0. Derivative i1."""
    def igamma(self, other: _Any) -> _Tensor:
        """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only."""
    def igamma_(self, other: _Any) -> _Tensor:
        """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only."""
    def igammac(self, other: _Any) -> _Tensor:
        """1 - gammainc(input, other), accurate where that is small."""
    def igammac_(self, other: _Any) -> _Tensor:
        """1 - gammainc(input, other), accurate where that is small."""
    @property
    def imag(self) -> _Tensor:
        """The imaginary parts, sharing memory."""
    def index_add(self, dim: _b.int, index: _Any, source: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input with alpha * source added to the slices along dim that index names."""
    def index_add_(self, dim: _b.int, index: _Any, source: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input with alpha * source added to the slices along dim that index names."""
    def index_copy(self, dim: _b.int, index: _Any, source: _Any) -> _Tensor:
        """input with the slices along dim that index names replaced by those of source. d/d source: read where it was written."""
    def index_copy_(self, dim: _b.int, index: _Any, source: _Any) -> _Tensor:
        """input with the slices along dim that index names replaced by those of source. d/d source: read where it was written."""
    def index_fill(self, dim: _b.int, index: _Any, value: _Any) -> _Tensor:
        """input with `value` in the slices along dim that index names."""
    def index_fill_(self, dim: _b.int, index: _Any, value: _Any) -> _Tensor:
        """input with `value` in the slices along dim that index names."""
    def index_put(self, indices: _Any, values: _Any, accumulate: _b.bool = False) -> _Tensor:
        """input with values written (or added) at input[indices]."""
    def index_put_(self, indices: _Any, values: _Any, accumulate: _b.bool = False) -> _Tensor:
        """Write (or add) values at self[indices]."""
    def index_reduce(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.functional.older.index_reduce`."""
    def index_reduce_(*args: _Any, **kwargs: _Any) -> _Tensor:
        """See `retrograd.functional.older.index_reduce`."""
    def index_select(self, dim: _b.int, index: _Any) -> _Tensor:
        """The slices along dim that a vector of indices names."""
    def inner(self, other: _Any) -> _Tensor:
        """Sums of products over the last dimensions; with a scalar, the product."""
    def int(self, memory_format: _Any = None) -> _Tensor:
        """Converted to int32."""
    def inverse(self) -> _Tensor:
        """The inverse of square matrices."""
    def is_conj(self) -> _b.bool:
        """False: conjugates are computed, never marked (so is `is_neg`)."""
    def is_contiguous(self, memory_format: _Any = None) -> _b.bool:
        """Whether the elements lie in row-major order (or with channels last, where that is asked)."""
    @property
    def is_cpu(self) -> _Tensor:
        """True."""
    def is_distributed(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.functional.older.is_distributed`."""
    def is_inference(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.functional.older.is_inference`."""
    @property
    def is_ipu(self) -> _Tensor:
        """False."""
    @property
    def is_maia(self) -> _Tensor:
        """False."""
    @property
    def is_mkldnn(self) -> _Tensor:
        """False."""
    @property
    def is_mtia(self) -> _Tensor:
        """False."""
    def is_neg(self) -> _b.bool:
        """False: conjugates are computed, never marked (so is `is_neg`)."""
    @property
    def is_nested(self) -> _Tensor:
        """False."""
    def is_nonzero(self) -> _b.bool:
        """Whether the one element of a tensor is not zero."""
    def is_pinned(self, device: _Any = None) -> _b.bool:
        """False: there is no device that would need it."""
    def is_same_size(self, other: _Any) -> _b.bool:
        """Whether the shapes are equal."""
    def is_set_to(self, tensor: _Any) -> _b.bool:
        """Whether both show the same elements of the same memory."""
    def is_shared(self) -> _b.bool:
        """Whether other processes may see the memory."""
    def is_signed(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.functional.older.is_signed`."""
    @property
    def is_vulkan(self) -> _Tensor:
        """False."""
    @property
    def is_xla(self) -> _Tensor:
        """False."""
    @property
    def is_xpu(self) -> _Tensor:
        """False."""
    def isclose(self, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _Tensor:
        """|input - other| <= atol + rtol * |other|, element by element; equal infinities are close."""
    def isfinite(self) -> _Tensor:
        """True where input is neither infinite nor nan."""
    def isinf(self) -> _Tensor:
        """True where input is +inf or -inf."""
    def isnan(self) -> _Tensor:
        """True where input is nan."""
    def isneginf(self) -> _Tensor:
        """True where input is -inf."""
    def isposinf(self) -> _Tensor:
        """True where input is +inf."""
    def isreal(self) -> _Tensor:
        """True where the imaginary part is 0."""
    def istft(self, n_fft: _b.int, hop_length: _b.int | None = None, win_length: _b.int | None = None, window: _Any = None, center: _b.bool = True, normalized: _b.bool = False, onesided: _b.bool | None = None, length: _b.int | None = None, return_complex: _b.bool = False) -> _Tensor:
        """The signal, (L) or (B, L), whose `stft` with these arguments is nearest to input (F, T) or (B, F, T) in the least squares: the pieces times the window, added where they overlap, over the sum of the windows' squares."""
    def kron(self, other: _Any) -> _Tensor:
        """Every element of input times the whole of other, as one tensor of blocks."""
    def kthvalue(self, k: _b.int, dim: _b.int = -1, keepdim: _b.bool = False) -> _Any:
        """(values, indices) of the k-th smallest along dim, counted from 1."""
    def lcm(self, other: _Any) -> _Tensor:
        """The least common multiple of integers."""
    def lcm_(self, other: _Any) -> _Tensor:
        """The least common multiple of integers."""
    def ldexp(self, other: _Any) -> _Tensor:
        """input 2**other."""
    def ldexp_(self, other: _Any) -> _Tensor:
        """input 2**other."""
    def le(self, other: _Any) -> _Tensor:
        """input <= other, element by element, as a bool tensor. No derivative."""
    def le_(self, other: _Any) -> _Tensor:
        """input <= other, element by element, as a bool tensor. No derivative."""
    def lerp(self, end: _Any, weight: _Any) -> _Tensor:
        """input + weight * (end - input)."""
    def lerp_(self, end: _Any, weight: _Any) -> _Tensor:
        """input + weight * (end - input)."""
    def less(self, other: _Any) -> _Tensor:
        """input < other, element by element, as a bool tensor. No derivative."""
    def less_(self, other: _Any) -> _Tensor:
        """input < other, element by element, as a bool tensor. No derivative."""
    def less_equal(self, other: _Any) -> _Tensor:
        """input <= other, element by element, as a bool tensor. No derivative."""
    def less_equal_(self, other: _Any) -> _Tensor:
        """input <= other, element by element, as a bool tensor. No derivative."""
    def lgamma(self) -> _Tensor:
        """log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma."""
    def lgamma_(self) -> _Tensor:
        """log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma."""
    def log(self) -> _Tensor:
        """Natural logarithm; -inf at 0, nan below. Derivative 1/input."""
    def log10(self) -> _Tensor:
        """Logarithm to base 10. Derivative 1/(input ln 10)."""
    def log10_(self) -> _Tensor:
        """Logarithm to base 10. Derivative 1/(input ln 10)."""
    def log1p(self) -> _Tensor:
        """log(1 + input), accurate near 0. Derivative 1/(1 + input)."""
    def log1p_(self) -> _Tensor:
        """log(1 + input), accurate near 0. Derivative 1/(1 + input)."""
    def log2(self) -> _Tensor:
        """Logarithm to base 2. Derivative 1/(input ln 2)."""
    def log2_(self) -> _Tensor:
        """Logarithm to base 2. Derivative 1/(input ln 2)."""
    def log_(self) -> _Tensor:
        """Natural logarithm; -inf at 0, nan below. Derivative 1/input."""
    def log_normal_(self, *args: _Any, generator: _Any = None, **kwargs: _Any) -> _Tensor:
        """Fill with e**z of normal z with that mean and std."""
    def log_softmax(self, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
        """x - log(sum(e**x)) along dim, without overflow. Derivative g - softmax(x) sum(g)."""
    def logaddexp(self, other: _Any) -> _Tensor:
        """log(e**input + e**other) without overflow. Derivative to input: sigmoid(input - other)."""
    def logaddexp2(self, other: _Any) -> _Tensor:
        """log2(2**input + 2**other) without overflow."""
    def logcumsumexp(self, dim: _b.int) -> _Tensor:
        """log of the running sums of e**input along dim, without overflow."""
    def logdet(self) -> _Tensor:
        """log det, nan where det is below 0."""
    def logical_and(self, other: _Any) -> _Tensor:
        """logical and of two tensors taken as truth values. No derivative."""
    def logical_and_(self, other: _Any) -> _Tensor:
        """logical and of two tensors taken as truth values. No derivative."""
    def logical_not(self) -> _Tensor:
        """True where input is zero. No derivative."""
    def logical_not_(self) -> _Tensor:
        """True where input is zero. No derivative."""
    def logical_or(self, other: _Any) -> _Tensor:
        """logical or of two tensors taken as truth values. No derivative."""
    def logical_or_(self, other: _Any) -> _Tensor:
        """logical or of two tensors taken as truth values. No derivative."""
    def logical_xor(self, other: _Any) -> _Tensor:
        """logical xor of two tensors taken as truth values. No derivative."""
    def logical_xor_(self, other: _Any) -> _Tensor:
        """logical xor of two tensors taken as truth values. No derivative."""
    def logit(self, eps: _b.float | None = None) -> _Tensor:
        """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given."""
    def logit_(self, eps: _b.float | None = None) -> _Tensor:
        """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given."""
    def logsigmoid(self) -> _Tensor:
        """log(sigmoid(x)) = -log(1 + e**-x), without overflow. Derivative sigmoid(-x)."""
    def logsumexp(self, dim: _Any, keepdim: _b.bool = False) -> _Tensor:
        """log(sum(e**x)) without overflow; -inf where all are. Derivative: softmax."""
    def long(self, memory_format: _Any = None) -> _Tensor:
        """Converted to int64."""
    def lt(self, other: _Any) -> _Tensor:
        """input < other, element by element, as a bool tensor. No derivative."""
    def lt_(self, other: _Any) -> _Tensor:
        """input < other, element by element, as a bool tensor. No derivative."""
    def lu(self, pivot: _b.bool = True, get_infos: _b.bool = False) -> _Any:
        """torch.lu: (LU, pivots) as `linalg.lu_factor`, and the infos if asked."""
    def lu_solve(self, LU_data: _Any, LU_pivots: _Any) -> _Tensor:
        """torch.lu_solve: see `linalg.lu_solve`."""
    @property
    def mH(self) -> _Tensor:
        """The conjugate transpose: the last two dimensions exchanged, the elements conjugated."""
    @property
    def mT(self) -> _Tensor:
        """The last two dimensions exchanged."""
    def map2_(self, x: _Any, y: _Any, callable: _Callable[..., _Any]) -> _Tensor:
        """Each element with those of two other tensors by a Python function: slow, without a derivative."""
    def map_(self, tensor: _Any, callable: _Callable[[_Any, _Any], _Any]) -> _Tensor:
        """Each element with that of another tensor by a Python function: slow, and without a derivative."""
    def masked_fill(self, mask: _Any, value: _Any) -> _Tensor:
        """input with `value` where mask is true. The cotangent of the filled places is zero."""
    def masked_fill_(self, mask: _Any, value: _Any) -> _Tensor:
        """input with `value` where mask is true. The cotangent of the filled places is zero."""
    def masked_scatter(self, mask: _Any, source: _Any) -> _Tensor:
        """input with the elements where mask is true replaced by those of source, one after another."""
    def masked_scatter_(self, mask: _Any, source: _Any) -> _Tensor:
        """input with the elements where mask is true replaced by those of source, one after another."""
    def masked_select(self, mask: _Any) -> _Tensor:
        """The elements where mask is true, as a vector; an evaluation point for the mask."""
    def matmul(self, other: _Any) -> _Tensor:
        """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns."""
    def matrix_exp(self) -> _Tensor:
        """I + A + A^2/2! + ...; its derivative is a block of an exponential twice as large."""
    def matrix_power(self, n: _b.int) -> _Tensor:
        """A multiplied with itself n times; a negative n takes the inverse."""
    def max(self, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None) -> _Any:
        """The largest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
    def maximum(self, other: _Any) -> _Tensor:
        """The larger of two, element by element; nan if either is. Ties share the cotangent half and half."""
    def mean(self, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
        """sum / number of elements; nan where there are none. Derivative: cotangent / number."""
    def median(self, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
        """The lower median: of all elements, or (values, indices) along dim."""
    def min(self, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None) -> _Any:
        """The smallest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
    def minimum(self, other: _Any) -> _Tensor:
        """The smaller of two, element by element; nan if either is. Ties share the cotangent half and half."""
    def mm(self, other: _Any = None, **named: _Any) -> _Tensor:
        """Product of two matrices."""
    def mode(self, dim: _b.int = -1, keepdim: _b.bool = False) -> _Any:
        """(values, indices) of the most frequent value along dim, the smallest of equally frequent ones, where it stands last."""
    def moveaxis(self, source: _Any, destination: _Any) -> _Tensor:
        """Dimensions `source` at places `destination`, the others in their order."""
    def movedim(self, source: _Any, destination: _Any) -> _Tensor:
        """Dimensions `source` at places `destination`, the others in their order."""
    def msort(self) -> _Tensor:
        """Sorted along the first dimension."""
    def mul(self, other: _Any) -> _Tensor:
        """input * other, element by element. d/d input = other, d/d other = input."""
    def mul_(self, other: _Any) -> _Tensor:
        """input * other, element by element. d/d input = other, d/d other = input."""
    def multinomial(self, num_samples: _b.int, replacement: _b.bool = False, *, generator: _Any = None) -> _Any:
        """See `retrograd.multinomial`."""
    def multiply(self, other: _Any) -> _Tensor:
        """input * other, element by element. d/d input = other, d/d other = input."""
    def multiply_(self, other: _Any) -> _Tensor:
        """input * other, element by element. d/d input = other, d/d other = input."""
    def mv(self, other: _Any = None, **named: _Any) -> _Tensor:
        """Matrix times vector."""
    def mvlgamma(self, p: _b.int) -> _Tensor:
        """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k < p."""
    def mvlgamma_(self, p: _b.int) -> _Tensor:
        """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k < p."""
    def nan_to_num(self, nan: _b.float = 0.0, posinf: _b.float | None = None, neginf: _b.float | None = None) -> _Tensor:
        """nan replaced by `nan`, infinities by the given or the largest finite numbers."""
    def nan_to_num_(self, nan: _b.float = 0.0, posinf: _b.float | None = None, neginf: _b.float | None = None) -> _Tensor:
        """nan replaced by `nan`, infinities by the given or the largest finite numbers."""
    def nanmean(self, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
        """The mean of what is not nan; nan where all is."""
    def nanmedian(self, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
        """The lower median of the elements that are not nan: of all, or (values, indices) along dim."""
    def nanquantile(self, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear') -> _Tensor:
        """`quantile` of the elements that are not nan."""
    def nansum(self, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
        """The sum, with nan as 0. Derivative: 1 where input is not nan."""
    def narrow(self, dim: _b.int, start: _b.int, length: _b.int) -> _Tensor:
        """`length` places from `start` along one dimension. Shares memory."""
    def ndimension(self) -> _Any:
        """Number of dimensions."""
    def ne(self, other: _Any) -> _Tensor:
        """input != other, element by element, as a bool tensor. No derivative."""
    def ne_(self, other: _Any) -> _Tensor:
        """input != other, element by element, as a bool tensor. No derivative."""
    def neg(self) -> _Tensor:
        """-input. Derivative -1."""
    def neg_(self) -> _Tensor:
        """-input. Derivative -1."""
    def negative(self) -> _Tensor:
        """-input. Derivative -1."""
    def negative_(self) -> _Tensor:
        """-input. Derivative -1."""
    def nelement(self) -> _b.int:
        """Number of elements."""
    def new(self, *args: _Any, device: _Any = None) -> _Any:
        """The older spelling of `new_empty` (of sizes) and `new_tensor` (of a sequence)."""
    def new_empty(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """`empty` with this tensor's dtype."""
    def new_full(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """`full` with this tensor's dtype."""
    def new_ones(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """`ones` with this tensor's dtype."""
    def new_tensor(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """`tensor` with this tensor's dtype."""
    def new_zeros(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """`zeros` with this tensor's dtype."""
    def nextafter(self, other: _Any) -> _Tensor:
        """The next representable number after input, towards other. No derivative."""
    def nextafter_(self, other: _Any) -> _Tensor:
        """The next representable number after input, towards other. No derivative."""
    def nonzero(self, *, as_tuple: _b.bool = False) -> _Any:
        """Places of the elements that are not zero: rows of indices, or one vector an axis. An evaluation point."""
    def norm(self, p: _Any = 'fro', dim: _Any = None, keepdim: _b.bool = False, out: None = None, dtype: _Any = None) -> _Tensor:
        """(sum |x|**p)**(1/p); p 'fro' or 2: the Euclidean norm; inf, -inf: largest, smallest |x|; 0: count of nonzeros."""
    def normal_(self, mean: _b.float = 0.0, std: _b.float = 1.0, *, generator: _Any = None) -> _Tensor:
        """Fill with normal numbers."""
    def not_equal(self, other: _Any) -> _Tensor:
        """input != other, element by element, as a bool tensor. No derivative."""
    def not_equal_(self, other: _Any) -> _Tensor:
        """input != other, element by element, as a bool tensor. No derivative."""
    def orgqr(self, tau: _Any) -> _Tensor:
        """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the diagonal with a 1 on it and zeros above."""
    def outer(self, vec2: _Any) -> _Tensor:
        """All products of two vectors: out[i, j] = input[i] vec2[j]."""
    @property
    def output_nr(self) -> _Tensor:
        """Which output of its grad_fn this is."""
    def permute(self, *order: _Any, dims: _Any = None) -> _Tensor:
        """Dimensions in another order. Derivative: the inverse permutation. Shares memory."""
    def pin_memory(self, memory_format: _Any = None) -> _Tensor:
        """The tensor itself: tensors live on the CPU."""
    def pinverse(self, rcond: _b.float = 1e-15) -> _Tensor:
        """The pseudo-inverse, see `linalg.pinv`."""
    def polygamma(self, input: _Any) -> _Tensor:
        """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
    def polygamma_(self, input: _Any) -> _Tensor:
        """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
    def positive(self) -> _Tensor:
        """input itself; not of bool tensors."""
    def pow(self, exponent: _Any) -> _Tensor:
        """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input)."""
    def pow_(self, exponent: _Any) -> _Tensor:
        """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input)."""
    def prelu(*args: _Any, **kwargs: _Any) -> _Any:
        """See `retrograd.nn.functional.prelu`."""
    def prod(self, dim: _b.int | None = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
        """Product. Derivative: the product of the others (right also where factors are 0)."""
    def put(self, index: _Any, source: _Any, accumulate: _b.bool = False) -> _Tensor:
        """input with elements of source written (or added) at places of the flattened input."""
    def put_(self, index: _Any, source: _Any, accumulate: _b.bool = False) -> _Tensor:
        """input with elements of source written (or added) at places of the flattened input."""
    def qr(self, some: _b.bool = True) -> _Any:
        """torch.qr: reduced factors, or complete ones."""
    def quantile(self, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear') -> _Tensor:
        """The value below which the share q of the elements lies, between neighbours as `interpolation` says; nan if there is one. Several q give a dimension in front."""
    def rad2deg(self) -> _Tensor:
        """Radians as degrees: input 180/pi."""
    def rad2deg_(self) -> _Tensor:
        """Radians as degrees: input 180/pi."""
    def random_(self, from_: _Any = None, to: _Any = None, *, generator: _Any = None, **kw: _Any) -> _Tensor:
        """Fill with integers from, ..., to - 1; without limits, with what the dtype holds (a float's: exactly)."""
    def ravel(self) -> _Tensor:
        """The elements as a vector."""
    @property
    def real(self) -> _Tensor:
        """The real parts, sharing memory."""
    def reciprocal(self) -> _Tensor:
        """1/input. Derivative -output**2."""
    def reciprocal_(self) -> _Tensor:
        """1/input. Derivative -output**2."""
    def register_hook(self, hook: _Callable[[_Tensor], _Tensor | None]) -> _Any:
        """Call hook(gradient) when the gradient of this tensor is known; what it returns replaces it."""
    def register_post_accumulate_grad_hook(self, hook: _Callable[[_Tensor], None]) -> _Any:
        """Call hook(tensor) after its .grad was updated by backward()."""
    def relu(self, inplace: _b.bool = False) -> _Tensor:
        """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan."""
    def relu_(self, inplace: _b.bool = False) -> _Tensor:
        """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan."""
    def remainder(self, other: _Any) -> _Tensor:
        """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer divided by 0 is an error."""
    def remainder_(self, other: _Any) -> _Tensor:
        """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer divided by 0 is an error."""
    def renorm(self, p: _b.float, dim: _b.int, maxnorm: _b.float) -> _Tensor:
        """Slices along dim scaled down to a p-norm of at most maxnorm."""
    def renorm_(self, p: _b.float, dim: _b.int, maxnorm: _b.float) -> _Tensor:
        """Slices along dim scaled down to a p-norm of at most maxnorm."""
    def repeat(self, *sizes: _Any) -> _Tensor:
        """Copies of the tensor side by side: sizes[d] times along each dimension, new dimensions in front."""
    def repeat_interleave(self, repeats: _Any = None, dim: _b.int | None = None, *, output_size: _b.int | None = None) -> _Tensor:
        """Each element `repeats` times in a row: one number for all, or a vector with one for each place along dim (an evaluation point). A vector of repeats alone gives the places 0, 0, 1, ... themselves."""
    def reshape(self, *sizes: _Any, shape: _Any = None) -> _Tensor:
        """The same elements in row-major order with another shape; one size may be -1. Shares memory."""
    def reshape_as(self, other: _Tensor) -> _Tensor:
        """view with the shape of another tensor."""
    def resize_(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """See `retrograd.tensors.memory.resize_`."""
    def resize_as_(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """See `retrograd.tensors.memory.resize_as_`."""
    def resolve_conj(self) -> _Tensor:
        """The tensor itself: conjugates are computed, never marked (so is `resolve_neg`)."""
    def resolve_neg(self) -> _Tensor:
        """The tensor itself: conjugates are computed, never marked (so is `resolve_neg`)."""
    def retain_grad(self) -> None:
        """Keep the gradient of this tensor, which is not a leaf, in .grad when backward() passes."""
    @property
    def retains_grad(self) -> _Tensor: ...
    def roll(self, shifts: _Any, dims: _Any = None) -> _Tensor:
        """Elements moved along dimensions; those that leave come back at the other end."""
    def rot90(self, k: _b.int = 1, dims: _Sequence[_b.int] = ...) -> _Tensor:
        """Turned k times by a quarter, from the first of dims towards the second."""
    def round(self, *, decimals: _b.int = 0) -> _Tensor:
        """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
    def round_(self, *, decimals: _b.int = 0) -> _Tensor:
        """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
    def rsqrt(self) -> _Tensor:
        """1/sqrt(input). Derivative -output**3 / 2."""
    def rsqrt_(self) -> _Tensor:
        """1/sqrt(input). Derivative -output**3 / 2."""
    def scatter(self, dim: _b.int, index: _Any, src: _Any = None, *, value: _Any = None, reduce: _b.str | None = None) -> _Tensor:
        """input with src (a tensor or a number) written at the places that index names along dim; with reduce 'add' or 'multiply', added to or multiplied with what is there."""
    def scatter_(self, dim: _b.int, index: _Any, src: _Any = None, *, value: _Any = None, reduce: _b.str | None = None) -> _Tensor:
        """input with src (a tensor or a number) written at the places that index names along dim; with reduce 'add' or 'multiply', added to or multiplied with what is there."""
    def scatter_add(self, dim: _b.int, index: _Any, src: _Any) -> _Tensor:
        """input with src[i][j] added at input[index[i][j]][j] (for dim 0). Derivative to src: read where it was added."""
    def scatter_add_(self, dim: _b.int, index: _Any, src: _Any) -> _Tensor:
        """input with src[i][j] added at input[index[i][j]][j] (for dim 0). Derivative to src: read where it was added."""
    def scatter_reduce(self, dim: _b.int, index: _Any, src: _Any, reduce: _b.str, *, include_self: _b.bool = True) -> _Tensor:
        """input with the elements of src that index sends to one place along dim reduced there: 'sum', 'prod', 'mean', 'amax' or 'amin', with what stands there if include_self. Ties of extremes share the cotangent."""
    def scatter_reduce_(self, dim: _b.int, index: _Any, src: _Any, reduce: _b.str, *, include_self: _b.bool = True) -> _Tensor:
        """input with the elements of src that index sends to one place along dim reduced there: 'sum', 'prod', 'mean', 'amax' or 'amin', with what stands there if include_self. Ties of extremes share the cotangent."""
    def select(self, dim: _b.int, index: _b.int) -> _Tensor:
        """One place along a dimension, which disappears. Shares memory."""
    def select_scatter(self, src: _Any, dim: _b.int, index: _b.int) -> _Tensor:
        """input with src at one place along dim."""
    def set_(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """See `retrograd.tensors.memory.set_`."""
    def sgn(self) -> _Tensor:
        """z/|z| of complex numbers, -1, 0 or 1 of real ones; 0 at 0. Derivative: what is across z, over |z|; of real numbers 0."""
    def sgn_(self) -> _Tensor:
        """z/|z| of complex numbers, -1, 0 or 1 of real ones; 0 at 0. Derivative: what is across z, over |z|; of real numbers 0."""
    def share_memory_(self, *args: _Any, **kwargs: _Any) -> _Tensor:
        """See `retrograd.tensors.memory.share_memory_`."""
    def short(self, memory_format: _Any = None) -> _Tensor:
        """Converted to int16."""
    def sigmoid(self) -> _Tensor:
        """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
    def sigmoid_(self) -> _Tensor:
        """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
    def sign(self) -> _Tensor:
        """-1, 0 or 1. Derivative 0."""
    def sign_(self) -> _Tensor:
        """-1, 0 or 1. Derivative 0."""
    def signbit(self) -> _Tensor:
        """Whether the sign bit is set: below 0, and for -0.0."""
    def sin(self) -> _Tensor:
        """Sine of radians. Derivative cos(input)."""
    def sin_(self) -> _Tensor:
        """Sine of radians. Derivative cos(input)."""
    def sinc(self) -> _Tensor:
        """sin(pi x)/(pi x), and 1 at 0."""
    def sinc_(self) -> _Tensor:
        """sin(pi x)/(pi x), and 1 at 0."""
    def sinh(self) -> _Tensor:
        """(e**x - e**-x)/2, accurate near 0. Derivative cosh."""
    def sinh_(self) -> _Tensor:
        """(e**x - e**-x)/2, accurate near 0. Derivative cosh."""
    def slice_scatter(self, src: _Any, dim: _b.int = 0, start: _b.int | None = None, end: _b.int | None = None, step: _b.int = 1) -> _Tensor:
        """input with src in a slice along dim."""
    def slogdet(self) -> _Any:
        """The sign of the determinant (of complex matrices its direction) and the logarithm of its absolute value, without overflow. Derivative of the logarithm: A^-H."""
    def softmax(self, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
        """e**x / sum(e**x) along dim, without overflow. Derivative y (g - sum(g y))."""
    def sort(self, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True) -> _Any:
        """(values, indices) in order along dim. Derivative: each cotangent goes where its value came from."""
    def split(self, split_size_or_sections: _Any = None, dim: _b.int = 0, *, split_size: _Any = None) -> _b.tuple[_Tensor, ...]:
        """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
    def split_with_sizes(self, split_sizes: _Sequence[_b.int], dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
        """Pieces of the given sizes."""
    def sqrt(self) -> _Tensor:
        """Square root; nan below 0. Derivative 1/(2 output), inf at 0: a zero cotangent stays zero there."""
    def sqrt_(self) -> _Tensor:
        """Square root; nan below 0. Derivative 1/(2 output), inf at 0: a zero cotangent stays zero there."""
    def square(self) -> _Tensor:
        """input * input. Derivative 2 input."""
    def square_(self) -> _Tensor:
        """input * input. Derivative 2 input."""
    def squeeze(self, dim: _Any = None) -> _Tensor:
        """Without dimensions of size 1: all of them, or those named."""
    def squeeze_(self, dim: _Any = None) -> _Tensor:
        """Without dimensions of size 1: all of them, or those named."""
    def std(self, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _Tensor:
        """sqrt(var). Derivative (x - mean)/((n - c) std); 0 where the spread is 0."""
    def stft(self, n_fft: _b.int, hop_length: _b.int | None = None, win_length: _b.int | None = None, window: _Any = None, center: _b.bool = True, pad_mode: _b.str = 'reflect', normalized: _b.bool = False, onesided: _b.bool | None = None, return_complex: _b.bool | None = None, align_to_window: _b.bool | None = None) -> _Tensor:
        """Short-time Fourier transform of a signal (L) or (B, L): X[..., f, t] = sum_k window[k] input[..., t hop_length + k] exp(-2 pi i f k / n_fft)."""
    def storage(self) -> _Any:
        """The memory this tensor shares with its views and detached twins, as elements."""
    def storage_offset(self) -> _b.int:
        """Elements between the start of the memory that is shared and this tensor's first one."""
    def sub(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
    def sub_(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
    def subtract(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
    def subtract_(self, other: _Any, *, alpha: _Any = 1) -> _Tensor:
        """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
    def sum(self, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, **others: _Any) -> _Any:
        """Sum over `dim` (all dimensions by default). Derivative: the cotangent repeated over the summed elements."""
    def sum_to_size(self, *size: _Any) -> _Any:
        """Summed over broadcast dimensions, back to a size that broadcasts to this one."""
    def svd(self, some: _b.bool = True, compute_uv: _b.bool = True) -> _Any:
        """torch.svd: (U, S, V), with V and not its adjoint."""
    def swapaxes(self, axis0: _b.int, axis1: _b.int) -> _Tensor:
        """`transpose`, with NumPy's names."""
    def swapaxes_(self, axis0: _b.int, axis1: _b.int) -> _Tensor:
        """In place: see `swapaxes`."""
    def swapdims(self, dim0: _b.int, dim1: _b.int) -> _Tensor:
        """Two dimensions exchanged. Shares memory."""
    def swapdims_(self, dim0: _b.int, dim1: _b.int) -> _Tensor:
        """Two dimensions exchanged. Shares memory."""
    def t(self) -> _Tensor:
        """The transpose of a matrix; vectors and scalars as they are."""
    def t_(self) -> _Tensor:
        """The transpose of a matrix; vectors and scalars as they are."""
    def take(self, index: _Any) -> _Tensor:
        """Elements of the flattened input."""
    def take_along_dim(self, indices: _Any, dim: _b.int | None = None) -> _Tensor:
        """gather with sizes broadcast; without dim, places in the flattened input."""
    def tan(self) -> _Tensor:
        """Tangent of radians. Derivative 1 + output**2."""
    def tan_(self) -> _Tensor:
        """Tangent of radians. Derivative 1 + output**2."""
    def tanh(self) -> _Tensor:
        """Hyperbolic tangent. Derivative 1 - output**2."""
    def tanh_(self) -> _Tensor:
        """Hyperbolic tangent. Derivative 1 - output**2."""
    def tensor_split(self, indices_or_sections: _Any = None, dim: _b.int = 0, *, sections: _Any = None, indices: _Any = None) -> _b.tuple[_Tensor, ...]:
        """A number of pieces as equal as possible, the longer ones first, or pieces cut at indices. They share memory."""
    def tile(self, *counts: _Any, dims: _Any = None) -> _Tensor:
        """repeat, with missing leading counts taken as 1."""
    def to(self, *args: _Any, dtype: _Any = None, device: _Any = None, non_blocking: _b.bool = False, copy: _b.bool = False, memory_format: _Any = None, tensor: _Any = None) -> _Tensor:
        """to(dtype), to(device), to(device, dtype) or to(tensor): converted if needed, else the tensor itself."""
    def to_dense(self, dtype: _Any = None) -> _Any:
        """The tensor itself: all tensors are dense."""
    def topk(self, k: _b.int, dim: _b.int = -1, largest: _b.bool = True, sorted: _b.bool = True) -> _Any:
        """(values, indices) of the k largest (or smallest) along dim, in order."""
    def trace(self) -> _Tensor:
        """Sum of the diagonal of a matrix."""
    def transpose(self, dim0: _b.int, dim1: _b.int) -> _Tensor:
        """Two dimensions exchanged. Shares memory."""
    def transpose_(self, dim0: _b.int, dim1: _b.int) -> _Tensor:
        """Two dimensions exchanged. Shares memory."""
    def triangular_solve(self, A: _Any, upper: _b.bool = True, transpose: _b.bool = False, unitriangular: _b.bool = False) -> _Any:
        """(x, A) with A x = b, as `linalg.solve_triangular`."""
    def tril(self, diagonal: _b.int = 0) -> _Tensor:
        """The lower triangle, zeros above the diagonal."""
    def tril_(self, diagonal: _b.int = 0) -> _Tensor:
        """The lower triangle, zeros above the diagonal."""
    def triu(self, diagonal: _b.int = 0) -> _Tensor:
        """The upper triangle, zeros below the diagonal."""
    def triu_(self, diagonal: _b.int = 0) -> _Tensor:
        """The upper triangle, zeros below the diagonal."""
    def true_divide(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def true_divide_(self, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
        """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
    def trunc(self) -> _Tensor:
        """Towards zero. Derivative 0."""
    def trunc_(self) -> _Tensor:
        """Towards zero. Derivative 0."""
    def type(self, dtype: _Any = None, non_blocking: _b.bool = False) -> _Any:
        """Convert to a dtype; without one, the name of the type."""
    def type_as(self, other: _Tensor) -> _Tensor:
        """Converted to the dtype of another tensor."""
    def unbind(self, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
        """One tensor for each place along a dimension."""
    def unflatten(self, dim: _b.int, sizes: _Sequence[_b.int]) -> _Tensor:
        """One dimension as several."""
    def unfold(self, dimension: _b.int, size: _b.int, step: _b.int) -> _Tensor:
        """Windows of `size` places along a dimension, `step` apart, as a new last dimension. Shares memory. Derivative: added back where windows overlap."""
    def uniform_(self, from_: _b.float = 0.0, to: _b.float = 1.0, *, generator: _Any = None, **kw: _Any) -> _Tensor:
        """Fill with uniform numbers on [from, to)."""
    def unique(self, sorted: _b.bool = True, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
        """The different values in rising order (with inverse and counts if asked). An evaluation point."""
    def unique_consecutive(self, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
        """Runs of equal neighbours as one each (with inverse and counts if asked). An evaluation point."""
    def unsafe_chunk(self, chunks: _b.int, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
        """At most `chunks` pieces of equal size (the last may be smaller)."""
    def unsafe_split(self, split_size_or_sections: _Any = None, dim: _b.int = 0, *, split_size: _Any = None) -> _b.tuple[_Tensor, ...]:
        """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
    def unsqueeze(self, dim: _b.int) -> _Tensor:
        """With a new dimension of size 1 at `dim`."""
    def unsqueeze_(self, dim: _b.int) -> _Tensor:
        """With a new dimension of size 1 at `dim`."""
    def untyped_storage(self) -> _Any:
        """The memory this tensor shares with its views and detached twins, as bytes."""
    def var(self, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _Tensor:
        """sum((x - mean)**2) / (n - correction); correction 1 (unbiased) by default. Derivative 2 (x - mean)/(n - c)."""
    def vdot(self, other: _Any) -> _Tensor:
        """The sum of products of two vectors, the first one conjugated."""
    def view(self, *shape: _Any, size: _Any = None, dtype: _Any = None) -> _Tensor:
        """The same elements in another shape; with a dtype, the same memory read as that. Shares memory."""
    def view_as(self, other: _Tensor) -> _Tensor:
        """view with the shape of another tensor."""
    def vsplit(self, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
        """tensor_split into equal pieces, by dimension."""
    def where(self, condition: _Any, other: _Any) -> _Tensor:
        """This tensor where condition is true, else other."""
    def xlogy(self, other: _Any) -> _Tensor:
        """input log(other), and 0 where input is 0 (unless other is nan)."""
    def xlogy_(self, other: _Any) -> _Tensor:
        """input log(other), and 0 where input is 0 (unless other is nan)."""
    def zero_(self) -> _Tensor:
        """Write zeros."""
