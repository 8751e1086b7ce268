"""Logs of an app's own ciphers, written inside it while it ran: the keys in them.

What was encrypted need not have been sent: so such a log is read for its keys, and what they open is found in
the traffic.
specification: the script of pirogue-cli that writes aes_info.json
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from vitne.model import Malformed
from vitne.model.secrets import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_KEYS = 64
"""Different keys of one log that are taken."""
_CIPHERS = {"aes": "aes", "des": "des", "desede": "3des", "tripledes": "3des", "blowfish": "blowfish"}
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){5,64}\Z")


def fits(head: bytes) -> bool:
    """Tell from the first bytes of a file whether it is such a log."""
    return head.lstrip()[:1] == b"[" and b'"aes_info_log"' in head


def keys_of(data: bytes) -> tuple[Key, ...]:
    """Give each key of a log once, in the order of the log; raises Malformed where it is no sound JSON."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("a log of ciphers that is no sound JSON") from error
    found: dict[bytes, Key] = {}
    for told in _told(rows):
        text, algorithm = told.get("key"), told.get("alg")
        if not isinstance(text, str) or not _HEX.match(text) or len(found) >= MOST_KEYS:
            continue
        key = bytes.fromhex(text)
        cipher = _CIPHERS.get(str(algorithm).partition("/")[0].lower(), "")
        found.setdefault(key, Key(name=f"aes_info#{len(found) + 1}", data=key, cipher=cipher))
    return tuple(found.values())


def _told(rows: Any) -> Iterator[dict[str, Any]]:
    for row in rows if isinstance(rows, list) else ():
        told = row.get("data") if isinstance(row, dict) else None
        if isinstance(told, dict):
            yield told
