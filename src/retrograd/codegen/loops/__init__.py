"""Scalar functions and operands go in; kernels that loop over them come out."""
