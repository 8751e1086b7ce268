"""Blocks of pcapng that name apps.

specification: PCAPdroid's uid map: enterprise 62652, version 1, type 1; draft-ietf-opsawg-pcapng section 4.8;
the process information block of Darwin's libpcap (pcap/pcap-ng.h), type 0x80000001
"""

from __future__ import annotations

from vitne.model import App

_ENTERPRISE = 62_652
_HEAD = 12  # bytes: enterprise, version, type, user, length of the package, length of the name
_UID_MAP = b"\x01\x01"
PROCESS_BLOCK = 0x80000001  # a number of a process, and options
PROCESS_NAME = 2  # code of the option that holds its name
POINTERS = (0x8003, 0x8001)
"""Options of a packet: number of the block of the process on whose behalf it is, and of its own."""
_MOST = 1 << 31


def uid_of_block(body: bytes) -> App | None:
    """Read one entry of a uid map from a custom block's body, its enterprise in network order in front.

    None for blocks of others, and for one that is cut.  PCAPdroid runs on little-endian machines alone.
    """
    if len(body) < _HEAD or int.from_bytes(body[:4], "big") != _ENTERPRISE or body[4:6] != _UID_MAP:
        return None
    uid = int.from_bytes(body[6:10], "little", signed=True)
    first, second = body[10], body[11]
    if uid < 0 or _HEAD + first + second > len(body):
        return None
    package = body[_HEAD : _HEAD + first].decode("utf-8", "replace")
    name = body[_HEAD + first : _HEAD + first + second].decode("utf-8", "replace")
    return App(package=package, uid=uid, name=name, source="pcapdroid-comment")


def app_of_process(number: int, name: str) -> App | None:
    """Name the process of a process information block; None for one without a name."""
    return App(name=name, pid=number if number < _MOST else None, source="process-block") if name else None
