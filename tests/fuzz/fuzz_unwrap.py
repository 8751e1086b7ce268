"""Any bytes as a part of a message: the graph ends within its budget and raises nothing."""

from __future__ import annotations

import base64
import gzip
import json
from urllib.parse import quote

from tests.encodings.samples import SAMPLES
from vitne.decode.unwrap import Budget, unwrap
from vitne.model import Node, Part

_HINTS = (
    (),
    ("json",),
    ("gzip", "json"),
    ("form",),
    ("chunked", "gzip"),
    ("br",),
    ("deflate",),
    ("multipart",),
)
_CHAIN = (
    b"d="
    + quote(
        base64.b64encode(gzip.compress(json.dumps({"a": json.dumps({"b": "x" * 40})}).encode(), mtime=0))
    ).encode()
)
SEEDS: list[bytes] = [b"\x00" + sample for samples in SAMPLES.values() for sample in samples] + [
    b"\x03" + _CHAIN
]


def one(data: bytes) -> None:
    """Take the first byte as the choice of hints, the rest as the bytes of the part."""
    if not data:
        return
    rest = data[1:]
    part = Part(path="body", start=7, end=7 + len(rest), hints=_HINTS[data[0] % len(_HINTS)])
    budget = Budget(nodes=50, leaves=2000, size=4 << 20, work=16 << 20)
    for got in unwrap(part, rest, budget=budget):
        if isinstance(got, Node):
            size = len(got.data)
            for first, last in ((0, size), (size // 2, size // 2), (size, size)):
                start, end = got.place(first, last)
                assert 7 <= start <= end <= 7 + len(rest)
            got.rewraps()
