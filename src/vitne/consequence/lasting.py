"""What lasts: which identifiers outlive an app, a factory reset, a change of the SIM card."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal

import msgspec

from vitne.catalog.reading import data_folder, faults
from vitne.model import IDENTIFIERS

Word = Literal["yes", "no", "unknown"]


class Lasting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long one kind of identifier points at the same."""

    identifier: str  # word of the closed list
    outlives_app: Word  # the app is removed and installed again
    outlives_reset: Word  # factory reset
    outlives_card: Word  # another SIM card
    of: str  # what it points at: device, subscription, card, person, vendor, app, place, unknown
    resettable: (
        str  # by whom or by what it can be made anew: "no", "yes", "by reset", "by reinstall", "unknown"
    )
    because: str  # note or specification


class LastingFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file ``data/lasting.toml``."""

    id: str
    licence: str
    because: str
    lasting: tuple[Lasting, ...]


@cache
def lasting() -> dict[str, Lasting]:
    """Give what is known by identifier; raises CatalogError."""
    place = data_folder() / "lasting.toml"
    try:
        content = msgspec.convert(tomllib.loads(place.read_text(encoding="utf-8")), LastingFile)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise faults([f"{place.name}: {error}"]) from error
    words = [each.identifier for each in content.lasting]
    wrong = [
        f"{place.name}: {word} is unknown or stands twice"
        for word in words
        if words.count(word) > 1 or word not in IDENTIFIERS
    ]
    if wrong:
        raise faults(wrong)
    return {each.identifier: each for each in content.lasting}


def permanent(identifier: str) -> bool:
    """Say whether an identifier outlives a factory reset for sure."""
    known = lasting().get(identifier)
    return known is not None and known.outlives_reset == "yes"


def can_be_reset(identifier: str) -> bool:
    """Say whether an identifier can be made anew by its owner, a reset or a new installation."""
    known = lasting().get(identifier)
    return known is not None and known.resettable not in {"no", "unknown"}
