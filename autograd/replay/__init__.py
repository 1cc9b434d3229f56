"""A function recorded as a list of instructions, and written down as Python."""
