"""How values come to be: linearize what is asked, look its program up, run it."""

from retrograd.base.later import later

__getattr__, __dir__ = later(__name__, rare="again backward held reads values")
