"""Contracts on their way to other tools and back: pandera models, Great Expectations suites, JSON Schema, pages for people."""
