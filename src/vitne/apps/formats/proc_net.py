"""Tables of open sockets, as Linux and Android show them in /proc/net.

summary: which user holds which socket; one table or many, one after the other
specification: Documentation/networking/proc_net_tcp.rst of Linux; columns of net/ipv4/udp.c
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from vitne.apps.book import socket
from vitne.model import App, Fit

if TYPE_CHECKING:
    from vitne.apps.book import Book

NAME = "proc-net"
_HEADER = re.compile(rb"^\s*sl\s+local_address\s+rem(?:ote)?_address\s+st\s[^\n]*$", re.MULTILINE)
_END = rb" ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})"
_ROW = re.compile(
    rb"\s*\d+:" + _END + _END + rb" ([0-9A-F]{2})"
    rb" [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8} [0-9A-F]{8}\s+(\d{1,10})\s+\d+\s+\d"
)
_NOBODY = {b"06", b"03"}  # time-wait and half open: the table names no user then, but zero


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    return Fit.CERTAIN if _HEADER.search(head) else Fit.NO


def read(data: bytes, book: Book) -> None:
    """Tell who holds which socket; the last table header says which transport it is of."""
    transport = "tcp"
    for line in data.splitlines():
        if _HEADER.match(line):
            transport = "udp" if b" drops" in line else "tcp"
            continue
        found = _ROW.match(line)
        if found is None or (transport == "tcp" and found[5] in _NOBODY):
            continue
        near = (_address(found[1]), int(found[2], 16))
        far = (_address(found[3]), int(found[4], 16))
        book.hold(socket(transport, near, far), App(uid=int(found[6]), source="proc-net"))


def _address(text: bytes) -> str:
    """Read words of 32 bits in the order of the machine, which is little-endian on all phones."""
    words = bytes.fromhex(text.decode())
    turned = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    return str(ipaddress.ip_address(turned))
