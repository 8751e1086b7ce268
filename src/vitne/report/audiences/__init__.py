"""One file for each kind of reader: what it is told, in what order.  All draw from the same frozen facts."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from vitne.report.blocks import Page
    from vitne.report.facts import Facts


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader is told beside the facts; nothing of it changes them."""

    country: str = ""  # where the owner lives, ISO 3166-1 alpha-2
    letter: str = ""  # "complaint", "access", "reply", "" for the report itself
    encodings: tuple[str, ...] = ()  # names of the encodings that a scan looks through
    custody: dict[str, Any] = {}  # entries and head of the ledger; of a bag manifest, key, timestamps
    packets: dict[str, Any] = {}  # finding id -> layers read back from the captures, values covered


def page(audience: str, facts: Facts, setting: Setting) -> Page:
    """Make the report of one kind of reader, or a letter."""
    name = "letters" if setting.letter else audience
    module = importlib.import_module(f"vitne.report.audiences.{name}")
    made: Page = module.page(facts, setting)
    return made
