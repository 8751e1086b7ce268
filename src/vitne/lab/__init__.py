"""Invented phones, people and servers, and the packets between them: for demonstrations and tests."""
