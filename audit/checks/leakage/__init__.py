"""Checks that what a model is tested on was not there when it was trained."""
