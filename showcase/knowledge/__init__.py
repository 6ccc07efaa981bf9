"""Documents as chunks that can be found, the order of what was found, and the events that tell of it."""
