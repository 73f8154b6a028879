"""What the widgets show, as plain frozen values: made from tables and addresses, tested without a browser."""
