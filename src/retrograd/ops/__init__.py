"""What can be computed: every primitive, filed by the shape of its derivative. One is defined when its module
is loaded, and that when somebody needs it."""

from retrograd.base.later import later

__getattr__, __dir__ = later(__name__, rare="""
    attention bits checked complex composite convolution determinant eigen explicit exponential factors
    fourier gelu hyperbolic lu matrices numbers philox pool radix rewrites singular special special_values
    strided window""")

from retrograd.ops import arithmetic  # noqa: E402, F401  (of nodes: everybody's)
