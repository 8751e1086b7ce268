"""Ways of wrapping bytes, one module each, found by looking in this folder."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from vitne.model import Encoding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Family = Literal["structure", "text", "binary", "transfer"]


class Gated(Encoding, Protocol):
    """An encoding that says on which bytes it is worth a look; without that it has to be announced."""

    family: Family
    # "structure": fields inside readable bytes, children are slices of them; the first that fits wins
    # "text": readable bytes that stand for others
    # "binary": tried where bytes are not readable
    # "transfer": only where a message announces it
    order: int  # within its family: the lower is tried first; a text encoding below 0 before the structures,
    # for it takes the whole data or nothing

    # An encoding may also state ``marks``: of these bytes some must stand in the data, else it finds nothing
    # (of a binary one in the first 256 KiB); ``run``: so many letters and digits (12 or more) must stand in a
    # row, or with ``beyond_ascii`` something that is not ASCII; ``alone``: without + / _ and - among them,
    # unless lines are joined; ``solid``: no space may stand in the data; ``begins``: the values of the first
    # byte, one of which the data have; ``ends``: those of the last.


class Sieve:
    """Which fields of a record are asked for; the others are stepped over."""

    __slots__ = ("ends", "names", "nothing", "starts", "tests")

    def __init__(
        self,
        *,
        names: Mapping[bytes | None, bool],
        texts: Callable[[bytes], bool],
        numbers: Callable[[bytes], bool],
        spans: Iterable[tuple[int, int]],
        nothing: Callable[[Iterable[bytes], list[bytes], list[bytes]], bool] | None = None,
    ) -> None:
        """Take the ranges of the record of which every field that they touch is asked for."""
        self.nothing = (
            nothing  # of names, texts and numbers of a record, that none is asked for; None: not told
        )
        self.names = names  # by the nearest name as it is spelled; None stands for no name
        self.tests = (texts,) * 4 + (numbers,)  # what text in quotes, and what number, is asked for
        self.starts: list[int] = []  # the ranges, joined where they overlap, with one behind all
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)
        self.starts.append(sys.maxsize)


@functools.cache
def encodings() -> Mapping[str, Gated]:
    """Give every encoding of this folder by name, sorted; modules named _x are none."""
    found: dict[str, Gated] = {}
    for info in pkgutil.iter_modules(__path__):
        if not info.name.startswith("_"):
            one: Gated = importlib.import_module(f"{__name__}.{info.name}").encoding
            found[one.name] = one
    return MappingProxyType(dict(sorted(found.items())))


__all__ = ["Family", "Gated", "Sieve", "encodings"]
