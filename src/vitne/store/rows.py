"""Rows that only a case has: messages sent, and unreadable bytes added up per destination."""

from __future__ import annotations

import msgspec

from vitne.model.findings import Delivery, Destination, HostSource, Scope


class Transmission(msgspec.Struct, frozen=True, kw_only=True):
    """One message that a device sent, whether anything personal was found in it or not.

    Flat, because there may be millions: the capture is its number (``captures.jsonl`` has name and digest).
    """

    time_ns: int  # nanoseconds UTC of its first frame
    capture: int  # number of the capture, from 0
    flow: int  # number of the flow
    message_frames: tuple[int, int]  # first and last frame, from 1
    device: str  # label of the device that sent it
    source_ip: str
    source_port: int
    ip: str  # where it went
    port: int
    host: str  # name of the destination, "" without
    host_source: HostSource  # how the name is known
    transport: str  # "tcp", "udp"
    protocol: str  # name of the decoder; "stream" or "datagram" where none knew it
    kind: str = ""  # "request", "query", ... in the protocol's own words
    bytes: int = 0  # length of the message in the stream or datagram
    delivery: Delivery = "unknown"
    readable: bool = True  # false: encrypted
    scope: Scope = "internet"
    facts: tuple[
        tuple[str, str], ...
    ] = ()  # of the connection: ("ja4", ...), ("alpn", ...), ("version", ...)


class OpenedTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes to or from one destination that went encrypted and were opened with keys, added up."""

    device: str  # label of the device at the near end
    destination: Destination
    transport: str  # "tcp", "udp"
    scope: Scope = "internet"
    bytes: int = 0  # of records and packets that were opened, both directions
    flows: int = 0  # flows they passed in
    filter: str = ""  # Wireshark display filter that shows them


class OpaqueTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes to or from one destination that could not be read, added up."""

    reason: str  # "tls", "quic", "encrypted", "high-entropy", "unknown-format", "missing-segment", "limit"
    device: str  # label of the device at the near end
    destination: Destination
    transport: str  # "tcp", "udp"
    protocol: str = ""  # name of the decoder, "" where none knew it
    scope: Scope = "internet"
    bytes: int = 0  # unreadable bytes, both directions
    flows: int = 0  # flows they passed in
    first_ns: int | None = None  # nanoseconds UTC of the first of them
    last_ns: int | None = None  # of the last
    filter: str = ""  # Wireshark display filter that shows them
