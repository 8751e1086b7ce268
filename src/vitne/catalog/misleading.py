"""What misleads when an owner is looked for: traps of registers, and fronts that stand before a service."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal, TypeVar

import msgspec

from vitne.catalog.reading import data_folder, faults
from vitne.model.attribution import FACT_KINDS

FrontKind = Literal["content-delivery", "cloud", "hosting", "front-door", "anycast"]


class Trap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names that registers show in the holder's place."""

    names: tuple[str, ...]  # whole words, lower case, looked for in a fact's value
    kinds: tuple[str, ...]  # kinds of facts in which they mislead
    stands_as: Literal["registry", "handed-on", "proxy", "withheld"]  # in place of the registrant or holder
    why: str  # for a person
    because: str  # document read


class Front(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company behind whose addresses or names others' services stand."""

    name: str
    kind: FrontKind
    domains: tuple[str, ...]
    networks: tuple[str, ...]  # AS numbers, as AS64496
    because: str


class TrapFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file ``data/traps.toml``."""

    id: str
    licence: str
    because: str
    trap: tuple[Trap, ...]


class FrontFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file ``data/fronts.toml``."""

    id: str
    licence: str
    because: str
    front: tuple[Front, ...]


T = TypeVar("T", TrapFile, FrontFile)


@cache
def traps() -> tuple[Trap, ...]:
    """Give the traps; raises CatalogError."""
    content = _read("traps", TrapFile)
    errors = [
        f"traps.toml: `{kind}` is no kind of fact"
        for trap in content.trap
        for kind in trap.kinds
        if kind not in FACT_KINDS
    ]
    errors += [
        f"traps.toml: {n} is not lower case" for trap in content.trap for n in trap.names if n != n.lower()
    ]
    if errors:
        raise faults(errors)
    return content.trap


@cache
def fronts() -> tuple[Front, ...]:
    """Give the fronts; raises CatalogError where a network or a name stands twice."""
    content = _read("fronts", FrontFile)
    named = [word for front in content.front for word in (*front.domains, *front.networks)]
    twice = sorted({word for word in named if named.count(word) > 1})
    if twice:
        raise faults([f"fronts.toml: {word} stands twice" for word in twice])
    return content.front


def _read(name: str, kind: type[T]) -> T:
    place = data_folder() / f"{name}.toml"
    try:
        content = msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), kind)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise faults([f"{place.name}: {error}"]) from error
    if content.id != name or content.licence != "CC0-1.0":
        raise faults([f"{place.name}: id or licence is wrong"])
    return content
