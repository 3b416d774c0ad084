"""Explore: the results of a sweep, and its runs."""
