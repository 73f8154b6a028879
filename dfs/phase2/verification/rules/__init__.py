"""The rules, one file for each thing they look at."""
