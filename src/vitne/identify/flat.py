"""Flat records: `KEYvalue;KEYvalue;` with nothing between a key and its value."""

from __future__ import annotations

MOST_ENTRIES = 256  # entries of one record
MOST_BYTES = 64 << 10  # bytes of one record


def entries(data: bytes, keys: tuple[str, ...], prefix: bytes) -> list[tuple[str, int, int]]:
    """Give (key, start, end) of each entry whose key is known, the longest key that fits first.

    The record begins with the prefix, anywhere in the data; "" takes it from the first byte.
    """
    at = data.find(prefix)
    if at < 0 or b";" not in data:
        return []
    end = min(len(data), at + MOST_BYTES)
    order = sorted((key.encode() for key in keys), key=lambda key: (-len(key), key))
    found: list[tuple[str, int, int]] = []
    for _ in range(MOST_ENTRIES):
        stop = data.find(b";", at, end)
        if stop < 0:
            break
        key = next((key for key in order if data.startswith(key, at, stop)), None)
        if key is not None and at + len(key) < stop:
            found.append((key.decode(), at + len(key), stop))
        at = stop + 1
    return found
