"""Closed conversations opened with the keys of a key log: TLS 1.2 and 1.3."""

from vitne.decrypt.keylog import KeyLog
from vitne.decrypt.sides import OpenedSide
from vitne.decrypt.tls import open_tls

__all__ = ["KeyLog", "OpenedSide", "open_tls"]
