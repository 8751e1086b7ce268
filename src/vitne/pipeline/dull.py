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
        self._open(roots)
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
        """Give the node of a part out of which no encoding brings anything."""
        if worth_opening(data):
            limits = Limits(told=set())
            for encoding in chain(*candidates(data, text=readable(data))):
                try:
                    if next(iter(encoding.find(data, limits)), None) is not None:
                        return None
                except Malformed:
                    continue
            if limits.told:
                return None
        return Node(data, part=part)

    def _open(self, roots: list[Node | None]) -> None:
        """Take away the nodes that a key opens."""
        opener = self._opener
        if opener is None:
            return
        asked = [at for at, node in enumerate(roots) if node is not None and _closed(node.data)]
        noise = [at for at in asked if (node := roots[at]) is not None and not readable(node.data)]
        refused = opener.refuses([node.data for at in noise if (node := roots[at]) is not None])
        sure = {at for at, none in zip(noise, refused, strict=True) if none}
        for at in asked:
            node = roots[at]
            if at not in sure and node is not None:
                limits = Limits(told=set())
                if opener.open(node, limits) or limits.told:
                    roots[at] = None


def _closed(data: bytes) -> bool:
    """Say whether an unwrapping would ask for keys."""
    return worth_opening(data) and (readable(data) or not media(data))
