"""What a known sender's data file says: how its messages look and what its fields mean."""

from __future__ import annotations

import msgspec


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a message of this sender is known.  All conditions that are given have to hold."""

    protocols: tuple[str, ...]  # names of decoders
    methods: tuple[str, ...] = ()  # first word of the message's kind or request line, upper case
    hosts: tuple[str, ...] = ()  # globs over the host; empty: any host
    paths: tuple[str, ...] = ()  # globs over the path without query; empty: any path
    content_types: tuple[str, ...] = ()  # declared media types, lower case; empty: any
    required: tuple[str, ...] = ()  # fields that have to be there, by the sender's own names
    some_of: tuple[str, ...] = ()  # fields of which at least ``least`` have to be there
    least: int = 0
    prefix: str = ""  # flat strings: text that the record begins with


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field of the sender's record.  Of several with one name, the first whose pattern fits counts."""

    name: str  # the last step of the sender's own name as written, or the last two: "device.id"
    identifier: str  # word of the closed list
    meaning: str  # for a person
    because: str  # note or document the meaning rests on
    pattern: str = ""  # what a value looks like; others are left unnamed
    fillers: tuple[str, ...] = ()  # values that stand for nothing here
    canonical: str = "text"  # as in the identifier files


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the recipient's answer tells acceptance."""

    field: str  # field of the response
    accepted: tuple[str, ...]  # values that mean accepted; every other means refused


class SenderExample(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body of invented values, and what has to be declared in it."""

    fields: dict[str, str]  # the sender's field names and values, as unwrapped
    expect: dict[str, str]  # field name -> identifier; no other field may be declared
    host: str = ""
    path: str = "/"
    method: str = "POST"
    content_type: str = ""
    protocol: str = "http"
    flat: str = ""  # flat strings: the record itself, instead of fields


class SenderFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One known sender."""

    id: str  # the name of the file
    title: str
    licence: str  # SPDX name of the file's own licence
    because: str  # note that gives the basis
    decoding: tuple[str, ...]  # encodings expected, outermost first; told, not demanded
    match: Match
    field: tuple[Field, ...]
    example: tuple[SenderExample, ...]
    counter_example: tuple[SenderExample, ...] = ()
    answer: Answer | None = None
    layout: str = "named"  # "named" fields, or "flat": KEYvalue;KEYvalue; with nothing between
