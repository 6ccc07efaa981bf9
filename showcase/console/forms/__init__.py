"""Forms made from the request's own models; each also works alone in a notebook cell."""
