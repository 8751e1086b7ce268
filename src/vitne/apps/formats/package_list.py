"""Lists of the packages of an Android phone with the users they run as.

summary: the file packages.list; what `pm list packages -U` and `dumpsys package` print
specification: Android's com.android.server.pm.Settings (packages.list), PackageManagerShellCommand, dumps of
PackageSetting
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import Fit

if TYPE_CHECKING:
    from vitne.apps.book import Book

NAME = "package-list"
_WORD = rb"[A-Za-z][\w.\-]{0,254}"
_FILE = re.compile(rb"^(" + _WORD + rb") (\d{1,10}) [01] /", re.MULTILINE)
_SHELL = re.compile(rb"^package:(?:\S{1,512}=)?(" + _WORD + rb") uid:([\d,]{1,200})\s*$", re.MULTILINE)
_DUMP = re.compile(rb"^\s+Package \[(" + _WORD + rb")\] \([0-9a-f]{1,16}\):\s*$", re.MULTILINE)
_USER = re.compile(rb"^\s+(?:userId|appId)=(\d{1,10})\b", re.MULTILINE)
_NEAR = 4096  # bytes behind the head of a package in a dump in which its user stands


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if _SHELL.search(head) or (_DUMP.search(head) and _USER.search(head)):
        return Fit.CERTAIN
    if head.lstrip().startswith(b"Database versions:") or b"\nPackages:\n" in head:
        return Fit.LIKELY
    return Fit.LIKELY if _FILE.match(head) else Fit.NO


def read(data: bytes, book: Book) -> None:
    """Tell which package runs as which user."""
    for found in _FILE.finditer(data):
        book.name(int(found[2]), found[1].decode())
    for found in _SHELL.finditer(data):
        for uid in found[2].split(b","):
            if uid:
                book.name(int(uid[:10]), found[1].decode())
    for found in _DUMP.finditer(data):
        user = _USER.search(data, found.end(), found.end() + _NEAR)
        nearer = _DUMP.search(data, found.end(), found.end() + _NEAR)
        if user is not None and (nearer is None or user.start() < nearer.start()):
            book.name(int(user[1]), found[1].decode())
