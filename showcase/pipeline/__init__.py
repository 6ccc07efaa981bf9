"""The locked pipeline: the request, the table of steps, the engine that runs them and what settles a run."""
