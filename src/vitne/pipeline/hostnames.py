"""Names of hosts in which nothing stands, many told at once.

A name of short labels of letters and digits wraps nothing where no run in it is long enough to be wrapped.
Then it holds something only where a rule or the search for known values takes something, and both look
through all names in one go.  What may hold more is left to a patient look.  RFC 1035 section 3.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.decode.unwrap_gates import worth_opening
from vitne.encodings import encodings
from vitne.identify.candidates import any_spot
from vitne.model import Child, Message, Node, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.identify.search import Searcher

_LABELS = re.compile(rb"(?:[\x01-\x1f][0-9A-Za-z_-]+)+\0")
"""Labels of less than 32 bytes: nothing is read in the lengths before them."""
_LONGEST = 255  # bytes of a name on the wire
_ASKS = Message(protocol="dns", kind="query", side=0, start=0, end=0)


def idle_names(searcher: Searcher, wires: Sequence[bytes]) -> list[bool]:
    """Say of each name, as it stands on the wire, whether it is known that nothing stands in it."""
    whole = [_nodes(wire) for wire in wires]
    nodes = [node for own in whole for node in own]
    if not nodes:
        return [False] * len(wires)
    touched = {id(sighting.node.part) for sighting in searcher.nodes(nodes)}
    spotted = any_spot(nodes, _ASKS)
    near = bool(searcher.places(b"\n".join(node.data for node in nodes)))
    return [
        bool(own)
        and id(own[0].part) not in touched
        and not (spotted and any_spot(own, _ASKS))
        and not (near and any(searcher.places(node.data) for node in own))
        for own in whole
    ]


def _nodes(wire: bytes) -> list[Node]:
    """Give a name as it stands and as it is written; nothing where more may be unwrapped."""
    text = _text(wire)
    if text is None or worth_opening(text):
        return []
    part = Part(path="question", start=0, end=len(wire), field="name")
    root = Node(wire, part=part)
    child = Child(data=text, start=0, end=len(wire))
    return [root, Node(text, part=part, parent=root, child=child, encoding=encodings()["dns-name"])]


def _text(wire: bytes) -> bytes | None:
    """Give a name as it is written, of short labels of letters and digits; None for any other."""
    if len(wire) > _LONGEST or _LABELS.fullmatch(wire) is None:
        return None
    labels, at = [], 0
    while at < len(wire) - 1:
        label = wire[at + 1 : at + 1 + wire[at]]
        if not label.replace(b"_", b"").replace(b"-", b"").isalnum():
            return None  # a length that is none
        labels.append(label)
        at += 1 + wire[at]
    return b".".join(labels) if at == len(wire) - 1 else None
