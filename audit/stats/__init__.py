"""Statistics from counts: intervals, exact tests, multiplicity, resampling of cells. Pure numpy."""
