"""One piece of work goes in; kernel calls, each a description and its arguments, come out."""
