"""Philox4x32-10: random numbers as a pure function of (seed, counter),
the same in any order and on any thread.

Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Block i of a draw
uses the counter words (i low, i high, counter low, counter high) and the key (seed low, seed high).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.shape import Shape
from retrograd.ops.box_muller import Arrays, normals

M0, M1 = 0xD2511F53, 0xCD9E8D57
W0, W1 = 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
ROUNDS = 10
WORDS = 4           # of a block


def block(c: list[Any], key: tuple[int, int]) -> list[Any]:
    """Ten rounds over four arrays of 32-bit words held in uint64."""
    k0, k1 = key
    c0, c1, c2, c3 = c
    for _ in range(ROUNDS):
        p0, p1 = c0 * np.uint64(M0), c2 * np.uint64(M1)
        c0, c1, c2, c3 = ((p1 >> _32) ^ c1 ^ np.uint64(k0), p1 & _LOW,
                          (p0 >> _32) ^ c3 ^ np.uint64(k1), p0 & _LOW)
        k0, k1 = (k0 + W0) & 0xFFFFFFFF, (k1 + W1) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def words(seed: int, counter: int, count: int) -> Any:
    """`count` 32-bit words as uint64."""
    blocks = -(-count // 4)
    i = np.arange(blocks, dtype=np.uint64)
    c = [i & _LOW, i >> _32, np.full(blocks, counter & 0xFFFFFFFF, np.uint64),
         np.full(blocks, (counter >> 32) & 0xFFFFFFFF, np.uint64)]
    out = np.stack(block(c, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF)), 1)
    return out.reshape(-1)[:count]


def uniform(seed: int, counter: int, shape: Shape, bits: int) -> Any:
    """Uniform on [0, 1): 24 bits of a word for float32, 53 bits of two words for float64."""
    n = math.prod(shape)
    if bits == 32:
        u = (words(seed, counter, n) >> np.uint64(8)).astype(np.float32) * np.float32(2.0 ** -24)
    else:
        w = words(seed, counter, 2 * n).reshape(-1, 2)
        u = ((w[:, 0] << np.uint64(21)) ^ (w[:, 1] >> np.uint64(11))).astype(np.float64) * 2.0 ** -53
    return u.reshape(shape)


def normal(seed: int, counter: int, shape: Shape, bits: int) -> Any:
    """Standard normal by Box and Muller, in float64, from pairs of uniforms;
    rounded once to float32 if asked."""
    n = math.prod(shape)
    pairs = -(-n // 2)
    u = uniform(seed, counter, (2 * pairs,), 64).reshape(-1, 2)
    z = np.stack(normals(Arrays, u[:, 0], u[:, 1]), 1).reshape(-1)[:n].reshape(shape)
    return z.astype(np.float32) if bits == 32 else z


def integers(seed: int, counter: int, shape: Shape, low: int, high: int) -> Any:
    """Uniform on low, ..., high - 1 by the high part of a 64-bit product (bias below 2**-32 of the range)."""
    n = math.prod(shape)
    span = high - low
    w = words(seed, counter, 2 * n).reshape(-1, 2)
    if span <= 1 << 32:     # floor(u * span / 2**64) with u = hi * 2**32 + lo, in 32-bit halves
        s = np.uint64(span)
        out = ((w[:, 0] * s) + ((w[:, 1] * s) >> _32)) >> _32 if span < 1 << 32 else w[:, 0]
    else:
        out = ((w[:, 0] << _32) ^ w[:, 1]) % np.uint64(span)
    return (out.astype(np.int64) + low).reshape(shape)
