"""Where asks are answered: DuckDB through ibis, and the other tools that look at data for us."""
