"""Carriers: where in a protocol a cargo travels.

Each gives the turns of a conversation and says where in the client's stream (or in its datagrams, one after
another) the value and the whole cargo stand.  One that cannot hold the bytes raises CannotCarryError.
"""

from __future__ import annotations

from . import other, web
from ._load import Load, Way

__all__ = ["CARRIERS", "RANDOM", "Load", "Way"]

CARRIERS = {**web.CARRIERS, **other.CARRIERS}
RANDOM = (
    "query", "path", "header", "cookie", "json", "form", "multipart", "body", "websocket", "mqtt", "coap",
    "dns", "tcp", "udp",
)  # fmt: skip
