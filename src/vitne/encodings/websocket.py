"""Masked WebSocket frames that stand where no connection was seen to become a WebSocket.

summary: masked frames of WebSocket messages, in a body or a stream
specification: RFC 6455 sections 5.2 and 5.3

All bytes have to be whole frames, each masked, as clients send them.  A row of frames has no end mark: one
that was cut off between two of them cannot be told from a whole one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.encodings._websocket_head import BINARY, TEXT, head_of, unmask
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_DATA = frozenset((0x81, 0x82))  # the last frame of a text or binary message, without extensions
_SHORTEST = 4  # bytes of a payload; shorter ones are right by chance too often
_MOST = 4096  # frames


class WebSocket:
    """Payloads with the mask taken off."""

    name = "websocket"
    summary = "masked frames of WebSocket messages, in a body or a stream"
    specification = "RFC 6455 sections 5.2 and 5.3"
    family: Family = "binary"
    order = 85
    begins = _DATA
    readable = False
    exact = True

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the payloads, if the data are masked frames and nothing else."""
        if len(data) < 6 + _SHORTEST or data[0] not in _DATA or data[1] < 0x80:
            return
        for count, (start, end, mask) in enumerate(_frames(data)):
            if count >= limits.children:
                return
            stop = min(end, start + limits.size)
            yield Child(
                data=unmask(data[start:stop], mask, 0),
                start=start,
                end=stop,
                params=(("mask", mask.hex()),),
                complete=stop == end,
            )

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the payloads.  Raises Malformed where the data are no masked frames, or cut off."""
        found = list(self.find(data, limits))
        if not found:
            raise Malformed("no whole masked frames", at=0)
        yield from found

    def wrap(self, child: Child) -> bytes:
        """Mask the payload again."""
        params: dict[str, Any] = dict(child.params)
        return unmask(child.data, bytes.fromhex(params["mask"]), 0)

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which masked bytes hold bytes [start, end)."""
        del data
        return child.start + start, child.start + end


def _frames(data: bytes) -> list[tuple[int, int, bytes]]:
    """Give begin, end and mask of each payload; nothing where the data are anything but whole frames."""
    found: list[tuple[int, int, bytes]] = []
    at = 0
    for _ in range(_MOST):
        frame = head_of(data, at, 0)
        if frame is None or frame.opcode < 0 or not frame.masked or frame.compressed or not frame.final:
            return []
        start = at + frame.head
        at = start + frame.length
        if at > len(data) or frame.head != _shortest_head(frame.length):
            return []
        if frame.opcode in {TEXT, BINARY}:
            found.append((start, at, frame.mask))
        if at == len(data):
            return found if max((end - begin for begin, end, _ in found), default=0) >= _SHORTEST else []
    return []


def _shortest_head(length: int) -> int:
    """Give the bytes of the head of a masked frame: a writer takes the shortest form of the length."""
    return 6 + (0 if length < 126 else 2 if length < 1 << 16 else 8)


encoding = WebSocket()
