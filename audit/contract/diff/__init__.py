"""Two versions of a contract compared, clause by clause."""
