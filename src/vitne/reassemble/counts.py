"""Counts: what the packet walk met and did not read, or read although deviant, by reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.model import Gap, GapKind, Oddity

if TYPE_CHECKING:
    import numpy as np

OTHERS = 0xFFFFFFFF  # value under which the kernel counts what no longer has a place of its own


class Reason(msgspec.Struct, frozen=True):
    """One reason for which the kernel counts (TALLY_ of walk.h)."""

    name: str  # kebab-case name; of the Oddity, where it is one
    note: str  # for a person; {value} is what the kernel counted by
    gap: GapKind | None = None  # kind of the Gap, None for an Oddity


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How often one reason was met with one value."""

    reason: str  # name of the reason
    value: int  # link type, EtherType, IP protocol or layer; 0 where the reason has none
    count: int  # frames (for fragments: datagrams)
    first_row: int  # row of the first of them
    note: str  # for a person
    gap: GapKind | None  # kind of the Gap, None for an Oddity


LAYERS = (
    "unknown",
    "link",
    "VLAN",
    "MPLS",
    "PPP",
    "IPv4",
    "IPv6",
    "TCP",
    "UDP",
    "GRE",
    "802.11",
    "NFLOG",
    "LLC",
    "IPv6 extension",
    "record",
)
REASONS: dict[int, Reason] = {
    1: Reason("unknown-link-type", "frames of link type {value} are not read", "unknown-link-type"),
    2: Reason("non-ip-frame", "frames that carry no IP (type 0x{value:04x}) are not searched"),
    3: Reason("unknown-transport", "IP protocol {value} is not read", "unknown-transport"),
    4: Reason("short-header", "the frame ends inside its {layer} header", "malformed"),
    5: Reason("snapped-header", "the capture kept less than the {layer} header", "snap-length"),
    6: Reason("malformed-header", "the {layer} header breaks its format", "malformed"),
    7: Reason("nested-too-deep", "more than 16 layers before the transport", "limit"),
    8: Reason("missing-fragment", "IP datagrams of which a fragment is not there", "missing-fragment"),
    9: Reason(
        "fragment-limit", "more than 1024 IP datagrams were half there: the oldest was given up", "limit"
    ),
    10: Reason("ip-overlap-conflict", "IP fragments overlap with different bytes; the first copy was kept"),
    11: Reason("duplicate-frame", "frames that the capture holds twice; the second copy was not read"),
    12: Reason("wifi-encrypted", "protected 802.11 frames", "unknown-link-type"),
    13: Reason("wifi-without-data", "802.11 frames that carry no data (type and subtype 0x{value:02x})"),
    14: Reason("wifi-aggregate", "A-MSDU: only the first packet of the frame is read", "unknown-link-type"),
    15: Reason("tcp-out-of-window", "TCP segments whose sequence number is far off were ignored"),
    16: Reason("ip-length", "the IPv{value} header tells of more bytes than the frame has"),
    17: Reason("udp-length", "the UDP length does not fit the IP payload; all of it was read"),
    18: Reason("ppp-not-ip", "PPP frames of protocol 0x{value:04x} are not searched"),
    19: Reason("many-macs", "more than 65535 link addresses: some flows show none"),
    20: Reason("datagram-limit", "more than 256 MiB of reassembled IP datagrams", "limit"),
    21: Reason("memory-limit", "no memory for more flows", "limit"),
    22: Reason("usb-aggregate", "USB transfers of several frames: the first is read", "unknown-link-type"),
    23: Reason("usb-without-frame", "USB transfers that carry no frame of a network"),
}


def counted(tallies: np.ndarray) -> list[Count]:
    """Give the kernel's tallies as Counts, most frequent first, then by reason and value."""
    counts = []
    for kind, value, count, first_row, _ in tallies.tolist():
        reason = REASONS[kind]
        layer = LAYERS[value] if value < len(LAYERS) else LAYERS[0]
        note = "further values of: " + reason.name if value == OTHERS else reason.note
        counts.append(
            Count(
                reason=reason.name,
                value=value,
                count=count,
                first_row=first_row,
                note=note.format(value=value, layer=layer),
                gap=reason.gap,
            )
        )
    return sorted(counts, key=lambda one: (-one.count, one.reason, one.value))


def note_of(count: Count, capture: int, frame: int) -> Gap | Oddity:
    """Give a Count as the Gap or Oddity it is, at the first frame that showed it."""
    if count.gap is not None:
        return Gap(kind=count.gap, why=count.note, capture=capture, frame=frame, count=count.count)
    return Oddity(name=count.reason, note=count.note, capture=capture, frame=frame, count=count.count)
