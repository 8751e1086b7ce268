"""Parts of messages that say the same over and over and hold nothing: looked at twice, then passed over.

A header field such as ``Accept-Encoding: gzip`` comes with every request of an app.  What stands in a part is
decided by its bytes, its path and its protocol alone; so once a part was unwrapped, searched and judged and
nothing was in it, the same bytes at the same place need no second look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne import catalog
from vitne.decode.unwrap import Budget, unwrap
from vitne.identify.candidates import any_spot
from vitne.identify.flat import entries
from vitne.model import Message, Node

if TYPE_CHECKING:
    from vitne.identify.search import Searcher
    from vitne.model import Part

LONGEST = 512  # bytes of a part that is remembered
MOST = 16384  # parts that are remembered

_Key = tuple[str, str, bytes]


class Idle:
    """What was met in small parts of messages: nothing, something, or not looked at yet."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._known: dict[_Key, bool] = {}  # False: met once, or something is in it; True: nothing is
        self._once: set[_Key] = set()
        self._flat = [
            (tuple(field.name for field in sender.field), sender.match.prefix.encode())
            for sender in catalog.senders()
            if sender.layout == "flat"
        ]

    def holds_nothing(self, message: Message, part: Part, data: bytes) -> bool:
        """Say whether it is known that nothing is found in a part; a body is never passed over."""
        if len(data) > LONGEST or part.path == "body":
            return False
        key = (message.protocol, part.path, data)
        known = self._known.get(key)
        if known is not None:
            return known
        if len(self._known) + len(self._once) >= MOST:
            self._known.clear()
            self._once.clear()
        if key not in self._once:
            self._once.add(key)
            return False
        self._once.discard(key)
        told = self._known[key] = self._look(message, part, data)
        return told

    def known(self, protocol: str, path: str, data: bytes) -> bool:
        """Say whether it is known from before that nothing is found in such a part."""
        return self._known.get((protocol, path, data), False)

    def _look(self, message: Message, part: Part, data: bytes) -> bool:
        nodes: list[Node] = []
        for item in unwrap(part, data, budget=Budget()):
            if not isinstance(item, Node) or nodes:
                return False
            nodes.append(item)
        if self._searcher.places(data) or any(entries(data, names, prefix) for names, prefix in self._flat):
            return False
        return not any_spot(nodes, message) and next(self._searcher.nodes(nodes), None) is None
