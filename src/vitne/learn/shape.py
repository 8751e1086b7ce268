"""The document of a lesson: its parts, as ``--json`` prints them and the published schema describes."""

from __future__ import annotations

import msgspec

from vitne.learn.roles import Role

SCHEMA = "vitne-learn/1"


class LearnedField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a sender's messages, without any value of it."""

    path: str  # way to the field: "body > base64 > json: a.b[].c"
    name: str  # the sender's own name, "" for a part without names
    role: Role  # what it is, from how it varies
    sure: bool  # the captures could have shown otherwise, and did not
    because: str  # what the role rests on, in numbers
    p: float | None  # chance that values would go with devices or boots like this if dealt anew
    identifier: str  # word of the closed list that the scan or the role gives, "" for none
    identified_by: str  # "scan: 39 of 39 messages", or "role"
    shape: str  # what all values look like: "15 digits"
    pattern: str  # that all values fit, "" for none
    filled: int  # messages in which it is not empty
    messages: int  # messages that have the field
    moves_with: tuple[str, ...]  # further fields that change at the very same messages
    declared: bool  # it may stand in a known sender's file: it has a name inside of a body or a query


class Lesson(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of message of one sender."""

    message: str  # what kind of message it is: "request POST /v1/log"
    protocol: str  # name of the decoder
    content_types: tuple[str, ...]  # declared media types
    decoding: tuple[str, ...]  # codecs around the fields, outermost first
    messages: int  # how many were read
    fields: tuple[LearnedField, ...]


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of one sender."""

    schema: str  # name and version of this document
    host: str  # as asked for
    hosts: tuple[str, ...]  # that it stood for
    captures: tuple[str, ...]  # SHA-256 of each
    devices: int  # that sent to it
    starts: int  # of these devices, as seen on the network
    unreadable: int  # connections to it that could not be read
    lessons: tuple[Lesson, ...]  # one per kind of message, commonest first
