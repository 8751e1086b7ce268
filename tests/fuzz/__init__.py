"""Fuzz harnesses, one file per reader; `python -m tests.fuzz` runs them."""
