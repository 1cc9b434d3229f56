"""Benchmarks: `python -m tests.benchmarks` prints and writes the table of the README."""
