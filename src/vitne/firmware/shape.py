"""The document of a firmware image: its parts, as ``--json`` prints and the published schema describes."""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "vitne-firmware/1"

Why = Literal["malformed", "limit", "unsupported", "encrypted"]
Wake = Literal[
    "boot",
    "connectivity",
    "sim-state",
    "service-state",
    "screen",
    "unlock",
    "time",
    "power",
    "dial-code",
    "message",
    "package-change",
    "new-build",
]


class Spot(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Where a claim stands: a file, its byte, and the entry of a table there."""

    path: str  # containers and file, joined by "!": system.img!/app/A/A.apk!/classes.dex
    offset: int | None = None  # byte in that file as unwrapped; null where only the entry is known
    entry: str = ""  # entry of a table, such as "string 17"; "" without


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """One permission that a package asks for."""

    name: str  # as the manifest writes it
    gives: str  # what it opens that matters here; "" for any other permission
    spot: Spot  # where it stands


class Component(msgspec.Struct, frozen=True, kw_only=True):
    """One component of a manifest that may run without being opened."""

    kind: Literal["activity", "service", "receiver", "provider"]  # its element
    name: str  # full name of its class
    enabled: str  # "true", "false", or the resource that decides
    exported: str  # "true", "false", or "" where the manifest does not say
    permission: str  # permission that callers need, "" for none
    actions: tuple[str, ...]  # broadcasts and intents it answers, sorted
    wakes: tuple[Wake, ...]  # which of these wake it by themselves
    spot: Spot  # where it stands


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A host that a text names."""

    host: str  # name or address
    domain: str  # registrable domain, "" for an address
    form: Literal["url", "host", "address"]  # how it is written
    texts: tuple[str, ...]  # the texts as they stand, at most four
    spots: tuple[Spot, ...]  # where they stand, at most four
    count: int  # how many texts name it


class FieldName(msgspec.Struct, frozen=True, kw_only=True):
    """A text that senders use as the name of a field with an identifier."""

    name: str  # as it stands
    identifiers: tuple[str, ...]  # words of the closed list that fields of this name hold
    spots: tuple[Spot, ...]  # where it stands, at most four
    count: int  # how many times it stands there


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A function of the system that code refers to."""

    name: str  # class and method, or imported symbol
    gives: str  # an identifier of the closed list, or "network"
    spot: Spot  # where the reference stands


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One text that speaks for a known sender or a market."""

    kind: Literal["package", "host", "field", "text", "property", "resource", "file"]  # what it is
    text: str  # as it stands
    spot: Spot  # where it stands


class KnownSender(msgspec.Struct, frozen=True, kw_only=True):
    """A known sender of vitne's data files whose marks were found."""

    id: str  # id of the known sender
    title: str  # what it is
    grade: Literal[
        "certain marks", "field names only"
    ]  # package, host or text of its own; or its names alone
    found: int  # names of its fields that were found
    of: int  # names of its fields that are long enough to tell
    evidence: tuple[Evidence, ...]  # which texts, and where


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that signs a package.  That the signature holds is not checked."""

    scheme: Literal["v1", "v2", "v3", "v3.1"]  # signature scheme
    sha256: str  # digest of the certificate, lower-case hex
    subject: str  # whom it names; "" where it cannot be read
    spot: Spot  # where it stands


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """A switch: an attribute of the manifest, a boolean resource or a property of the build."""

    name: str  # kind and name: "application usesCleartextTraffic", "bool/register", "property ro.x"
    value: str  # as it stands
    spot: Spot  # where it stands


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """A mark of a market that a build or a part of it is made for."""

    market: str  # country, two letters
    because: str  # why the text marks the market
    evidence: Evidence  # which text, and where


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A package, or a program or file beside packages, that names hosts, identifiers or known senders."""

    kind: Literal["package", "program", "library", "code", "text"]  # what it is
    path: str  # where it lies
    sha256: str  # digest of the file, lower-case hex
    size: int  # bytes
    name: str  # package, or name of the file
    version: str  # version name and code; "" without
    split: str  # name of the split, "" for a base package or none
    parts: tuple[str, ...]  # files that belong to it beside this one: splits, native libraries
    shared_uid: str  # user that it shares with others, "" for its own
    could_send: bool  # something speaks for it
    because: tuple[str, ...]  # for a person: what does
    permissions: tuple[Permission, ...]  # those it asks for
    components: tuple[Component, ...]  # of its manifest
    endpoints: tuple[Endpoint, ...]  # hosts that it names
    fields: tuple[FieldName, ...]  # names of fields that hold identifiers
    calls: tuple[Call, ...]  # functions that give identifiers or a way to the network
    senders: tuple[KnownSender, ...]  # known senders whose marks stand in it
    signers: tuple[Signer, ...]  # who signed it
    flags: tuple[Flag, ...]  # its switches
    markets: tuple[Market, ...]  # marks of markets


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was given."""

    name: str  # name of the file
    sha256: str  # digest, lower-case hex
    size: int  # bytes
    format: str  # container it was read as
    files: int  # files met inside, at any depth
    bytes_read: int  # bytes of the files that were looked at


class NotRead(msgspec.Struct, frozen=True, kw_only=True):
    """A part that could not be read, and why: what stands in there is unknown."""

    why: Why  # as a word
    note: str  # for a person
    path: str  # which part


class Odd(msgspec.Struct, frozen=True, kw_only=True):
    """Something deviant that was read all the same."""

    name: str  # name of the oddity
    note: str  # for a person
    spot: Spot  # where


class Firmware(msgspec.Struct, frozen=True, kw_only=True):
    """What could send in one or more images or packages."""

    schema: str  # name and version of this document
    images: tuple[Image, ...]  # what was given
    market: str  # market of the build, two letters; "" where nothing tells
    market_source: str  # how it is known: the user, or properties of the build
    units: tuple[Unit, ...]  # those that name something, sorted by path
    flags: tuple[Flag, ...]  # properties of the build
    counts: dict[str, int]  # what was met, and of it what could send
    oddities: tuple[Odd, ...]  # what is deviant
    not_read: tuple[NotRead, ...]  # what is unknown
    notes: tuple[str, ...]  # what limits the whole
