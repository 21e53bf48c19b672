"""What the user holds: Tensor, its operators, indexing, views, creation and printing."""

from retrograd.base.later import later

__getattr__, __dir__ = later(__name__, rare="""
    copying delivery made_by memory overwritten repr shared storages together""")
