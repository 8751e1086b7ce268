"""Classic pcap.

summary: packet records one after the other, microseconds or nanoseconds, either byte order
specification: draft-ietf-opsawg-pcap sections 4 and 5; modified format of the libpcap patch (magic A1B2CD34)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vitne.intake.index import RecordIndex
from vitne.kernel.records import NONE, PcapHeader, Reason
from vitne.model import Fit, Interface, Malformed

if TYPE_CHECKING:
    import numpy as np

FILE_HEADER = 24  # bytes
MAGICS = {0xA1B2C3D4: (False, 16), 0xA1B23C4D: (True, 16), 0xA1B2CD34: (False, 24)}
# magic number: nanoseconds, bytes of a record header


def _order(head: bytes) -> Literal["little", "big"] | None:
    """Give the byte order in which the first four bytes are a magic number."""
    if int.from_bytes(head[:4], "little") in MAGICS:
        return "little"
    return "big" if int.from_bytes(head[:4], "big") in MAGICS else None


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    return Fit.NO if len(head) < 4 or _order(head) is None else Fit.CERTAIN


def read_header(head: bytes) -> PcapHeader:
    """Read the file header (section 4); raises Malformed where it is cut or no pcap header."""
    order = _order(head)
    if order is None:
        raise Malformed("no magic number of pcap", at=0)
    if len(head) < FILE_HEADER:
        raise Malformed(f"the file ends inside its header: {len(head)} of {FILE_HEADER} bytes", at=len(head))
    nano, record_header = MAGICS[int.from_bytes(head[:4], order)]
    minor = int.from_bytes(head[6:8], order)
    return PcapHeader(
        big_endian=order == "big",
        nano=nano,
        record_header=record_header,
        link_type=int.from_bytes(head[20:24], order) & 0xFFFF,  # the rest tells of frame check sequences
        snap_length=int.from_bytes(head[16:20], order),
        swapped=1 if minor < 3 else 2 if minor == 3 else 0,  # files of before 1996
    )


class PcapIndex(RecordIndex):
    """The records of a pcap file; raises Malformed on a cut file header."""

    format = "pcap"
    lenient = True

    def __init__(self, buffer: np.ndarray, number: int) -> None:
        self.header = read_header(buffer[:FILE_HEADER].tobytes())
        super().__init__(buffer, number, FILE_HEADER, header=self.header)

    def interfaces(self) -> tuple[Interface, ...]:
        """Give the one interface that the file header describes."""
        return (Interface(link_type=self.header.link_type, snap_length=self.header.snap_length),)

    def clock(self) -> str:
        """Give the resolution that the magic number says."""
        return "ns" if self.header.nano else "us"

    def _search_from(self, reason: Reason) -> tuple[int, int]:
        """Look from inside the record before, whose length may be the wrong one.

        A record that overruns the file's end but looks sound is most likely just cut: then only a run that
        ends exactly with the file counts.
        """
        state = self.kernel.state
        start = state.position + 1 if state.previous == NONE else state.previous + self.header.record_header
        return start, self.buffer.size if reason is Reason.OVERRUN else state.position


index = PcapIndex
