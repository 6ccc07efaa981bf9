"""Demand data: presets, the generator with its known truth, the intake of real sales, and fingerprints."""
