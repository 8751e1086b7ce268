"""Closed conversations opened with the keys of a key log: TLS 1.2 and 1.3, QUIC versions 1 and 2."""

from vitne.decrypt.keylog import KeyLog
from vitne.decrypt.quic import open_quic
from vitne.decrypt.quic_side import Datagrams
from vitne.decrypt.sides import OpenedSide
from vitne.decrypt.tls import open_tls

__all__ = ["Datagrams", "KeyLog", "OpenedSide", "open_quic", "open_tls"]
