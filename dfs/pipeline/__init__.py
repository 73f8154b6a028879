"""The pipeline: the graph of a reduction, executors, job cache, notebook runs."""
