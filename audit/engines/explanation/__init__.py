"""What each column added to a model's output: a fitted model taken apart, one file for each way of explaining it, and the way back to raw columns."""
