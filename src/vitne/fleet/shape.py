"""The document of a fleet: its parts, as ``--json`` prints them and the published schema describes."""

from __future__ import annotations

import msgspec

SCHEMA = "vitne-fleet/1"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many of some devices send."""

    sending: int
    of: int  # devices of which it could be told
    unknown: int  # devices of which it could not
    low: float  # 95 % interval of the share, exact
    high: float


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute, or a pair of them, and how it goes with sending."""

    attributes: tuple[tuple[str, str], ...]  # column and value
    inside: Count  # devices that have it
    outside: Count  # all others
    p: float  # Fisher's exact test, two-sided; 0 where it is too small for a double
    p_log10: float  # its decimal logarithm
    corrected: float  # p, corrected for all attributes and pairs that were tried for all senders (Holm)
    corrected_log10: float  # its decimal logarithm


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Devices of one value of one column."""

    column: str  # name of the column, or of two: "build, date"
    value: str  # its value, or the values of both
    count: Count  # devices of it


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """How many devices run a build that is said to be fixed."""

    date: str  # of the table, "" for all dates together
    running: int  # devices with such a build
    of: int  # devices whose build is told
    unknown: int  # devices whose build is not
    low: float  # 95 % interval of the share, exact
    high: float


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """What went from some devices of the fleet to one recipient."""

    recipient: str  # registrable domain, else host, else address
    senders: tuple[str, ...]  # ids of known senders
    identifiers: tuple[str, ...]  # words of the closed list
    protections: tuple[str, ...]  # clear, encoded, decrypted
    count: Count  # of all devices
    explanation: Explanation | None  # the one that explains best, null where nothing does
    alike: tuple[tuple[tuple[str, str], ...], ...]  # others that hold for the very same devices
    odd_sending: tuple[str, ...]  # devices that send though the explanation does not hold for them
    odd_silent: tuple[str, ...]  # devices that do not although it holds
    groups: tuple[Group, ...]  # devices with and without a fixed build, by build, by date and by both


class FleetReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a fleet gave."""

    schema: str  # name and version of this document
    devices: int
    captures: int
    unreadable: tuple[tuple[str, str], ...]  # captures that could not be read, and why
    columns: tuple[str, ...]  # of the table
    fixed: tuple[str, ...]  # builds that are said to be fixed
    running: tuple[Running, ...]  # devices that run one of them, all together and by date
    tried: int  # attributes and pairs that were tried, for all senders
    senders: tuple[Sender, ...]  # those that the fewest devices explain first
