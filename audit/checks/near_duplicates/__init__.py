"""Rows that are nearly equal: found under keys, compared column by column, and judged by how much chance alone could bring."""
