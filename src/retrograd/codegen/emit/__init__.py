"""Scalar functions go in; LLVM instructions come out, through the llvmlite builder."""
