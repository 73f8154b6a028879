"""The target and the night as astronomers say them."""
