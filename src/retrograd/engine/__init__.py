"""How values come to be: linearize what is asked, look its program up, run it."""
