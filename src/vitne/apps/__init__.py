"""Which program on the device spoke: what packets carry of it, and lists that are given beside a capture."""

from vitne.apps.blocks import uid_of_block
from vitne.apps.book import Book
from vitne.apps.formats import format_of
from vitne.apps.marks import app_of_packet

__all__ = ["Book", "app_of_packet", "format_of", "uid_of_block"]
