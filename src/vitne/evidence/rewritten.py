"""What one flow becomes in a redacted capture."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from vitne.evidence.archiving import Short, Side
from vitne.evidence.edits import Edit
from vitne.evidence.pcapng import Frame
from vitne.evidence.retelling import Told

Way = Literal["in its place", "as plain packets", "as HTTP/1.1"]
"""How a flow is rebuilt: its own packets changed, its messages in new packets, or told as HTTP/1.1."""
WAYS: tuple[Way, ...] = ("in its place", "as plain packets", "as HTTP/1.1")


class Rewritten(msgspec.Struct, kw_only=True):
    """What one flow becomes: changes of its own packets, new packets, or entries of an export."""

    way: Way
    ends: set[frozenset[tuple[str, int]]] = msgspec.field(default_factory=set)  # as they are written
    keys: dict[Any, int] = msgspec.field(default_factory=dict)  # protocol and ends, in order -> side
    streams: dict[int, list[Edit]] = msgspec.field(default_factory=dict)  # side -> changes of its stream
    datagrams: dict[tuple[int, int], list[Edit]] = msgspec.field(default_factory=dict)  # capture, frame
    runs: dict[int, list[tuple[int, int]]] = msgspec.field(default_factory=dict)  # side -> frame, offset
    known: set[tuple[int, int]] | None = None  # capture and frame of datagrams that were read; None: all
    frames: list[Frame] = msgspec.field(default_factory=list)  # made anew
    anew: str = ""  # what it went in, where it is told anew
    exchanges: list[tuple[Told, Side]] = msgspec.field(default_factory=list)
    short: list[Short] = msgspec.field(default_factory=list)
