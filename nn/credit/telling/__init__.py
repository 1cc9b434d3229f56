"""A credit in words and formulas: its story step by step, derivations, every number with its rule."""
