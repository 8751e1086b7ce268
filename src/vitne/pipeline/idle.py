"""Parts of messages that say the same over and over: looked at twice, then known.

A header field such as ``Accept-Encoding: gzip`` comes with every request of an app.  What is found in a part
is decided by its bytes, its path and its protocol alone; so once a part was unwrapped, searched and judged,
and it is plain text in which no known value stands, the same bytes at the same place need no second look.
Random bytes of a handshake, which never come twice, need none at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from vitne.decode.unwrap import Budget, unwrap
from vitne.decode.unwrap_again import Again
from vitne.identify.candidates import Context, any_spot, candidates
from vitne.identify.declared import holds_flat_record
from vitne.model import Message, Node, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.identify.search import Searcher
    from vitne.model import Part
    from vitne.pipeline.openings import Openings

LONGEST = 512  # bytes of a part that is remembered
MOST = 16384  # parts that are remembered

_Key = tuple[str, str, bytes]
NOTHING: tuple[Sighting, ...] = ()
_KEYED = frozenset({"tls", "dtls", "quic"})
_HANDED_OUT = frozenset({"session-id", "session-ticket", "psk-identity", "token"})
"""What a server makes up to know a connection again: random bytes, of which no two are alike."""
_TEXT = re.compile(rb"[\x20-\x7e]{6}|(?:[\x20-\x7e]\x00){4}|\x1f\x8b|\x78[\x01\x5e\x9c\xda]|\x28\xb5\x2f")
"""Nothing can be read in bytes without any of these."""


class Idle:
    """What was found in small parts of messages by their looks, which is mostly nothing."""

    def __init__(self, searcher: Searcher, opener: Openings | None = None) -> None:
        self._searcher = searcher
        self._opener = opener
        self._known: dict[_Key, tuple[Sighting, ...] | None] = {}  # None: it is to be looked at every time
        self._once: set[_Key] = set()
        self.again = Again()

    def found(self, message: Message, part: Part, data: bytes) -> tuple[Sighting, ...] | None:
        """Give what is found in a part, in nodes of another message; None where it is to be looked at.

        A body is looked at every time.
        """
        if part.path in _HANDED_OUT and message.protocol in _KEYED:
            return NOTHING if self.random([data])[0] else None
        if len(data) > LONGEST or part.path == "body":
            return None
        # in HTTP the path holds the name of the field; in records of DNS one path stands for many fields
        place = part.path if message.protocol == "http" else f"{part.path} {part.field}"
        key = (message.protocol, place, data)
        if key in self._known:
            return self._known[key]
        if key not in self._once:
            if len(self._once) >= MOST:  # parts that never come again must not drive out those that do
                self._once.clear()
            self._once.add(key)
            return None
        self._once.discard(key)
        if len(self._known) >= MOST:
            self._known.clear()
        told = self._known[key] = self.look(message, part, data)
        return told

    def random(self, made_up: Sequence[bytes]) -> list[bool]:
        """Say of bytes that servers made up whether nothing can be read or found in them."""
        near = any(made_up) and bool(self._searcher.places(b"\n".join(made_up)))
        return [_TEXT.search(data) is None and not (near and self._searcher.places(data)) for data in made_up]

    def known(self, protocol: str, path: str, data: bytes) -> tuple[Sighting, ...] | None:
        """Give what is known from before to be found in such a part; None where it is to be looked at."""
        return self._known.get((protocol, path, data))

    def look(self, message: Message, part: Part, data: bytes) -> tuple[Sighting, ...] | None:
        """Look at a part without remembering it: what is found in it, None where it takes the patient reader.

        A known value in it, a wrapped one or more than one layer does.
        """
        nodes: list[Node] = []
        for item in unwrap(part, data, budget=Budget(), opener=self._opener):
            if not isinstance(item, Node) or (nodes and not _name(item)):
                return None
            nodes.append(item)
        if any(self._told(node.data) for node in nodes):
            return None
        if next(self._searcher.nodes(nodes), None) is not None:
            return None
        if not any_spot(nodes, message):
            return NOTHING
        if len(nodes) > 1:
            return None
        return tuple(candidates(nodes, message, context=Context()))

    def _told(self, data: bytes) -> bool:
        """Say whether a known value may stand in some bytes, or the record of a known sender."""
        return bool(self._searcher.places(data)) or holds_flat_record(data)


def placed(sightings: tuple[Sighting, ...], part: Part) -> Iterator[Sighting]:
    """Give sightings of a part as those of the same part of another message."""
    node: Node | None = None
    for sighting in sightings:
        node = node or Node(sighting.node.data, part=part)
        yield msgspec.structs.replace(sighting, node=node)


def _name(node: Node) -> bool:
    """Say whether a node is a domain name written out: all that was unwrapped, and no field of a record."""
    return node.encoding is not None and node.encoding.name == "dns-name" and node.depth == 1
