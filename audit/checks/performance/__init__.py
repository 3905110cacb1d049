"""How good the predictions are on rows the model has not seen."""
