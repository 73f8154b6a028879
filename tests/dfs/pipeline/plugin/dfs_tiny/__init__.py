"""A tiny instrument with tiny recipes: what the pipeline's tests reduce in milliseconds."""
