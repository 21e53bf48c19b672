"""Compiled steps: what Python read is watched, what the step did becomes a program, later calls replay it."""
