"""Chains of codecs, prepared: what several chains begin with is written once for each text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from vitne.identify.needles import Layers

    Codec = Callable[[bytes, dict[str, Any]], bytes]


Word = TypeVar("Word")


class Chains(Generic[Word]):
    """Chains of codecs, each with a word about it that is given back as it is."""

    def __init__(self, chains: Iterable[tuple[Layers, Word]], codecs: Mapping[str, Codec]) -> None:
        """Prepare chains; raises KeyError for an unknown codec."""
        self._steps: list[tuple[int, Codec, dict[str, Any]]] = []  # what is written on, 0 for the text
        self._ends: list[tuple[int, Layers, Word]] = []
        places: dict[Layers, int] = {(): 0}
        for layers, word in chains:
            for depth, (codec, params) in enumerate(layers, 1):
                if layers[:depth] not in places:
                    self._steps.append((places[layers[: depth - 1]], codecs[codec], dict(params)))
                    places[layers[:depth]] = len(self._steps)
            self._ends.append((places[layers], layers, word))

    def written(self, text: bytes) -> Iterator[tuple[bytes, Layers, Word]]:
        """Give a text through each chain, in their order; ValueError where a codec cannot."""
        written = [text]
        for source, codec, params in self._steps:
            written.append(codec(written[source], params))
        for place, layers, word in self._ends:
            yield written[place], layers, word
