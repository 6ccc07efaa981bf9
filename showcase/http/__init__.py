"""The web door: one port with the console, the notebooks and HTTP."""
