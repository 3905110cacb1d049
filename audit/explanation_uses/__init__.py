"""What explanations are used for, on frames and arrays at hand: what :mod:`audit.explain` offers beside attributions."""
