"""Opening a finding's closed layers once more: as the finding tells them, and with the keys of the user.

A case holds no value of a person, so keys that a value yielded are not looked for again: the finding names
them, for they stand in the message in effect.  Keys of the user stand in no case and have to be given again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.encodings import encodings
from vitne.encodings.add import opened as add_opened
from vitne.encodings.xor import key_of
from vitne.encodings.xor import opened as xor_opened
from vitne.identify.search import Searcher
from vitne.model import Malformed
from vitne.pipeline.openings import Openings

if TYPE_CHECKING:
    from vitne.encodings import Gated
    from vitne.model import Child, Finding, Limits, Node, Secrets


class Reopenings(Openings):
    """The opener of one finding that is read back."""

    def __init__(self, secrets: Secrets, finding: Finding) -> None:
        super().__init__(secrets, Searcher([]))
        self.any = True
        closed = finding.layers[0]["codec"] == "tls" and finding.protocol != "tls"
        self._layers = finding.layers[1:] if closed else finding.layers
        self._protocol = finding.protocol

    def open(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give the next layer as the finding tells it, or what the keys open."""
        told = self._next(node)
        if told is not None and told["codec"] in {"xor", "add"}:
            key = told.get("params", {}).get("key")
            make = xor_opened if told["codec"] == "xor" else add_opened
            start, end = told["range"]
            child = make(node.data, key_of(key), limits, span=(start, end))
            return [(encodings()[told["codec"]], child)]
        if told is not None and told["codec"] in {"hex", "base64"}:
            encoding = encodings()[told["codec"]]
            try:
                return [(encoding, child) for child in encoding.unwrap(node.data, limits)]
            except Malformed:
                return []
        return super().open(node, limits)

    def open_record(self, node: Node, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give the same: a finding tells how a record was opened, too."""
        return self.open(node, limits)

    def _next(self, node: Node) -> dict[str, Any] | None:
        """Give the layer of the finding behind a node that its layers lead through; None beside them."""
        own = [(layer.codec, (layer.start, layer.end)) for layer in node.path(self._protocol)]
        told = [(layer["codec"], tuple(layer["range"])) for layer in self._layers]
        return self._layers[len(own)] if own == told[: len(own)] and len(own) < len(told) else None
