"""The document of a match: its parts, as ``--json`` prints them and the published schema describes."""

from __future__ import annotations

from typing import Literal

import msgspec

from vitne.firmware.shape import Image, Spot

SCHEMA = "vitne-match/1"

Verdict = Literal[
    "seen sending and present", "sending from nothing we found", "present but never seen sending"
]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the traffic and a part of the firmware have in common."""

    by: Literal["app", "user", "known sender", "host", "domain", "field names"]  # what kind of thing
    text: str  # which
    spots: tuple[Spot, ...]  # where it stands in the firmware


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the firmware that fits a sending."""

    unit: str  # package, or name of the file
    path: str  # where it lies
    sha256: str  # digest of the file, lower-case hex
    strength: Literal["certain", "likely", "possible"]  # named by the case; by two kinds of links; by one
    links: tuple[Link, ...]  # what they have in common


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What one app sent to one host, as the case has it."""

    host: str  # name, or address where no name is known
    domain: str  # registrable domain, "" without
    device: str  # label of the device
    app: str  # package, where the case knows it
    uid: int | None  # user it ran as, where the case knows it
    sender: str  # id of the known sender, "" without
    identifiers: tuple[str, ...]  # identifiers found in it
    fields: tuple[str, ...]  # the sender's own names for them
    messages: int  # messages in which something was found
    readable: bool  # false: nothing in it could be read, only that bytes went
    bytes: int  # unreadable bytes, both directions
    first: str  # time of the first message, RFC 3339; "" where not known
    findings: tuple[str, ...]  # ids of at most eight findings


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """One sending, and what of the firmware fits it."""

    verdict: Verdict  # seen sending and present, or sending from nothing we found
    sending: Sending  # what was seen
    parts: tuple[Part, ...]  # what fits, the strongest first
    why: str  # for a person


class Silent(msgspec.Struct, frozen=True, kw_only=True):
    """A part that could send and that no sending fits."""

    verdict: Verdict  # present but never seen sending
    unit: str  # package, or name of the file
    path: str  # where it lies
    sha256: str  # digest of the file, lower-case hex
    senders: tuple[str, ...]  # known senders whose marks it holds
    wakes: tuple[str, ...]  # what wakes it
    because: tuple[str, ...]  # why it could send
    unreadable: tuple[str, ...]  # hosts it names to which unreadable bytes went: it may have sent


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A case and a firmware, joined."""

    schema: str  # name and version of this document
    captures: tuple[tuple[str, str], ...]  # name and SHA-256 of the case's captures
    images: tuple[Image, ...]  # the firmware
    joined: tuple[Joined, ...]  # what was seen, with or without a part that fits
    silent: tuple[Silent, ...]  # what could send and was not seen
    counts: dict[str, int]  # verdict -> how many
    notes: tuple[str, ...]  # what limits the join
