"""Streams become messages, and messages' bytes become layers."""
