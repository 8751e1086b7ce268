"""The case folder: tables that other programs open without vitne, digests of all, a report beside them."""

from vitne.store.cases import FORMAT, Case, check_place, read_case, write_case
from vitne.store.columns import CHUNK, Columns, Words, columns_of
from vitne.store.rows import OpaqueTotal, OpenedTotal, Transmission

__all__ = [
    "CHUNK",
    "FORMAT",
    "Case",
    "Columns",
    "OpaqueTotal",
    "OpenedTotal",
    "Transmission",
    "Words",
    "check_place",
    "columns_of",
    "read_case",
    "write_case",
]
