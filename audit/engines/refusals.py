"""What a model may raise about rows that it cannot take, and what may be told of it."""

#: Errors that are about the rows; anything else is a fault of the model's own and ends the check.
REFUSALS = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def told(error: Exception) -> str:
    """Return what may be told of an error that a model raised: its kind. Its text may show values of the data."""
    return f"it raises {type(error).__name__}, whose text may show data and is left out; ask the model yourself"
