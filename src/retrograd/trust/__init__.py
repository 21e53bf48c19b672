"""Whether gradients are right: checks against finite differences, and what a check found."""
