"""Living pages: a picture that recomputes while one drags a number."""
