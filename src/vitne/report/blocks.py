"""What every report is made of, whatever its format: headings, paragraphs, lists, tables, pictures.

Foreign text goes through ``visible`` before it gets here; each format then escapes for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.report.inert import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 400
"""Characters of any one foreign text."""


class Heading(msgspec.Struct, frozen=True):
    """A heading; level 1 is the title's sections."""

    level: int
    text: str


class Para(msgspec.Struct, frozen=True):
    """A paragraph; a lead stands out."""

    text: str
    lead: bool = False


class Items(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple[str, ...]
    numbered: bool = False


class Grid(msgspec.Struct, frozen=True):
    """A table with a head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Code(msgspec.Struct, frozen=True):
    """Text as it is, in lines of equal letters."""

    text: str
    caption: str = ""


class Picture(msgspec.Struct, frozen=True):
    """A drawing as SVG, with the same told in words."""

    svg: str
    told: str
    caption: str


Block = Heading | Para | Items | Grid | Code | Picture


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report."""

    title: str
    language: str  # ISO 639-1
    day: str  # of the newest capture: what stands in the place of a clock
    blocks: tuple[Block, ...]


def without_echo(blocks: Iterable[Block]) -> list[Block]:
    """Take the caption from a table that stands right below a heading of the same words."""
    out: list[Block] = []
    for block in blocks:
        before = out[-1] if out else None
        echo = isinstance(block, Grid) and isinstance(before, Heading) and block.caption == before.text
        out.append(msgspec.structs.replace(block, caption="") if echo else block)
    return out


def shown(text: object, limit: int = LONGEST) -> str:
    """Give foreign text inert and visible."""
    return visible(str(text), limit)


class Whither(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of where data went, drawn elsewhere, with the same told in words."""

    heading: str
    svg: str  # markup of our own drawing, without a style of its own
    title: str  # what it shows, one sentence
    told: tuple[str, ...]  # what it shows, one sentence a row
    note: str = ""  # what it rests on, or what was left out
