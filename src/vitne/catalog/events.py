"""What lines of device logs mean: one file per version or kind of log, all applied together.

A maker may give a number of the event log another meaning, so a tag counts only with its whole shape.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache

import msgspec

from vitne.catalog.complaints import LICENCES
from vitne.catalog.reading import data_folder, faults, toml_files
from vitne.model import EventKind

SHAPES = frozenset("ilsf")


class Meaning(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an entry of the event log is an event."""

    kind: EventKind
    when: dict[str, str] = {}  # number of a field, from 0 -> what it has to be, as text
    like: dict[str, str] = {}  # number of a field -> regular expression searched in it
    detail: int | None = None  # field that becomes the event's detail


class Tag(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of entry of the event log."""

    number: int
    name: str
    shape: str  # a letter a field: i 32 bits, l 64 bits, s text, f a fraction
    event: tuple[Meaning, ...]


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of readable line."""

    tag: str  # tag of logcat, or process of a syslog
    pattern: str  # regular expression searched in the message; its first group is the detail
    kind: EventKind
    word: str = ""  # stands in every such line, and is looked for first; by default the tag
    example: str  # a message, written by hand, that has to match


class Usage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One type of usage event."""

    type: str  # as ``dumpsys usagestats`` writes it
    kind: EventKind
    detail: bool = False  # the package is the event's detail


class EventFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data file of device events."""

    id: str
    title: str
    licence: str
    because: str
    versions: str = ""  # of the system, for a person
    system: str = "android"  # "android" or "ios"
    tag: tuple[Tag, ...] = ()
    line: tuple[Line, ...] = ()
    usage: tuple[Usage, ...] = ()


@cache
def event_files() -> tuple[EventFile, ...]:
    """Give all data files of device events, by name; raises CatalogError with every error."""
    errors: list[str] = []
    files: list[EventFile] = []
    for source in toml_files(data_folder() / "events"):
        try:
            content = msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), EventFile)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
            errors.append(f"{source.name}: {error}")
            continue
        errors += [
            f"{source.name}: {what}" for what in complaints(content, source.name.removesuffix(".toml"))
        ]
        files.append(content)
    if errors:
        raise faults(errors)
    return tuple(files)


def complaints(content: EventFile, name: str) -> list[str]:
    """Say what is wrong with a data file of this name."""
    out = []
    if content.id != name:
        out.append(f"id `{content.id}` is not the name of the file")
    if content.licence not in LICENCES:
        out.append(f"licence `{content.licence}` is none of {', '.join(sorted(LICENCES))}")
    for tag in content.tag:
        if not set(tag.shape) <= SHAPES:
            out.append(f"shape `{tag.shape}` of {tag.name} has other letters than i, l, s, f")
        for each in tag.event:
            fields = [int(key) for key in each.when if key.isdigit()]
            fields += [int(key) for key in each.like if key.isdigit()]
            if len(fields) < len(each.when) + len(each.like):
                out.append(f"{tag.name} names a field that is no number")
            fields += [] if each.detail is None else [each.detail]
            if any(field >= len(tag.shape) for field in fields):
                out.append(f"{tag.name} names a field that its shape does not have")
    return out + [
        f"the example of {line.tag} ({line.kind}) does not match its pattern"
        for line in content.line
        if re.search(line.pattern, line.example) is None or line.word not in line.example
    ]
