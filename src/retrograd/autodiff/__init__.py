"""What the derivative is: the pullback walks nodes down, the pushforward walks the same nodes up."""
