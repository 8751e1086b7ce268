"""Custom blocks of pcapng that name apps.

specification: PCAPdroid's uid map: enterprise 62652, version 1, type 1; draft-ietf-opsawg-pcapng section 4.8
"""

from __future__ import annotations

from vitne.model import App

_ENTERPRISE = 62_652
_HEAD = 12  # bytes: enterprise, version, type, user, length of the package, length of the name
_UID_MAP = b"\x01\x01"


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
