"""Android's own count of bytes by user and hour.

summary: what `dumpsys netstats detail` prints of each user
specification: Android's NetworkStatsCollection and NetworkStatsHistory, their dumps
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.apps.book import Use
from vitne.model import Fit

if TYPE_CHECKING:
    from vitne.apps.book import Book

NAME = "netstats"
_HEAD = re.compile(rb"^\s*ident=.{0,4000}\]\s+uid=(-?\d{1,10}) set=(\w{1,16}) tag=0x([0-9a-f]{1,8})\s*$")
_WIDTH = re.compile(rb"^\s*NetworkStatsHistory: bucketDuration=(\d{1,12})\s*$")
_NEW = re.compile(rb"^\s*st=(\d{1,12}) rb=\d{1,18} rp=\d{1,18} tb=(\d{1,18}) tp=")
_OLD = re.compile(rb"^\s*bucketStart=(\d{1,15}) .{0,200}?\btxBytes=(\d{1,18})\b")
_SOMEWHERE = re.compile(rb"^\s*NetworkStatsHistory: bucketDuration=\d", re.MULTILINE)
_MILLISECONDS = 10**6
"""A stretch that is said to be longer than so many seconds is told in milliseconds, as older versions do."""


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    return Fit.CERTAIN if _SOMEWHERE.search(head) and b" uid=" in head else Fit.NO


def read(data: bytes, book: Book) -> None:
    """Tell who sent when; counts of all users together and of single sockets' tags are left out."""
    uid, width = -1, 0
    for line in data.splitlines():
        head = _HEAD.match(line)
        if head is not None:
            uid, width = (int(head[1]) if int(head[3], 16) == 0 else -1), 0
            continue
        wide = _WIDTH.match(line)
        if wide is not None:
            width = int(wide[1])
            continue
        told = _NEW.match(line) or _OLD.match(line)
        if told is not None and uid >= 0 and width and int(told[2]):
            unit = 10**6 if width > _MILLISECONDS else 10**9
            start = int(told[1]) * unit
            book.use(Use(uid, start, start + width * unit))
