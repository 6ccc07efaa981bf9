"""What a registered model may become, and what an alias may point at."""
