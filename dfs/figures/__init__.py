"""Plain data in, bokeh figure out: one look for pages, notebooks and reports.

Each figure lives in a module of its own and is imported from there, so that a page loads only what it shows.
"""
