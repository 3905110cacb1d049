"""Counts of scores by outcome, and by group, and what several checks measure from them alike."""
