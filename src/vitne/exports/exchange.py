"""What an export tells of one conversation: who with whom, when, and the bytes of each side."""

from __future__ import annotations

import msgspec

from vitne.model import App


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that one side sent at one time."""

    side: int  # Side that sent them
    time_ns: int | None  # nanoseconds UTC, None where the export does not say
    data: bytes  # the bytes, with the content codings that the export left on them
    kind: str = ""  # "" for bytes that a decoder reads; else the kind of the message that they are


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation of an entry: a request with its answer, a WebSocket, a connection, a datagram's."""

    units: tuple[Unit, ...]  # in order of time
    transport: str = "tcp"  # "tcp", "udp", or "sms" for short messages
    protocol: str = ""  # "" where the bytes tell it; else the protocol of all units: "websocket"
    client_ip: str = ""  # textual address, "" where the export does not say
    client_port: int = 0
    server_ip: str = ""
    server_port: int = 0
    host: str = ""  # name of the server, lower case, without port
    secured: bool = False  # it went encrypted; whoever exported it took the encryption off
    answered: bool = True  # the export holds an answer
    unseen: tuple[int, int] = (0, 0)  # bytes per side that went over and are not in the export
    app: App = App()  # program on the device that spoke, where the entry tells
    names: tuple[tuple[str, str], ...] = ()  # (address, name) pairs that the entry tells
