"""A result shown: its table, its plots."""
