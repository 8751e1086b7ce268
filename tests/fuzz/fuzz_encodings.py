"""Any bytes to every encoding: accepted, or Malformed, never another error; what is given wraps back."""

from __future__ import annotations

from tests.encodings.samples import SAMPLES
from vitne.encodings import encodings
from vitne.model import Limits, Malformed

LIMITS = Limits(size=1 << 20, children=512)
SEEDS: list[bytes] = [
    bytes((number,)) + sample for number, name in enumerate(encodings()) for sample in SAMPLES.get(name, [])
]


def one(data: bytes) -> None:
    """Take the first byte as the number of an encoding, the rest as its bytes."""
    if not data:
        return
    those = list(encodings().values())
    encoding = those[data[0] % len(those)]
    rest = data[1:]
    for read in (encoding.find, encoding.unwrap):
        try:
            found = list(read(rest, LIMITS))
        except Malformed:
            continue
        for child in found:
            assert 0 <= child.start <= child.end <= len(rest), encoding.name
            if encoding.exact:
                assert encoding.wrap(child) == rest[child.start : child.end], encoding.name
            size = len(child.data)
            for first, last in ((0, size), (size // 2, size), (size // 2, size // 2), (size, size)):
                start, end = encoding.locate(rest, child, first, last)
                assert child.start <= start <= end <= child.end, encoding.name
