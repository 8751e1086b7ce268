"""The data files of device events, ready to be asked what an entry, a line or a usage event means."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from vitne.catalog.events import event_files
from vitne.model import EventKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.catalog.events import Meaning, Tag

LONGEST = 4096  # bytes of a message that are looked at


class Meant(msgspec.Struct, frozen=True):
    """What an entry means."""

    kind: EventKind
    detail: str
    rule: str  # data file and name of the entry


class Rulebook:
    """All data files together."""

    def __init__(self) -> None:
        self.tags: dict[str, list[tuple[str, Tag]]] = {}
        self.numbers: dict[int, list[tuple[str, Tag]]] = {}
        self.lines: dict[tuple[str, str], list[tuple[str, re.Pattern[str], EventKind]]] = {}
        self.words: dict[str, set[str]] = {}
        self.usage: dict[str, tuple[str, EventKind, bool]] = {}
        for file in event_files():
            for tag in file.tag:
                self.tags.setdefault(tag.name, []).append((file.id, tag))
                self.numbers.setdefault(tag.number, []).append((file.id, tag))
            for line in file.line:
                self.words.setdefault(file.system, set()).add(line.word or line.tag)
                found = self.lines.setdefault((file.system, line.tag), [])
                found.append((file.id, re.compile(line.pattern), line.kind))
            for usage in file.usage:
                self.usage[usage.type] = (file.id, usage.kind, usage.detail)

    def names(self, system: str) -> tuple[str, ...]:
        """Give the words that stand in every line which may mean something."""
        lines = self.words.get(system, set()) - {"*"}
        return tuple(sorted(lines | (set(self.tags) if system == "android" else set())))

    def entry(self, tag: str | int, fields: Sequence[str | int | float]) -> Meant | None:
        """Give what an entry of the event log means; its fields come as text, or as typed values."""
        known = self.numbers.get(tag, ()) if isinstance(tag, int) else self.tags.get(tag, ())
        for file, each in known:
            if _fits(each.shape, fields):
                return _meaning(each.event, fields, f"{file}:{each.name}")
        return None

    def shape_differs(self, tag: str | int) -> bool:
        """Tell whether a tag is known, so that an entry of another shape is worth a remark."""
        return tag in self.numbers if isinstance(tag, int) else tag in self.tags

    def line(self, system: str, tag: str, message: str) -> Meant | None:
        """Give what a readable line means."""
        for name in (tag, "*"):
            for file, pattern, kind in self.lines.get((system, name), ()):
                found = pattern.search(message[:LONGEST])
                if found is not None:
                    detail = found.group(1) if found.re.groups else ""
                    return Meant(kind, detail or "", f"{file}:{tag[:60]}")
        return None

    def used(self, kind: str, package: str) -> Meant | None:
        """Give what a usage event means."""
        known = self.usage.get(kind)
        if known is None:
            return None
        return Meant(known[1], package if known[2] else "", f"{known[0]}:{kind}")


@cache
def rulebook() -> Rulebook:
    """Give the rules, read once."""
    return Rulebook()


def split_fields(body: str) -> list[str]:
    """Split ``[1,2,text]`` or a single value into its fields; text that holds commas comes apart."""
    inner = body.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
        return inner.split(",") if inner else []
    return [inner] if inner else []


def _fits(shape: str, fields: Sequence[str | int | float]) -> bool:
    if len(fields) != len(shape):
        return False
    return all(_is(letter, field) for letter, field in zip(shape, fields, strict=True))


def _is(letter: str, field: str | float) -> bool:
    if not isinstance(field, str):
        return letter == "f" if isinstance(field, float) else letter in "il"
    if letter == "s":
        return True
    return re.fullmatch(r"-?\d{1,19}" if letter in "il" else r"-?\d+(?:\.\d+)?", field) is not None


def _meaning(meanings: Sequence[Meaning], fields: Sequence[str | int | float], rule: str) -> Meant | None:
    for each in meanings:
        fitting = all(str(fields[int(place)]) == value for place, value in each.when.items())
        if fitting and all(re.search(own, str(fields[int(at)])[:LONGEST]) for at, own in each.like.items()):
            detail = "" if each.detail is None else str(fields[each.detail])[:200].partition("/")[0]
            return Meant(each.kind, detail, rule)
    return None
