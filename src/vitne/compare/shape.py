"""The document of a comparison: its parts, as ``--json`` prints them and the published schema describes."""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "vitne-compare/1"

Verdict = Literal["gone", "new", "unchanged", "changed", "cannot tell"]
Into = Literal[
    "",
    "now encrypted",
    "now hashed",
    "now elsewhere",
    "now encoded otherwise",
    "no longer encrypted",
    "no longer hashed",
]


class Statistic(msgspec.Struct, frozen=True, kw_only=True):
    """One exact test of how often, before against after."""

    unit: Literal["events", "captures", "sendings"]  # what was counted
    test: str  # name of the test
    before: tuple[int, float]  # with it, of how many; for sendings: how many, in how many seconds
    after: tuple[int, float]  # the same of the other half
    p: float  # two-sided probability of a difference as great by chance
    says: str  # the same for a person: "0 of 40 events against 37 of 40"


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """How one identifier went to one recipient in one half."""

    sendings: int  # messages that held it
    looks: int  # captures or cases that held it
    forms: tuple[str, ...]  # "clear: http, base64, json", one per way it was wrapped, commonest first
    fields: tuple[str, ...]  # the sender's own names for it
    protections: tuple[str, ...]  # clear, encoded, decrypted
    hashed: bool  # in every message as a hash or another one-way form
    hosts: tuple[str, ...]  # names or addresses it went to
    first_s: float  # least number of seconds from the beginning of a capture to the first sending
    grades: tuple[str, ...]  # observed, derived, declared, inferred
    deliveries: tuple[str, ...]  # how far it is proven to have come


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one identifier to one recipient."""

    recipient: str  # registrable domain, else host, else address
    identifier: str  # word of the closed list
    kind: str  # identifier, location, credential, content or attribute
    verdict: Verdict  # gone, new, unchanged, changed in form, or cannot tell
    into: Into  # what it changed into, or may have changed into where the verdict is "cannot tell"
    because: tuple[str, ...]  # for a person: what the verdict rests on, and what limits it
    elsewhere: tuple[str, ...]  # recipients that the other half alone sent it to
    before: Showing | None  # null: not seen
    after: Showing | None  # null: not seen
    statistics: tuple[Statistic, ...]  # the one that decided first


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """What of one recipient could not be read in one half."""

    recipient: str  # registrable domain, else host, else address
    bytes: int  # both directions
    flows: int  # connections they passed in
    reasons: tuple[str, ...]  # tls, quic, high-entropy, ...
    only_here: bool  # the other half had nothing unreadable to it
    set_aside: bool  # the user says that it has nothing to do with the question


class HalfShown(msgspec.Struct, frozen=True, kw_only=True):
    """What one half was able to see."""

    label: str  # before or after
    captures: tuple[tuple[str, str], ...]  # name and SHA-256
    looks: int  # captures or cases
    seconds: float  # how long they lasted together
    joins: int  # times that a device joined the network
    events: int  # events that were marked
    triggers: dict[str, int]  # kind of device event in the logs -> how many
    messages: int  # messages in which an identifier was found
    unreadable: tuple[Unread, ...]  # per recipient
    gaps: dict[str, int]  # kind -> how many
    partial: bool  # a scan was stopped, or a part of it failed


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two halves compared."""

    schema: str  # name and version of this document
    level: float  # a difference counts when it is less likely than this by chance
    before: HalfShown  # what the first half was able to see
    after: HalfShown  # what the second half was able to see
    changes: tuple[Change, ...]  # one per recipient and identifier, sorted
    counts: dict[str, int]  # verdict -> how many
    notes: tuple[str, ...]  # where the halves were not looked at alike
