"""Kept runs: how they are described, found, replayed, judged and related."""
