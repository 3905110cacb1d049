"""Rates of a model's decisions by group, from counts of group × label × prediction: the work behind :mod:`audit.fairness`."""
