"""The living page of a network."""
