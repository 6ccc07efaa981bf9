"""Pictures: pure functions from a table to a HoloViews element (or, for the small ones, to a path)."""
