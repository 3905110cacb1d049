"""Where a model errs more than elsewhere."""
