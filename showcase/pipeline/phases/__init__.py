"""The steps by phase: short functions that call services and say what they found."""
