"""ODCS contracts: read, and compiled to what other tools understand."""
