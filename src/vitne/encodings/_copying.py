"""Bytes built from literal runs and copies of what stands before: what LZ4 and Snappy have in common."""

from __future__ import annotations


def copy(out: bytearray, offset: int, length: int) -> bool:
    """Append bytes from so far behind; they may run into themselves.  False where nothing stands there."""
    size = len(out)
    if not 0 < offset <= size:
        return False
    begin = size - offset
    if offset >= length:
        out += out[begin : begin + length]
    else:
        pattern = bytes(out[begin:])
        out += (pattern * (length // offset + 1))[:length]
    return True
