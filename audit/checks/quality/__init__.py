"""What can be wrong with a table whatever it is used for."""
