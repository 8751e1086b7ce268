"""Messages and layers: one unit of an application protocol, and one unwrapping of its bytes."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from vitne.model.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_FAR = 1 << 62
"""A place behind every byte."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A named stretch of a message.

    ``start`` and ``end`` are stream offsets (TCP) or datagram offsets (UDP).  Where the part's bytes are not
    simply that slice (a name split over records), ``data`` holds them and ``exact`` is false.
    """

    path: str  # what it is: "header:User-Agent", "target", "body", "question", "option:12", "payload"
    start: int  # half-open range of the bytes on the wire
    end: int
    field: str = ""  # the sender's own name for it ("User-Agent", "host name"); "" without
    hints: tuple[
        str, ...
    ] = ()  # encodings that the message announces, outermost first: ("chunked", "gzip", "json")
    data: bytes | None = None  # the bytes, where they are not the plain slice
    exact: bool = True  # the bytes are the plain slice [start, end)
    pieces: tuple[tuple[int, int], ...] = ()
    # where not exact and yet unchanged: position in ``data`` and place on the wire of each run of its bytes


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of an application protocol, sent by one side of a flow."""

    protocol: str  # name of the decoder: "http", "dns", "mqtt"
    kind: str  # "request", "response", "query", "publish", ... in the protocol's own words
    side: int  # Side of the flow that sent it
    start: int  # half-open range in the stream (TCP) or datagram (UDP)
    end: int
    datagram: int | None = None  # UDP: number of the datagram on its side of the flow, from 0
    complete: bool = True  # false: cut off, or bytes in it are missing
    host: str = ""  # name of the peer as this message tells it (HTTP Host, SNI), lower case, no port
    host_source: str = ""  # "http-host", "sni", "export", "" without
    status: int | None = None  # response code of the protocol (HTTP status, SIP status, FTP and SMTP reply)
    answers: int | None = (
        None  # for a response: number of the request on the other side, from 0, where paired
    )
    content_type: str = ""  # declared media type of the body, lower case, no parameters
    names: tuple[tuple[str, str], ...] = ()  # DNS-like answers: (address, name) learned from this message
    opaque: str = ""  # "" or why the payload cannot be read: "tls", "quic", "encrypted"
    opaque_bytes: int = 0  # how many bytes of this side are unreadable for that reason
    facts: tuple[tuple[str, str], ...] = ()  # further observations: ("ja4", "..."), ("alpn", "h2")
    parts: tuple[Part, ...] = ()


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One unwrapping.  The first layer's range counts in the stream or datagram, others in the one before."""

    codec: str  # name of the encoding or protocol
    path: str  # part or field inside it: "body", "IMEI1", "a.b[0].c"
    start: int  # half-open range in the bytes of the layer before
    end: int
    params: tuple[tuple[str, Any], ...] = ()  # what is needed to wrap it again, e.g. (("wrap", 76),)


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """What an encoding found inside some bytes: a range of them and what it unwraps to."""

    data: bytes  # unwrapped bytes
    start: int  # half-open range in the bytes it was found in
    end: int
    path: str = ""  # name of the field, where the encoding has fields
    params: tuple[tuple[str, Any], ...] = ()  # what encode() needs to give the range's bytes back
    complete: bool = True  # false: the wrapped bytes were cut off, this is what could be read
    chance: float = 0.0  # where a known value led here: expected number of such places had nobody sent it


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds for one encoding at one go.  Reaching one raises nothing: what was read so far is given."""

    size: int = 16 << 20  # most unwrapped bytes
    ratio: int = 200  # most unwrapped bytes per wrapped byte, above 64 KiB
    children: int = 4096  # most children
    told: set[str] | None = None  # where an encoding says which bound of its own kept bytes unread

    def tell(self, bound: str) -> None:
        """Say that a bound of the encoding's own was reached."""
        if self.told is not None:
            self.told.add(bound)


class Encoding(Protocol):
    """One way of wrapping bytes.  Pure functions; may raise Malformed and nothing else."""

    name: str  # what layers call it: "base64"
    summary: str  # one line
    specification: str  # where the rules stand
    readable: bool  # a person reads the wrapped bytes as they are (JSON, form): protection stays "clear"
    exact: bool  # encode(decode(x)) gives the very bytes; false where many wrappings give one content (gzip)

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what is wrapped this way anywhere in the data, found by cheap tests first."""
        ...

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield what the whole data unwrap to, if the message announces this encoding.  Raises Malformed."""
        ...

    def wrap(self, child: Child) -> bytes:
        """Give the bytes that stood in [start, end): the inverse, from the child's data and params."""
        ...

    def locate(self, data: bytes, child: Child, start: int, end: int) -> tuple[int, int]:
        """Say which bytes of the parent's data hold bytes [start, end) of the child's data."""
        ...


class Node:
    """Some unwrapped bytes and how they were reached.  Made by decode, searched by identify."""

    __slots__ = (
        "_holds", "child", "data", "depth", "encoding", "field", "layers", "parent", "part", "passed",
        "readable",
    )  # fmt: skip

    def __init__(
        self,
        data: bytes,
        *,
        part: Part,
        parent: Node | None = None,
        child: Child | None = None,
        encoding: Encoding | None = None,
    ) -> None:
        self.data = data  # the bytes at this layer
        self.part = part  # the part of the message it started from
        self.parent = parent  # the node it was unwrapped from; None for the part itself
        self.child = child  # what the encoding found; None for the part itself
        self.encoding = encoding  # the encoding that unwrapped it
        self.depth: int = 0 if parent is None else parent.depth + 1
        named = child.path if child is not None else part.field
        self.field: str = named or (parent.field if parent is not None else "")  # nearest field name
        self.readable: bool = (
            (parent.readable and (encoding is None or encoding.readable)) if parent else True
        )
        self._holds: bool | None = None  # whether this one layer can be wrapped again; None: not tried
        self.layers: tuple[Layer, ...] = ()  # filled on demand by path()
        self.passed: Sequence[tuple[int, int]] = ()  # ranges of fields without a node: nobody asked

    def path(self, protocol: str) -> tuple[Layer, ...]:
        """Give all layers from the stream down to these bytes, outermost first."""
        if self.parent is None:
            return (Layer(codec=protocol, path=self.part.path, start=self.part.start, end=self.part.end),)
        assert self.child is not None and self.encoding is not None  # noqa: S101, PT018  (set together)
        own = Layer(
            codec=self.encoding.name,
            path=self.child.path,
            start=self.child.start,
            end=self.child.end,
            params=self.child.params,
        )
        return (*self.parent.path(protocol), own)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Give the stream (or datagram) range that holds bytes [start, end) of this node."""
        node: Node = self
        while node.parent is not None:
            assert node.child is not None and node.encoding is not None  # noqa: S101, PT018
            start, end = node.encoding.locate(node.parent.data, node.child, start, end)
            node = node.parent
        if not node.part.exact:
            return _pieced(node.part, start, end)
        return node.part.start + start, node.part.start + end

    @property
    def chance(self) -> float:
        """Expected number of chance ways to these bytes; 0 where no known value led to them."""
        own = self.child.chance if self.child is not None else 0.0
        return own if self.parent is None else max(own, self.parent.chance)

    def rewraps(self) -> bool:
        """Wrap these bytes again, layer by layer, and say whether the captured bytes come out."""
        node: Node = self
        while node.parent is not None:
            if node._holds is None:
                node._holds = node._wraps()
            if not node._holds:
                return False
            node = node.parent
        return True

    def _wraps(self) -> bool:
        """Wrap this layer again; it may hold many findings, and is wrapped once."""
        assert self.parent is not None  # noqa: S101  (asked of unwrapped bytes alone)
        assert self.child is not None and self.encoding is not None  # noqa: S101, PT018
        captured = self.parent.data[self.child.start : self.child.end]
        if self.encoding.exact:
            return self.encoding.wrap(self.child) == captured
        return _same_content(self.encoding, self.child, captured)


def _pieced(part: Part, start: int, end: int) -> tuple[int, int]:
    """Give the place of bytes of a part that is put together from pieces, or of the whole part."""
    if not part.pieces:
        return part.start, part.end
    places = []
    for at in (start, max(end - 1, start)):
        position, offset = part.pieces[max(0, bisect_right(part.pieces, (at, _FAR)) - 1)]
        places.append(offset + at - position)
    return places[0], places[1] + (end > start)


def _same_content(encoding: Encoding, child: Child, captured: bytes) -> bool:
    """Compare contents where many wrappings give one content: both unwrap to the same bytes."""
    limits = Limits(size=len(child.data) + 1, ratio=1 << 30)
    for wrapped in (captured, encoding.wrap(child)):
        try:
            again = next(iter(encoding.unwrap(wrapped, limits)), None)
        except Malformed:
            return False  # what cannot be read again alone is not shown to hold
        if again is None or again.data != child.data:
            return False
    return True


class Opaque(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that were reached and cannot be read."""

    reason: str  # "high-entropy", "encrypted", "unknown-format", "limit"
    path: str  # field or part that holds them
    start: int  # stream or datagram range
    end: int
    length: int  # unreadable bytes


class Fit:
    """How well some first bytes fit a protocol."""

    NO = 0
    PERHAPS = 1
    LIKELY = 2
    CERTAIN = 3


class Decoder(Protocol):
    """One conversation in one application protocol, read as a bystander.  Bytes in, messages out.

    ``feed`` takes the next bytes of one side (TCP), or one whole datagram (UDP); ``miss`` says that some
    bytes of that side are not in the capture; ``finish`` ends that side.  May raise Malformed and nothing
    else; after Malformed the caller may feed on.  Offsets count the stream of each side from ``base`` (TCP)
    or the datagram.
    """

    name: str
    summary: str
    specification: str

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well the first bytes of a side fit, from the bytes and not from ports: a Fit."""
        ...

    def feed(self, side: int, data: bytes) -> Iterator[Any]:
        """Take bytes; yield Message, Oddity and Gap."""
        ...

    def miss(self, side: int, length: int) -> Iterator[Any]:
        """Take note of a hole of so many bytes; yield what it ends."""
        ...

    def finish(self, side: int) -> Iterator[Any]:
        """End one side; yield what was left half-read."""
        ...
