"""Shapes of register tiles go in; kernels for products of matrices come out."""
