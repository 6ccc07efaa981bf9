"""The analyst demos: each a story with pictures that is made from an empty installation in under a minute."""
