"""Parts of messages in which nothing is found, many told at once.

What is found in a part is decided by its bytes, its path and its protocol.  Parts out of which no encoding
and no key brings anything, so that unwrapping would end where it began, are searched, and asked by the rules
of candidates, with one call for all of them.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from vitne.decode.unwrap_gates import candidates, worth_opening
from vitne.encodings._looks import media, readable
from vitne.identify.candidates import any_spot
from vitne.identify.declared import holds_flat_record
from vitne.model import Limits, Malformed, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.identify.search import Searcher
    from vitne.model import Message, Part
    from vitne.pipeline.openings import Openings


class Dull:
    """Says of parts whether a patient reader would find anything in them."""

    def __init__(self, searcher: Searcher, opener: Openings | None) -> None:
        self._searcher = searcher
        self._opener = opener

    def nothing(self, message: Message, parts: Sequence[tuple[Part, bytes]]) -> list[bool]:
        """Say of each part, of messages like this one that ask, whether it is known that nothing is in it."""
        roots = [self._alone(part, data) for part, data in parts]
        nodes = [node for node in roots if node is not None]
        if not nodes:
            return [False] * len(parts)
        touched = {id(sighting.node) for sighting in self._searcher.nodes(nodes)}
        spotted = any_spot(nodes, message)
        return [
            node is not None
            and id(node) not in touched
            and not (spotted and any_spot([node], message))
            and not holds_flat_record(node.data)
            for node in roots
        ]

    def _alone(self, part: Part, data: bytes) -> Node | None:
        """Give the node of a part that nothing comes out of."""
        node = Node(data, part=part)
        if not worth_opening(data):
            return node
        text = readable(data)
        limits = Limits(told=set())
        for encoding in chain(*candidates(data, text=text)):
            try:
                if next(iter(encoding.find(data, limits)), None) is not None:
                    return None
            except Malformed:
                continue
        asked = self._opener is not None and (text or not media(data))
        opened = asked and self._opener is not None and self._opener.open(node, limits)
        return None if opened or limits.told else node
