"""What was found, spelled anew for its stand-in: through the layers that the finding itself tells.

A value that went through digests, salts, codecs or several fields is not looked for by its bytes alone: the
finding says what was done to it, and the same is done to the stand-in.
"""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vitne.evidence import placing
from vitne.evidence.edits import Edit
from vitne.identify.codecs import CODECS
from vitne.identify.digest_table import digest
from vitne.identify.pieces import _common, _next
from vitne.identify.spellings import spell
from vitne.pipeline.replay import was_closed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vitne.evidence.pairs import Pairs
    from vitne.model import Finding, Node, Salt, Seed

_LEAST = 4  # bytes of a spelling that the layers of a finding are tried with


class Respelling:
    """Spells what was found anew."""

    def __init__(self, pairs: Pairs, salts: Sequence[Salt] = ()) -> None:
        self._pairs = pairs
        self._salts = {salt.name: salt.data for salt in salts}
        self._rows = {seed.name: row for row, seed in enumerate(pairs.seeds) if seed.name}
        self._points: dict[str, list[placing.Point]] = {}
        self._beside: Sequence[bytes] = ()  # texts that a message may take as a salt

    def edits(self, finding: Finding, node: Node, beside: Sequence[bytes] = ()) -> list[Edit]:
        """Give the changes of the data that a finding stands in; ``beside`` are fields of its message."""
        self._beside = beside
        layers = _beyond(finding, node)
        span = finding.value_range
        place = bytes(node.data[slice(*span)])
        found: list[Edit] | None = None
        if finding.identifier == "location":
            found = self._place(finding, node.data, layers)
        elif layers and layers[0]["codec"] == "split":
            found = self._split(finding, node.data, layers[0])
        elif layers and finding.seed in self._rows:
            made = self._through(finding, place, layers)
            found = None if made is None else [Edit(*span, made)]
        return found or [Edit(*span, self._pairs.told(finding.identifier, place))]

    def beside(self, finding: Finding, north: bytes, east: bytes) -> tuple[bytes, bytes] | None:
        """Give what two fields of a record say of a place's stand-in; None where they say no place."""
        points = self._of(finding)
        return next(filter(None, (placing.fields(north, east, point) for point in points)), None)

    def _place(self, finding: Finding, data: bytes, layers: Sequence[Mapping[str, Any]]) -> list[Edit] | None:
        how, span = str(_params(layers[0]).get("written", "")) if layers else "", finding.value_range
        for point in self._of(finding):
            made = placing.written(data, span, point, how)
            if made:
                return made
        return placing.single(data, span, self._known, self._digits)

    def _digits(self, decimals: str) -> str:
        """Give other decimals for a number of which nothing is known."""
        return self._pairs.bytes("location", decimals.encode()).decode()

    @cached_property
    def _known(self) -> list[placing.Point]:
        """Give all known places with their stand-ins."""
        both = zip(self._pairs.seeds, self._pairs.stand_ins, strict=True)
        return [p for one, two in both if one.latitude is not None for p in placing.points(one, two)]

    def _of(self, finding: Finding) -> list[placing.Point]:
        """Give the places that a finding may stand for, with their stand-ins."""
        row = self._rows.get(finding.seed or "")
        key = finding.seed or finding.value
        if key not in self._points:
            if row is None:
                return []
            self._points[key] = list(placing.points(self._pairs.seeds[row], self._pairs.stand_ins[row]))
        return self._points[key]

    def _split(self, finding: Finding, data: bytes, layer: Mapping[str, Any]) -> list[Edit] | None:
        """Share the stand-in out among the fields as the value is."""
        start, end = finding.value_range
        for _, one, two in self._texts(finding, _params(layer).get("of", "")):
            edits, done, at = [], 0, start
            while len(one) == len(two) and done < len(one) and at < end:
                step = _common(data, at, one[done:], fold=True)
                edits.append(Edit(at, at + step, two[done : done + step]))
                done += step
                following = (
                    _next(data, at + step, one[done : done + 2], fold=True) if done < len(one) else end
                )
                if not step or following is None:
                    break
                at = following
            if done == len(one):
                return edits
        return None

    def _through(self, finding: Finding, place: bytes, layers: Sequence[Mapping[str, Any]]) -> bytes | None:
        """Lead the stand-in through the layers of a finding, where they lead the value to these bytes."""
        of = _params(layers[-1]).get("of", "")
        own = any(
            layer["codec"] == "salted" and _params(layer)["salt"] not in self._salts for layer in layers
        )
        for salt in self._beside if own else (b"",):
            there = self._pairs.told_anew(salt)
            for _, one, two in self._texts(finding, of):
                try:
                    was, made = self._written(one, layers, salt), self._written(two, layers, there)
                except (KeyError, ValueError, TypeError, OverflowError):
                    continue
                if was.lower().startswith(place.lower()) and len(made) >= len(place):
                    return _cased(made[: len(place)], place, was)
        return None

    def _texts(self, finding: Finding, of: str) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield the spellings of a value, each with that of its stand-in: the one that is named first."""
        row = self._rows.get(finding.seed or "")
        if row is None:
            return
        texts = dict(_spelled(self._pairs.seeds[row]))
        others = dict(_spelled(self._pairs.stand_ins[row]))
        for name in sorted(texts, key=lambda each: (each != of, each)):
            if name in others and len(texts[name]) >= _LEAST:
                yield name, texts[name], others[name]

    def _written(self, text: bytes, layers: Sequence[Mapping[str, Any]], told: bytes) -> bytes:
        """Write a text through layers; ``told`` is a salt that the message tells itself."""
        for layer in reversed(layers):
            codec, params = str(layer["codec"]), _params(layer)
            if codec == "salted":
                salt, mark = self._salts.get(params["salt"], told), str(params.get("mark", "")).encode()
                text = salt + mark + text if params["at"] == "before" else text + mark + salt
            elif codec == "hmac":
                text = hmac.digest(self._salts[params["salt"]], text, params["digest"])
            else:
                write = CODECS.get(codec)
                text = digest(codec, text) if write is None else write(text, params)
        return text


def _spelled(seed: Seed) -> Iterator[tuple[str, bytes]]:
    for spelling in spell(seed):
        for name, text in spelling.cases():
            yield name, text.encode()


def _beyond(finding: Finding, node: Node) -> tuple[dict[str, Any], ...]:
    """Give the layers of a finding between the bytes of its node and the value, outermost first."""
    layers = finding.layers[was_closed(finding) :]
    return layers[len(node.path(finding.protocol)) :]


def _params(layer: Mapping[str, Any]) -> dict[str, Any]:
    return dict(layer.get("params") or {})


def _cased(made: bytes, place: bytes, was: bytes) -> bytes:
    """Write letters in the case that the place has, where it is another one than that of the layers."""
    if was.startswith(place):
        return made
    return made.upper() if place == place.upper() else made.lower()
