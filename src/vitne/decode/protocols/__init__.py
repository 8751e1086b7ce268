"""The protocols that are read: one module each, found by looking in this folder.

A module is a protocol when it has a name ``decoder``: a class that follows ``vitne.model.Decoder``.
Besides what the model asks for, a decoder may state:

``first_bytes``: transport ("tcp", "udp") -> the bytes a side can begin with; it is not asked about others.
A transport that does not stand there is never asked for.

``closed_first``: the first bytes of datagrams that are closed to their end: of those it is told by
``pass_over(side, count, length)`` alone.

``continues``: the upgrades that it takes over from, by the names that decoders give them; see ``continuing``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from vitne.model import Fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitne.model import Decoder


@cache
def decoders() -> Mapping[str, type[Decoder]]:
    """Give all decoders of this folder by their names, sorted."""
    found: dict[str, type[Decoder]] = {}
    for module in pkgutil.iter_modules(__path__):
        decoder = getattr(importlib.import_module(f"{__name__}.{module.name}"), "decoder", None)
        if decoder is not None:
            found[decoder.name] = decoder
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _candidates(transport: str) -> tuple[tuple[type[Decoder], ...], ...]:
    """Give for each of the 256 first bytes the decoders that can begin with it, sorted by name."""
    rows: list[list[type[Decoder]]] = [[] for _ in range(256)]
    for decoder in decoders().values():
        declared: Mapping[str, bytes] | None = getattr(decoder, "first_bytes", None)
        for byte in range(256) if declared is None else declared.get(transport, b""):
            rows[byte].append(decoder)
    return tuple(tuple(row) for row in rows)


def choose(head: bytes, transport: str, side: int) -> type[Decoder] | None:
    """Choose what fits the first bytes of a side best; ties go to the first name; None if nothing fits."""
    return judge(head, transport, side)[1]


def judge(head: bytes, transport: str, side: int) -> tuple[int, type[Decoder] | None]:
    """Give how well the best decoder fits the first bytes of a side, and that decoder; see ``choose``."""
    if not head:
        return Fit.NO, None
    best, winner = Fit.NO, None
    for decoder in _candidates(transport)[head[0]]:
        fit = decoder.fit(head, transport, side)
        if fit > best:
            best, winner = fit, decoder
            if fit == Fit.CERTAIN:
                break
    return best, winner


@cache
def asked_first(name: str, transport: str) -> bytes:
    """Give the first bytes with which the decoder of this name is asked before all others."""
    rows = enumerate(_candidates(transport))
    return bytes(byte for byte, row in rows if row and row[0] is decoders()[name])


def continuing(upgraded: str) -> type[Decoder] | None:
    """Give the decoder that takes over from an upgrade of this name; None where its bytes tell."""
    for decoder in decoders().values():
        if upgraded in getattr(decoder, "continues", ()):
            return decoder
    return None


def open_decoder(
    decoder: type[Decoder], destination: tuple[str, int] = ("", 0), *, transport: str = "tcp"
) -> Decoder:
    """Make a decoder for one flow.

    The transport, and the destination (address, port), which only names a variant such as mDNS, are handed to
    those constructors that ask for them by name.
    """
    known = {"destination": destination, "transport": transport}
    make: Any = decoder
    made: Decoder = make(**{name: known[name] for name in _takes(decoder)})
    return made


@cache
def _takes(decoder: type[Decoder]) -> tuple[str, ...]:
    code = getattr(decoder.__init__, "__code__", None)
    asked = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code is not None else ()
    return tuple(name for name in ("destination", "transport") if name in asked)
