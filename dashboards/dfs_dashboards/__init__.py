"""Pages made of widgets, and the host that serves them."""
