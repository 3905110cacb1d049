"""Explanations of a model at hand, without a run: what :mod:`audit.explain` offers, one question a file."""
