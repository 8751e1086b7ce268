"""Ways of wrapping bytes, one module each, found by looking in this folder."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

from vitne.model import Encoding

if TYPE_CHECKING:
    from collections.abc import Mapping

Family = Literal["structure", "text", "binary", "transfer"]


class Gated(Encoding, Protocol):
    """An encoding that says on which bytes it is worth a look; without that it has to be announced."""

    family: Family
    # "structure": fields inside readable bytes, children are slices of them; the first that fits wins
    # "text": readable bytes that stand for others
    # "binary": tried where bytes are not readable
    # "transfer": only where a message announces it
    order: int  # within its family: the lower is tried first


@functools.cache
def encodings() -> Mapping[str, Gated]:
    """Give every encoding of this folder by name, sorted; modules named _x are none."""
    found: dict[str, Gated] = {}
    for info in pkgutil.iter_modules(__path__):
        if not info.name.startswith("_"):
            one: Gated = importlib.import_module(f"{__name__}.{info.name}").encoding
            found[one.name] = one
    return MappingProxyType(dict(sorted(found.items())))


__all__ = ["Family", "Gated", "encodings"]
