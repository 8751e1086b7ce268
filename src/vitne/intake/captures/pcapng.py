"""pcapng.

summary: blocks of sections, interfaces, packets, names, comments and secrets
specification: draft-ietf-opsawg-pcapng sections 3 and 4, appendix A for the obsolete packet block
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Literal

import numpy as np

from vitne.intake.index import MOST_INTERFACES_SHOWN, RecordIndex
from vitne.model import Fit, Interface, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.kernel.records import Event

SECTION = b"\x0a\x0d\x0d\x0a"
ORDER = {b"\x4d\x3c\x2b\x1a": "little", b"\x1a\x2b\x3c\x4d": "big"}  # byte-order magic: order
ADDRESS_LENGTHS = {1: 4, 2: 16}  # name-resolution record type: bytes of its address (section 4.5)
MOST_NAMES = 100_000  # pairs of address and name kept
LONGEST_NAME = 255  # bytes (RFC 1035 section 2.3.4)


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if head[:4] != SECTION:
        return Fit.NO
    return Fit.CERTAIN if head[8:12] in ORDER or len(head) < 12 else Fit.PERHAPS


def check_header(head: bytes, size: int) -> None:
    """Read the first section header (section 4.1) of a file of ``size`` bytes; raises Malformed."""
    if head[:4] != SECTION:
        raise Malformed("no section header of pcapng", at=0)
    if size < 12:
        raise Malformed(f"the file ends inside its first section header: {size} bytes", at=size)
    order = ORDER.get(head[8:12])
    if order is None:
        raise Malformed("the first section header has no byte-order magic", at=8)
    length = int.from_bytes(head[4:8], "little" if order == "little" else "big")
    if length > size:
        raise Malformed(f"the file ends inside its first section header: {size} of {length} bytes", at=size)


def name_records(block: bytes, order: Literal["little", "big"]) -> Iterator[tuple[str, str]]:
    """Read the (address, name) pairs of a name-resolution block's body; stops where it is cut or ends."""
    at = 0
    while at + 4 <= len(block):
        kind = int.from_bytes(block[at : at + 2], order)
        length = int.from_bytes(block[at + 2 : at + 4], order)
        at += 4
        if kind == 0 or at + length > len(block):
            return
        bytes_of_address = ADDRESS_LENGTHS.get(kind)
        if bytes_of_address is not None and length > bytes_of_address:
            address = str(ipaddress.ip_address(block[at : at + bytes_of_address]))
            for name in block[at + bytes_of_address : at + length].split(b"\0"):
                if name:
                    yield address, name[:LONGEST_NAME].decode("utf-8", "replace")
        at += (length + 3) & ~3


class PcapngIndex(RecordIndex):
    """The packet blocks of a pcapng file; raises Malformed on a cut first section header."""

    format = "pcapng"
    alignment = 4

    def __init__(self, buffer: np.ndarray, number: int) -> None:
        check_header(buffer[:12].tobytes(), buffer.size)
        super().__init__(buffer, number, 0, header=None)

    def interfaces(self) -> tuple[Interface, ...]:
        """Give the interfaces of all sections in file order, the first 100,000 of them."""
        count = min(self.kernel.state.interface_count, MOST_INTERFACES_SHOWN)
        rows = self.kernel.interfaces[:count]
        return tuple(
            Interface(link_type=link, snap_length=snap, name=self._text(offset, length))
            for link, snap, offset, length in zip(
                rows["link_type"].tolist(),
                rows["snap_length"].tolist(),
                rows["name_offset"].tolist(),
                rows["name_length"].tolist(),
                strict=True,
            )
        )

    def clock(self) -> str:
        """Give "us" where no interface is finer than a microsecond, "ns" where all are, else "mixed"."""
        resolution = self.kernel.interfaces["resolution"][: self.kernel.state.interface_count]
        binary = resolution & 0x80 != 0
        fine = np.where(binary, resolution & 0x7F > 20, resolution > 6)
        if not fine.any():
            return "us"
        return "ns" if fine.all() else "mixed"

    def take_names(self, event: Event) -> None:
        """Keep the pairs of a name-resolution block, up to 100,000 in all."""
        if len(self.names) >= MOST_NAMES:
            return
        block = self.buffer[event.offset : event.offset + min(event.length, 16 << 20)].tobytes()
        for pair in name_records(block, "big" if event.extra else "little"):
            if len(self.names) >= MOST_NAMES:
                return
            self.names.append(pair)

    def _text(self, offset: int, length: int) -> str:
        return self.buffer[offset : offset + min(length, 256)].tobytes().decode("utf-8", "replace")


index = PcapngIndex
