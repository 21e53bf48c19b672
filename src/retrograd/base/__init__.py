"""What everything else stands on: errors, configuration, dtypes, shapes, modes, pytrees."""
