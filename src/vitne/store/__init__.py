"""The case folder: tables that other programs open without vitne, digests of all, a report beside them."""

from vitne.store.cases import FORMAT, Case, check_place, read_case, write_case
from vitne.store.rows import OpaqueTotal, Transmission

__all__ = ["FORMAT", "Case", "OpaqueTotal", "Transmission", "check_place", "read_case", "write_case"]
