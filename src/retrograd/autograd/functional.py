"""PyTorch's `autograd.functional`."""

from retrograd.tensors.matrices import hessian, hvp, jacobian, jvp, vhp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
