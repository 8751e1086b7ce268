"""Track F: the chains of chains.toml, each with every identifier that fits."""

from __future__ import annotations

import tomllib

from .cargo import HERE
from .carriers import CARRIERS
from .cases import RECORDS, Recipe
from .layers import LAYERS
from .people import STRONG

MANY = 10  # most identifiers a chain is tried with


def chains() -> dict[str, tuple[str, str]]:
    """Give each chain's family and line by the chain's name."""
    data = tomllib.loads((HERE / "chains.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, str]] = {}
    for family, lines in data.items():
        for name, line in lines.items():
            full = f"{family}: {name}" if name in found else name
            found[full] = (family, line)
    return found


def templates() -> dict[str, str]:
    """Give the records of known senders by name."""
    return tomllib.loads((HERE / "templates.toml").read_text(encoding="utf-8"))


def parse(name: str, family: str, line: str) -> list[Recipe]:
    """Read one line of chains.toml; raises ValueError for a word that nobody knows."""
    text, _, listed = line.partition(" for ")
    record, *rest = text.split()
    record, _, spelling = record.partition(":")
    carrier = next((word[1:] for word in rest if word.startswith("@")), "body")
    carrier, _, manner = carrier.partition("/")
    layers = tuple(word for word in rest if not word.startswith("@"))
    unknown = [word for word in layers if word not in LAYERS]
    known_record = record in RECORDS or record.removeprefix("t.") in templates()
    if unknown or carrier not in CARRIERS or not known_record:
        raise ValueError(f"{name}: unknown word in {line!r}")
    identifiers = tuple(listed.split(",")) if listed else STRONG
    return [
        Recipe(name, family, identifier, spelling, record, layers, carrier, manner)
        for identifier in identifiers[:MANY]
    ]


def recipes(*, most: int = MANY) -> list[Recipe]:
    """Give the recipes of the track; ``most`` limits the identifiers of a chain."""
    return [
        recipe for name, (family, line) in chains().items() for recipe in parse(name, family, line)[:most]
    ]
