"""Which version this is; a release changes it here and in pyproject.toml."""

__version__ = "0.1.0"
