"""Statistics from counts: intervals, exact tests, multiplicity, resampling of cells, distances. Pure numpy."""
