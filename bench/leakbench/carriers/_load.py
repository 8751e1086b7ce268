"""What carriers share: the conversation they give, what they are told, and where a cargo stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.leakbench.cargo import CannotCarryError

if TYPE_CHECKING:
    from random import Random

    from bench.leakbench.cargo import Cargo, Words
    from bench.leakbench.wire import Turn

LONGEST_LINE = 6000  # bytes of a request line or a header field that servers take


@dataclass(frozen=True)
class Load:
    """A conversation that holds a cargo."""

    transport: str  # "tcp", "udp"
    port: int  # of the server
    turns: tuple[Turn, ...]
    value: tuple[int, int]  # half-open range of the value in what the client sends
    body: tuple[int, int]  # half-open range of the whole cargo there
    layers: tuple[str, ...]  # what was put around, innermost first, the carrier's own among them


@dataclass(frozen=True)
class Way:
    """What a carrier is told besides the cargo."""

    host: str  # name of the server
    name: str  # name of the field that the cargo travels in
    chance: Random
    words: Words


def printable(cargo: Cargo, *, most: int = LONGEST_LINE) -> None:
    """Refuse what a line of a head cannot hold."""
    if len(cargo.data) > most or any(byte < 32 or byte > 126 for byte in cargo.data):
        raise CannotCarryError("no printable line")


def request_head(way: Way, target: bytes, extra: list[bytes], *, method: bytes = b"POST") -> bytes:
    """Give the head of a request."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + way.host.encode(), *extra]
    lines.append(b"User-Agent: " + way.words.pick("agents", way.chance).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n"


def placed(stream: bytes, cargo: Cargo, before: int) -> dict[str, tuple[int, int]]:
    """Place a cargo that stands at an offset of the stream as it is."""
    if stream[before : before + len(cargo.data)] != cargo.data:
        raise ValueError("the cargo is not where it was put")
    return {
        "value": (before + cargo.low, before + cargo.high),
        "body": (before, before + len(cargo.data)),
    }
