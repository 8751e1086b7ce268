"""Parts of messages in which nothing is found, many told at once.

What is found in a part is decided by its bytes, its path and its protocol.  Parts out of which nothing is
unwrapped are searched, and asked by the rules of candidates, with one call for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.decode.unwrap import Budget
from vitne.identify.candidates import any_spot
from vitne.identify.declared import holds_flat_record
from vitne.model import Node, Opaque

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.identify.search import Searcher
    from vitne.identify.wanted import Wanted
    from vitne.model import Message, Part
    from vitne.pipeline.idle import Idle
    from vitne.pipeline.openings import Openings


class Dull:
    """Says of parts whether a patient reader would find anything in them."""

    def __init__(self, searcher: Searcher, wanted: Wanted, idle: Idle, opener: Openings | None) -> None:
        self._searcher = searcher
        self._wanted = wanted
        self._idle = idle
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
        given = {"wanted": self._wanted, "opener": self._opener}
        items = list(self._idle.again.unwrap(part, data, budget=Budget(), **given))  # type: ignore[arg-type]
        nodes = [item for item in items if isinstance(item, Node)]
        plain = len(nodes) == 1 and all(isinstance(item, Node | Opaque) for item in items)
        return nodes[0] if plain else None
