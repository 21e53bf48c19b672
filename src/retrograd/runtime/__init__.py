"""Where things are computed: memory, and the tables of calls that programs are."""

from retrograd.base.later import later

__getattr__, __dir__ = later(__name__, rare="threads")
