"""The shape of the documents of reports, for their published schemas and for whoever reads them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from vitne.model import Malformed
from vitne.report.alternatives import Alternative
from vitne.report.frozen import SCHEMA, Beside, beside_of

CHALLENGE = "vitne-challenge/1"
__all__ = ["CHALLENGE", "SCHEMA", "Challenge", "Findings", "beside_in", "occasions_in"]
Whole = int | Annotated[str, msgspec.Meta(pattern="^-?[0-9]{1,20}$")]
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


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that one source says."""

    kind: str  # what it is about
    value: str  # in the source's own words
    source: str
    place: str  # where in the source
    date: str  # of the source, "" for none
    knowing: str  # how it is known
    said_by: str  # who said so, "" where it is the source itself
    trap: str  # why it misleads when read as ownership, "" for no known trap


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that cannot all name the same thing."""

    about: str
    values: list[tuple[str, str]]  # what is said, and by which source
    note: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one destination."""

    ip: str
    host: str  # "" where none is known
    port: int
    shown: str  # host as it may be shown
    steps: dict[str, Literal["yes", "no", "unknown"]]  # by step
    tries: int | None  # requests to connect, null where captures were not read again
    repeated: dict[str, Any] | None  # how often, first, last, what changed between
    recipients: list[Organisation]
    stands_for: str  # name that it stands for in a demonstration, "" for none
    countries: list[str]  # two letters, sorted: all that tables name
    facts: list[Fact]
    disagreements: list[Disagreement]
    limits: list[str]  # what keeps these facts from naming a recipient
    unknown: list[str]  # kinds of facts that no source gives


class LookedUp(msgspec.Struct, frozen=True, kw_only=True):
    """Destinations as tables and documents at hand tell of them."""

    tables: list[str]  # names of the snapshots asked, sorted
    as_of: str  # day that tables should not be later than, "" for the latest
    vantage: list[float] | None  # latitude and longitude of the capture, null where not given
    captures_read: bool  # the captures were read again for names and connections
    rows: list[Row]


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """How large a coupling is; further figures stand in the document of vitne triggers."""

    window_s: float
    responses: int  # events that were followed
    expected: float  # of them by chance
    excess: float  # share of events beyond chance


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One test; further figures stand in the document of vitne triggers."""

    p_holm: float  # p-value corrected for the number of pairs


class Rival(msgspec.Struct, frozen=True, kw_only=True):
    """Another explanation."""

    name: str
    standing: str
    because: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event and one destination."""

    event: str
    destination: str
    verdict: str
    events: int
    tests: dict[str, Test | None]
    effect: Effect
    rivals: list[Rival]
    through: str  # event that stands between, "" for none


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The device's clock beside the capture's."""

    offset_s: float
    bound_s: float


class Occasions(msgspec.Struct, frozen=True, kw_only=True):
    """What set messages off: what reports rely on of the document of vitne triggers."""

    tested: int
    blocked: str  # why nothing can be claimed, "" for nothing in the way
    clock: Clock | None
    triggers: list[Verdict]
    event_times: dict[str, list[Whole]]  # kind of event -> when, nanoseconds since 1970 in UTC


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
    occasions: Occasions | None  # the triggers document with event_times; null where not examined
    revealed: bool  # values of persons stand in it


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """Other explanations and whether the data leave them open."""

    schema: str
    findings: int  # that left the home network
    alternatives: list[Alternative]


class _Around(msgspec.Struct, frozen=True, kw_only=True):
    destinations: LookedUp | None = None
    occasions: Occasions | None = None
    revealed: bool = False


def beside_in(data: bytes) -> Beside:
    """Read what stands beside the findings in a frozen document; raises Malformed for another shape."""
    try:
        msgspec.json.decode(data, type=_Around)
        return beside_of(msgspec.json.decode(data, type=dict[str, Any]))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed("the findings document is not of its shape", at=0) from error


def occasions_in(data: bytes) -> dict[str, Any]:
    """Read a kept document of verdicts; raises Malformed for another shape."""
    try:
        msgspec.json.decode(data, type=Occasions)
        said: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed("this is no document of verdicts", at=0) from error
    return said
