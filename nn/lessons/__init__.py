"""Lessons: published examples, worksheets, and the marking of hand-worked numbers."""
