"""What-if: assumptions, effects estimated from the data set, plans made of them, and their order."""
