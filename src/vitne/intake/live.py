"""Frames straight from a network interface: a ring of blocks that the kernel fills (Linux).

summary: TPACKET_V3 over a packet socket, mapped into memory; the kernel counts what it had to drop
specification: packet_mmap in the documentation of the Linux kernel; linux/if_packet.h
"""

from __future__ import annotations

import errno
import mmap
import select
import socket
import struct
from typing import TYPE_CHECKING, TypeAlias

from vitne.model import CaptureError

if TYPE_CHECKING:
    from collections.abc import Iterator

SOL_PACKET, RX_RING, STATISTICS, VERSION = 263, 5, 6, 10
TPACKET_V3 = 2
BLOCK = 1 << 20  # bytes of a block; a frame of offloaded segments has up to 64 KiB and lies in one block
RETIRE_MS = 100  # a block that is not full is handed over after so long
USER, KERNEL = 1, 0  # who owns a block
VLAN_VALID, VLAN_TPID_VALID = 0x10, 0x40
OUTGOING = 4  # packet type of a frame that this machine sent
_ANY = 0x0003  # ETH_P_ALL
_LINKS = {1: 1, 772: 1, 65534: 101, 512: 101, 803: 127, 519: 101}  # ARPHRD_ -> LINKTYPE_
_BLOCK_HEAD = struct.Struct("=IIII")  # behind version and offset: status, packets, first offset, length
_FRAME = struct.Struct("=IIIIIIHH")  # next, seconds, nanoseconds, kept, length, status, mac, net
_VLAN = struct.Struct("=III")  # hash, tci, tpid
_LOOPBACK = 772


Frame: TypeAlias = tuple[int, int, bytes]
"""One captured frame: nanoseconds UTC, bytes on the wire, what was kept of them.

A plain tuple, because a hundred thousand a second are made.
"""


class Ring:
    """A packet socket bound to one interface, with its ring of blocks."""

    def __init__(self, interface: str, *, megabytes: int = 64, snap: int = 262_144) -> None:
        self.interface = interface
        self.snap = snap
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except (OSError, AttributeError) as error:
            raise CaptureError(
                "frames cannot be captured here"
                + (": this needs the capability CAP_NET_RAW" if isinstance(error, PermissionError) else ""),
                where=interface,
                expected="Linux, and root or the capability CAP_NET_RAW",
                next_step="sudo setcap cap_net_raw+ep on the Python that runs vitne, or run it as root",
            ) from error
        try:
            self._open(max(4, megabytes))
        except OSError as error:
            self._socket.close()
            raise CaptureError(
                f"the interface cannot be captured ({error.strerror})",
                where=interface,
                expected="one of: " + ", ".join(name for _, name in socket.if_nameindex())[:400],
            ) from error

    def _open(self, blocks: int) -> None:
        self._socket.setsockopt(SOL_PACKET, VERSION, TPACKET_V3)
        asked = struct.pack("=7I", BLOCK, blocks, 1 << 11, blocks * (BLOCK >> 11), RETIRE_MS, 0, 0)
        self._socket.setsockopt(SOL_PACKET, RX_RING, asked)
        self._map = mmap.mmap(
            self._socket.fileno(), BLOCK * blocks, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE
        )
        self._blocks, self._at = blocks, 0
        self._socket.bind((self.interface, _ANY))
        kind = self._socket.getsockname()[3]
        if kind not in _LINKS:
            raise OSError(errno.EPROTONOSUPPORT, f"link type {kind} is not known")
        self.link_type, self._both = _LINKS[kind], kind == _LOOPBACK
        self.index = socket.if_nametoindex(self.interface)
        self._poll = select.poll()
        self._poll.register(self._socket.fileno(), select.POLLIN | select.POLLERR)

    def frames(self, wait_s: float) -> Iterator[list[Frame]]:
        """Give the frames of each block that is full now; waits for the first at most so long."""
        if not self._ready():
            self._poll.poll(max(0, int(wait_s * 1000)))
        for _ in range(self._blocks):
            if not self._ready():
                return
            yield self._take()

    def lost(self) -> bool:
        """Tell whether the interface is gone or another one of the name has come."""
        self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # a network that was down is an old error
        try:
            return socket.if_nametoindex(self.interface) != self.index
        except OSError:
            return True

    def dropped(self) -> tuple[int, int]:
        """Give (frames seen, frames dropped) by the kernel since this was asked last."""
        seen, dropped, _ = struct.unpack("=III", self._socket.getsockopt(SOL_PACKET, STATISTICS, 12))
        return seen, dropped

    def close(self) -> None:
        """Let go of ring and socket."""
        self._map.close()
        self._socket.close()

    def _ready(self) -> bool:
        status: int = _BLOCK_HEAD.unpack_from(self._map, self._at * BLOCK + 8)[0]
        return bool(status & USER)

    def _take(self) -> list[Frame]:
        base = self._at * BLOCK
        _, count, first, _ = _BLOCK_HEAD.unpack_from(self._map, base + 8)
        block = self._map[base : base + BLOCK]
        struct.pack_into("=I", self._map, base + 8, KERNEL)
        self._at = (self._at + 1) % self._blocks
        return unpacked(block, count, first, snap=self.snap, both=self._both)


def unpacked(block: bytes, count: int, first: int, *, snap: int, both: bool) -> list[Frame]:
    """Give the frames of one block; of a loopback (``both``) each frame is seen twice and kept once."""
    at, head, out = first, _FRAME.unpack_from, []
    for _ in range(count):
        following, seconds, nanoseconds, kept, length, status, mac, _ = head(block, at)
        if not (both and block[at + 58] == OUTGOING):
            start = at + mac
            data = block[start : start + min(kept, snap)]
            if status & VLAN_VALID:
                data, length = _tagged(data, block, at, status=status), length + 4
            out.append((seconds * 1_000_000_000 + nanoseconds, length, data))
        if not following:
            break
        at += following
    return out


def _tagged(data: bytes, block: bytes, at: int, *, status: int) -> bytes:
    """Put back a tag that the card took off."""
    _, tci, tpid = _VLAN.unpack_from(block, at + 28)
    kind = (tpid & 0xFFFF) if status & VLAN_TPID_VALID else 0x8100
    return data[:12] + struct.pack("!HH", kind, tci & 0xFFFF) + data[12:]
