"""Cargo: bytes on their way out, and where in them the planted value stands."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

HERE = Path(__file__).resolve().parent


class CannotCarryError(Exception):
    """A layer or a carrier cannot hold these bytes."""


@dataclass(frozen=True)
class Cargo:
    """Some bytes and what is known of them."""

    data: bytes
    low: int  # half-open range in which the value stands
    high: int
    layers: tuple[str, ...] = ()  # what was put around the value, innermost first
    reachable: bool = True  # whether anyone without the sender's secret could read it
    beside: tuple[tuple[str, str], ...] = ()  # parameters that travel in clear with it
    headers: tuple[tuple[str, str], ...] = ()  # header lines that a carrier with a head writes

    @property
    def value(self) -> bytes:
        """The bytes of the value."""
        return self.data[self.low : self.high]

    def wrapped(self, data: bytes, place: tuple[int, int], layer: str, **changes: Any) -> Cargo:
        """Give the cargo one layer further out; ``place`` is where the value stands now.

        A layer that leaves the value readable as it was is noted with "~": it need not be undone.
        """
        seen = self.value in data if place == (0, len(data)) else data[place[0] : place[1]] == self.value
        layers = (*self.layers, ("~" if seen else "") + layer)
        return replace(self, data=data, low=place[0], high=place[1], layers=layers, **changes)

    def mapped(self, encode: Callable[[bytes], bytes], layer: str) -> Cargo:
        """Wrap with an encoder that treats each byte by itself, so that places follow from lengths."""
        low = len(encode(self.data[: self.low]))
        high = low + len(encode(self.value))
        return self.wrapped(encode(self.data), (low, high), layer)

    def whole(self, data: bytes, layer: str, **changes: Any) -> Cargo:
        """Wrap with an encoder in which each byte depends on all: the value stands everywhere."""
        return self.wrapped(data, (0, len(data)), layer, **changes)

    def framed(self, before: bytes, after: bytes, layer: str, **changes: Any) -> Cargo:
        """Put bytes before and behind."""
        place = (self.low + len(before), self.high + len(before))
        return self.wrapped(before + self.data + after, place, layer, **changes)

    def text(self) -> str:
        """Give the bytes as text; raises CannotCarryError where they are none."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError:
            raise CannotCarryError("no text") from None
        if any(ord(character) < 32 and character not in "\t\r\n" for character in text):
            raise CannotCarryError("control characters")
        return text


@dataclass(frozen=True)
class Words:
    """Names, keys and other words of the bench."""

    names: dict[str, list[str]]  # kind of word -> words
    fields: dict[str, list[str]]  # identifier -> names of the field it travels in
    keys: dict[int, list[bytes]] = field(default_factory=dict)  # length in bytes -> cipher keys

    def pick(self, kind: str, chance: Random) -> str:
        """Draw a word of a kind."""
        return chance.choice(self.names[kind])

    def key_of(self, identifier: str, chance: Random) -> str:
        """Draw a name of the field that an identifier travels in."""
        return chance.choice(self.fields.get(identifier, ["v"]))


def read_words() -> Words:
    """Read the file of words."""
    data = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    fields, ciphers = data.pop("field"), data.pop("cipher")
    keys: dict[int, list[bytes]] = {}
    for entry in ciphers:
        key = bytes.fromhex(entry["hex"]) if "hex" in entry else entry["text"].encode()
        keys.setdefault(len(key), []).append(key)
    return Words(names=data, fields=fields, keys=keys)


Wrap = "Callable[[Cargo, Random, Words], Cargo]"
