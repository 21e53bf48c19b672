"""What was asked: nodes, primitives, graphs, and the text that shows them."""
