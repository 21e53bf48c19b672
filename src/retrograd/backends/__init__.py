"""`torch.backends`: flags of libraries that are not used here; they can be set and read, and change nothing.

>>> import retrograd as rg
>>> rg.backends.cuda.matmul.allow_tf32 = True
>>> rg.backends.mps.is_available(), rg.backends.mkl.is_available()
(False, False)
"""

from __future__ import annotations

from types import SimpleNamespace

from retrograd.backends import cudnn, mps

__all__ = ["Backend", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]


class Backend(SimpleNamespace):
    """Flags of one library, and whether it is there: it is not."""

    def is_available(self) -> bool:
        """False.

        >>> Backend().is_available()
        False
        """
        return False

    def is_built(self) -> bool:
        """False.

        >>> Backend().is_built()
        False
        """
        return False


cuda = Backend(matmul=SimpleNamespace(allow_tf32=False, allow_fp16_reduced_precision_reduction=True,
                                      allow_bf16_reduced_precision_reduction=True))
mkl, mkldnn, openmp = Backend(), Backend(enabled=False), Backend()
