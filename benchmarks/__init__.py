"""Speed and memory as ratios, measured apart from the tests."""
