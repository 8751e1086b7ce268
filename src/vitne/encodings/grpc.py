"""Messages of gRPC and gRPC-web: each behind a flag and its length.

summary: messages behind a flag and four bytes of length; children by number
specification: gRPC over HTTP/2, section Requests; gRPC-web protocol, section Trailers

A message whose flag says that it is compressed is given as it is: gzip and the like are told by their bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.encodings._slices import Slices
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

_HEAD = 5  # bytes of flag and length
_COMPRESSED, _TRAILERS = 0x01, 0x80  # flags


class Grpc(Slices):
    """Children are the messages, and the trailers that gRPC-web puts behind them."""

    name = "grpc"
    summary = "messages behind a flag and four bytes of length; children by number"
    specification = "gRPC over HTTP/2, section Requests; gRPC-web protocol, section Trailers"
    family: Family = "binary"
    order = 60
    begins = frozenset({0, _COMPRESSED, _TRAILERS, _COMPRESSED | _TRAILERS})

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the messages of data that hold nothing else: several, or one that is compressed.

        A single plain one is found by protobuf itself.
        """
        if len(data) <= _HEAD or data[0] & ~(_COMPRESSED | _TRAILERS):
            return
        found = list(_messages(data, limits))
        whole = bool(found) and found[-1].complete and found[-1].end == len(data)
        if whole and (len(found) > 1 or data[0] & _COMPRESSED):
            yield from found

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the messages of a body.  Raises Malformed where no message begins."""
        if len(data) < _HEAD:
            raise Malformed("the body ends inside the head of a gRPC message", at=len(data))
        if data[0] & ~(_COMPRESSED | _TRAILERS):
            raise Malformed("no flag of a gRPC message", at=0)
        yield from _messages(data, limits)


def _messages(data: bytes, limits: Limits) -> Iterator[Child]:
    """Yield messages up to the first byte that begins none; the last one may be cut off."""
    at, number, size = 0, 0, len(data)
    while at + _HEAD <= size and number < limits.children and not data[at] & ~(_COMPRESSED | _TRAILERS):
        start = at + _HEAD
        end = start + int.from_bytes(data[at + 1 : start], "big")
        path = "trailers" if data[at] & _TRAILERS else f"[{number}]"
        at = min(end, size)
        more = size - at in range(1, _HEAD)  # a head that is cut
        yield Child(data=data[start:at], start=start, end=at, path=path, complete=end <= size and not more)
        number += 1


encoding = Grpc()
