"""The table access protocol without its HTTP: queries as services, jobs that outlive a restart, and the documents that describe both."""
