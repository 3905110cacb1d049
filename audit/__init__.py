"""Assay audits data before training, models after it, and both in production."""

__version__ = "0.1.0"
