"""What the user holds: Tensor, its operators, indexing, views, creation and printing."""
