"""What can be computed: every primitive, filed by the shape of its derivative."""

from retrograd.ops import arithmetic, composite, explicit, window  # noqa: F401  (importing defines the primitives)
