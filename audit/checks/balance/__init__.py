"""Checks of what the data are made of: classes, groups, and labels by group."""
