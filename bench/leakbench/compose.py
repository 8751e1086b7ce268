"""Track R: layers drawn at random, so that no list of chains can be learned."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from .cargo import CannotCarryError
from .carriers import RANDOM
from .cases import MANNERS, Means, Recipe, build
from .people import IDENTIFIERS
from .spellings import usual

if TYPE_CHECKING:
    from .cargo import Cargo
    from .carriers import Load
    from .people import Person

POOL = (
    "base64", "base64url", "base64-mime", "hex", "hex-upper", "base32", "gzip", "zlib", "brotli", "zstd",
    "deflate",
    "aes-ecb", "aes-cbc", "xor-1", "protobuf", "msgpack", "percent", "form", "json", "utf-16le",
    "websocket-mask", "lzstring", "lz4", "base58", "any-base85", "cbor", "quoted-printable",
)  # fmt: skip
RECORDS = ("json", "json", "json", "form", "pairs", "xml")


class Rejections:
    """What was drawn and could not be carried: layer or carrier, why, how often."""

    def __init__(self) -> None:
        self.layers: collections.Counter[tuple[str, str]] = collections.Counter()
        self.carriers: collections.Counter[tuple[str, str]] = collections.Counter()
        self.spellings = 0


def draw(person: Person, depth: int, means: Means, *, rejected: Rejections) -> tuple[Recipe, Cargo, Load]:
    """Draw until layers and carrier can hold the bytes; count what had to be drawn again."""
    chance = means.chance
    while True:
        identifier = chance.choice(IDENTIFIERS)
        spelling = chance.choice(usual(identifier))
        chain = tuple(chance.choice(POOL) for _ in range(depth))
        record = chance.choice(RECORDS)
        manner = chance.choice(MANNERS)
        name = " | ".join(chain)
        bare = Recipe(name, f"depth {depth}", identifier, spelling, record, chain, "tcp", manner)
        try:
            build(bare, person, means)
        except CannotCarryError as why:
            rejected.layers[_culprit(bare, person, means), str(why)] += 1
            continue
        while True:  # the carrier is drawn by itself, so that no chain is rarer for it
            carrier = chance.choice(RANDOM)
            recipe = Recipe(name, f"depth {depth}", identifier, spelling, record, chain, carrier, manner)
            try:
                cargo, load = build(recipe, person, means)
            except CannotCarryError as why:
                rejected.carriers[carrier, str(why)] += 1
                continue
            return recipe, cargo, load


def _culprit(recipe: Recipe, person: Person, means: Means) -> str:
    """Name the layer that refused: the last of the shortest chain that fails."""
    for count in range(len(recipe.layers) + 1):
        part = Recipe(
            recipe.chain, recipe.family, recipe.identifier, recipe.spelling, recipe.record,
            recipe.layers[:count], "tcp",
        )  # fmt: skip
        try:
            build(part, person, means)
        except CannotCarryError:
            return recipe.layers[count - 1] if count else "record"
    return "by chance"
