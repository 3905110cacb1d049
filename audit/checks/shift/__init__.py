"""What changed between two periods, or since a reference."""
