"""View models of the page ``p2``: plain values, tested without a browser."""
