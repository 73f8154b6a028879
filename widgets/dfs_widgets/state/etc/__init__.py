"""What the calculator's page shows, as plain values."""
