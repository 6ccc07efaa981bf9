"""Models: what they may see, how they are fitted, what they say and how they are kept."""
