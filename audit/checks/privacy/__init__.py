"""Checks of personal data: what is there undeclared, and whether each row may be used."""
