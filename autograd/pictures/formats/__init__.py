"""Finished pictures as PDF and TikZ: what an SVG shows, read as shapes and words, and written anew."""
