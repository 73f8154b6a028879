"""Jobs: queries that run on their own, and are found again after a restart (UWS 1.1)."""
