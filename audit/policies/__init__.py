"""Named sets of limits, each with its reason and source."""
