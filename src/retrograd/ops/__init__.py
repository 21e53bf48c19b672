"""What can be computed: every primitive, filed by the shape of its derivative."""

from retrograd.ops import (  # noqa: F401  (importing defines the primitives)
    arithmetic,
    composite,
    explicit,
    factors,
    hyperbolic,
    numbers,
    special,
    window,
)
