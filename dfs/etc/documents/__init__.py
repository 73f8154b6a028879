"""A question and its answer written down and read again: the flat mapping, JSON, links, scripts."""
