"""The same transmission in two inputs, as in a capture and in the export of a proxy beside it, counts once.

Two requests are the same when method, host, target and body (without transfer and content codings) are, and
their times are near; each is matched once, in the order of time.  What was captured as packets stays, because
its bytes can be walked back to; of two exports the one that comes first in the order of captures.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.encodings import encodings
from vitne.model import Limits, Malformed, Oddity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vitne.model import Capture, Part
    from vitne.pipeline.messagework import MessageWork

NEAR_NS = 10_000_000_000
"""An export dates a request at its start: names, connection and handshake come before its bytes."""
_PROTOCOLS = {"http", "http2", "http3"}
_CODINGS = {"chunked", "gzip", "deflate", "zlib", "brotli", "zstd"}
_MOST_BODY = 16 << 20
_DIGEST = 16  # bytes of a digest that are kept: there may be millions


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as far as it is compared."""

    digest: bytes  # of method, host, target and body
    time_ns: int  # nanoseconds UTC
    capture: int  # number of the capture
    flow: int  # number of the flow over the whole scan


class Twins:
    """Takes the requests of a scan of several inputs, and says which are the same."""

    def __init__(self, captures: Sequence[Capture]) -> None:
        self._exports = {one.number for one in captures if one.unit == "entry"}
        self._names = {one.number: one.name for one in captures}
        self.asked = bool(self._exports) and len(captures) > 1  # else nothing is compared
        self.requests: list[Request] = []

    def take(self, works: Iterable[MessageWork]) -> None:
        """Take the requests among some messages."""
        if not self.asked:
            return
        for work in works:
            digest = _digest(work)
            if digest is not None:
                self.requests.append(
                    Request(
                        digest=digest,
                        time_ns=work.time_ns,
                        capture=_capture(work),
                        flow=work.flow.number,
                    )
                )

    def doubles(self) -> tuple[frozenset[int], list[Oddity]]:
        """Give the flows of exports that another input holds too, and a note for each pair of inputs."""
        alike: dict[bytes, list[Request]] = {}
        for request in sorted(self.requests, key=lambda one: (one.time_ns, one.capture, one.flow)):
            alike.setdefault(request.digest, []).append(request)
        matched: Counter[int] = Counter()
        partner: dict[int, tuple[int, int]] = {}
        for requests in alike.values():
            for kept, other in _paired(requests, self._exports):
                matched[other.flow] += 1
                partner[other.flow] = (kept.capture, other.capture)
        whole = Counter(request.flow for request in self.requests)
        flows = frozenset(flow for flow, count in matched.items() if count == whole[flow])
        pairs = Counter(partner[flow] for flow in flows)
        notes = [
            Oddity(
                name="same-transmission-twice",
                note=f"{self._names[other]} and {self._names[kept]} hold the same requests: they count once",
                capture=other,
                count=count,
            )
            for (kept, other), count in sorted(pairs.items())
        ]
        return flows, notes


def _paired(requests: list[Request], exports: set[int]) -> Iterator[tuple[Request, Request]]:
    """Match requests that are alike: each of a later capture with the first free one of an earlier one."""
    kept: dict[int, list[Request]] = {}
    for capture in sorted({one.capture for one in requests}):
        own = [one for one in requests if one.capture == capture]
        free = {earlier: deque(others) for earlier, others in kept.items()}
        left = []
        for one in own:
            match = _match(one, free) if capture in exports else None
            if match is None:
                left.append(one)
            else:
                yield match, one
        kept[capture] = left


def _match(one: Request, free: dict[int, deque[Request]]) -> Request | None:
    for others in free.values():
        while others and others[0].time_ns < one.time_ns - NEAR_NS:
            others.popleft()
        if others and others[0].time_ns <= one.time_ns + NEAR_NS:
            return others.popleft()
    return None


def _capture(work: MessageWork) -> int:
    return int(work.traffic.walked.capture_of(np.asarray(work.rows[:1]))[0])


def _digest(work: MessageWork) -> bytes | None:
    """Digest what makes two requests, or two messages of a WebSocket, the same; None for other messages."""
    message, parts = work.message, work.message.parts
    host = work.host[0].encode("utf-8", "replace")
    if message.protocol == "websocket" and message.kind in {"text", "binary"}:
        payload = b"".join(_bytes(work, part) for part in parts)
        return _of_all((b"websocket", b"%d" % message.side, host, payload))
    if message.protocol not in _PROTOCOLS or message.side != 0 or message.answers is not None:
        return None
    method = dict(message.facts).get("method", "").encode()
    target = b"?".join(_bytes(work, part) for part in parts if part.path in {"path", "query"})
    return _of_all((method, host, _local(target), _body(work, parts)))


def _of_all(pieces: tuple[bytes, ...]) -> bytes:
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(len(piece).to_bytes(8, "big") + piece)
    return whole.digest()[:_DIGEST]


def _local(target: bytes) -> bytes:
    """Give path and query of a target, which asks a proxy with scheme and host before them."""
    head, mark, rest = target.partition(b"://")
    return b"/" + rest.partition(b"/")[2] if mark and b"/" not in head else target


def _bytes(work: MessageWork, part: Part) -> bytes:
    return part.data if part.data is not None else work.raw(part.start, part.end)


def _body(work: MessageWork, parts: Sequence[Part]) -> bytes:
    """Give the body without transfer and content codings."""
    own = [part for part in parts if part.path == "body"]
    data = b"".join(_bytes(work, part) for part in own)
    for hint in own[0].hints if own else ():
        if hint not in _CODINGS:
            break
        try:
            child = next(iter(encodings()[hint].unwrap(data, Limits(size=_MOST_BODY))), None)
        except Malformed:
            break
        if child is None:
            break
        data = child.data
    return data
