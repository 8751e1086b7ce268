"""The shape of the documents of reports, for their published schemas and for whoever reads them."""

from __future__ import annotations

from typing import Any

import msgspec

from vitne.report.alternatives import Alternative
from vitne.report.frozen import SCHEMA

CHALLENGE = "vitne-challenge/1"
__all__ = ["CHALLENGE", "SCHEMA", "Challenge", "Findings"]
Whole = int | str
"""A whole number; beyond 2^53 its digits as text, so that any reader of JSON keeps them."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value at one destination, its repeats folded."""

    identifier: str  # word of the closed list of identifiers
    title: str  # the same for a person
    kind: str  # identifier, location, credential, content or attribute
    value: str  # its label; the value itself where the document is revealed
    fields: list[str]  # names in the sender's own record
    grade: str  # the strongest of the repeats
    verified: int  # repeats that wrap back to the captured bytes
    times: int  # messages that held it
    findings: list[str]  # ids, by time


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One destination of one device."""

    device: str  # label
    name: str  # host name, else address
    ip: str  # address of the first message
    port: int
    host: str  # "" where none is known
    host_source: str  # how the name is known
    domain: str  # registrable domain, "" without
    addresses: list[str]  # all of them: ip:port/transport
    scope: str  # how far the address reaches
    outside: bool  # beyond the home network
    direction: str  # sent or received
    messages: int  # that held findings
    deliveries: list[str]  # what became of them
    answers: list[str]  # answers that told
    protections: list[str]  # clear, encoded, decrypted
    senders: list[str]  # known senders
    first_ns: Whole | None  # time of the first message, nanoseconds since 1970 in UTC
    last_ns: Whole | None  # time of the last one
    lines: list[Line]
    unread_bytes: int  # bytes that could not be read
    unread_reasons: list[str]


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation that documents list a destination under."""

    id: str  # name of its file
    name: str
    roles: list[str]  # what documents call it, sorted
    seats: list[str]  # countries, two letters, sorted


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one destination."""

    ip: str
    host: str  # "" where none is known
    port: int
    shown: str  # host as it may be shown
    steps: dict[str, str]  # step -> yes, no or unknown
    tries: int | None  # requests to connect, null where captures were not read again
    repeated: dict[str, Any] | None  # how often, first, last, what changed between
    recipients: list[Organisation]
    stands_for: str  # name that it stands for in a demonstration, "" for none
    countries: list[str]  # two letters, sorted: all that tables name
    facts: list[dict[str, str]]  # each with source, date, and how it is known
    disagreements: list[dict[str, Any]]  # facts that cannot all name the same thing
    limits: list[str]  # what keeps these facts from naming a recipient
    unknown: list[str]  # kinds of facts that no source gives


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """Destinations as tables and documents at hand tell of them."""

    tables: list[str]  # names of the snapshots asked, sorted
    as_of: str  # day that tables should not be later than, "" for the latest
    vantage: list[float] | None  # latitude and longitude of the capture, null where not given
    captures_read: bool  # the captures were read again for names and connections
    rows: list[Row]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The frozen findings document."""

    schema: str
    captures: list[dict[str, Any]]  # name, size, digest, times, records
    devices: list[dict[str, Any]]
    counts: dict[str, Any]
    rules: dict[str, Any]  # versions and digests of what was used
    partial: bool  # the scan was stopped before its end
    limited_to_device: bool  # a part of the capture was not searched
    span: str  # how long the captures watched, for a person
    messages: int
    targets: list[Target]
    findings: list[dict[str, Any]]  # as in the scan document
    opaque: list[dict[str, Any]]  # bytes that could not be read
    gaps: list[dict[str, Any]]
    oddities: list[dict[str, Any]]
    destinations: LookedUp | None  # null where nothing was looked up
    occasions: dict[str, Any] | None  # the triggers document with event_times; null where not examined
    revealed: bool  # values of persons stand in it


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """Other explanations and whether the data leave them open."""

    schema: str
    findings: int  # that left the home network
    alternatives: list[Alternative]
