"""From a request to a result: how the time is divided, what is counted, what is full."""
