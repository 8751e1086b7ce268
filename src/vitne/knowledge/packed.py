r"""A table of ranges or prefixes as one small file, and back: shipped with the package or added.

Layout of ``vitne-table/1``: the line ``vitne-table/1\\n``, eight hex digits (length of the head) and ``\\n``,
the head as JSON (parts with their compressed and plain lengths), then the parts, each one Zstandard frame.
IPv4 ranges are kept as lengths and gaps, IPv6 as 16-byte words.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import zstandard

from vitne.knowledge.ranges import Ranges
from vitne.model import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

Six = tuple[Any, Any, Any]
"""First and last addresses of IPv6, and the rows of their texts."""
_MAGIC = b"vitne-table/1\n"
_MOST = 256 << 20
"""Bytes that all parts of one file may unfold to."""


def pack(table: Ranges | dict[str, str]) -> bytes:
    """Give the bytes of a table; the same table gives the same bytes."""
    if isinstance(table, Ranges):
        kind, parts = "ranges", _range_parts(table)
    else:
        text = "\n".join(f"{key}\t{value}" for key, value in sorted(table.items()))
        kind, parts = "prefixes", {"text": text.encode()}
    squeeze = zstandard.ZstdCompressor(level=19, write_content_size=True)
    squeezed = {name: squeeze.compress(part) for name, part in parts.items()}
    lengths = [[name, len(squeezed[name]), len(parts[name])] for name in parts]
    head = json.dumps({"kind": kind, "parts": lengths}, separators=(",", ":")).encode()
    return b"".join((_MAGIC, b"%08x\n" % len(head), head, *squeezed.values()))


def unpack(data: bytes, *, whole: bool = True) -> Ranges | dict[str, str]:
    """Give the table back; raises Malformed for bytes that are none.

    Without ``whole`` the columns of IPv6 are unfolded when they are asked for: for bytes of a known digest.
    """
    folded, kind = _parts(data)
    late = frozenset() if whole else _V6 & folded.keys()
    parts = {name: _unfolded(*part) for name, part in folded.items() if name not in late}
    try:
        if kind == "prefixes":
            lines = parts["text"].decode().split("\n") if parts["text"] else []
            return dict(line.split("\t", 1) for line in lines)
        if not late:
            return _ranges(parts, _six(parts))
        rest = {name: folded[name] for name in late}
        return _ranges(
            parts, lambda: _six({name: _unfolded(*part) for name, part in rest.items()}, known=True)
        )
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise Malformed("the parts of this table do not fit together") from error


_V6 = frozenset({"v6-start", "v6-last", "v6-code"})
Folded = tuple[bytes, int, int]
"""A compressed part, its plain length, and where it stands in the file."""


def _parts(data: bytes) -> tuple[dict[str, Folded], str]:
    at = len(_MAGIC) + 9
    try:
        size = int(data[len(_MAGIC) : at - 1], 16)
        head = json.loads(data[at : at + size])
        listed = [(str(name), int(packed), int(plain)) for name, packed, plain in head["parts"]]
        kind = str(head["kind"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Malformed("this is no table of vitne's") from error
    small = all(packed >= 0 <= plain for _, packed, plain in listed)
    if not data.startswith(_MAGIC) or not small or sum(plain for *_, plain in listed) > _MOST:
        raise Malformed("this is no table of vitne's, or it is larger than any")
    at += size
    parts = {}
    for name, packed, plain in listed:
        parts[name] = (data[at : at + packed], plain, at)
        at += packed
    if at != len(data):
        raise Malformed("this table is cut, or something stands behind it", at=min(at, len(data)))
    return parts, kind


def _unfolded(part: bytes, plain: int, at: int) -> bytes:
    try:
        out = zstandard.ZstdDecompressor().decompress(part, max_output_size=plain)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Malformed("a part of this table is damaged", at=at) from error
    if len(out) != plain:
        raise Malformed("a part of this table is cut", at=at)
    return out


def _range_parts(table: Ranges) -> dict[str, bytes]:
    start, end = table.v4_start.astype(np.int64), table.v4_end.astype(np.int64)
    gaps = start - np.concatenate(([0], end[:-1] + 1)) if len(start) else start
    wide = np.frombuffer(b"".join(bytes(one).ljust(16, b"\0") for one in table.v6_start.tolist()), np.uint8)
    last = np.frombuffer(b"".join(bytes(one).ljust(16, b"\0") for one in table.v6_end.tolist()), np.uint8)
    return {
        "values": "\n".join(value.replace("\n", " ") for value in table.values).encode(),
        "v4-length": (end - start).astype("<u4").tobytes(),
        "v4-gap": gaps.astype("<u4").tobytes(),
        "v4-code": table.v4_code.astype("<u4").tobytes(),
        "v6-start": wide.reshape(-1, 16).T.tobytes(),  # column by column: alike bytes stand together
        "v6-last": last.reshape(-1, 16).T.tobytes(),
        "v6-code": table.v6_code.astype("<u4").tobytes(),
    }


def _ranges(parts: dict[str, bytes], six: Six | Callable[[], Six]) -> Ranges:
    some = (
        parts["values"] or parts["v4-code"] or callable(six) or len(six[0])
    )  # one text may be the empty one
    values = parts["values"].decode().split("\n") if some else []
    length, gap = (np.frombuffer(parts[name], "<u4").astype(np.int64) for name in ("v4-length", "v4-gap"))
    if len(length) != len(gap):
        raise ValueError("v4")
    start = np.cumsum(gap + np.concatenate(([0], length[:-1] + 1))) if len(gap) else gap
    end = start + length
    if len(end) and int(end[-1]) > 0xFFFFFFFF:
        raise ValueError("v4")
    code = np.frombuffer(parts["v4-code"], "<u4")
    if len(code) != len(start):
        raise ValueError("lengths")
    for codes in (code, code[:0] if callable(six) else six[2]):
        if len(codes) and int(codes.max()) >= len(values):
            raise ValueError("codes")
    return Ranges(values, (start.astype(np.uint32), end.astype(np.uint32), code), six)


def _six(parts: dict[str, bytes], *, known: bool = False) -> Six:
    """Give the columns of IPv6; raises ValueError for columns that do not belong together.

    That ``known`` ones are in order was seen when they came: to look again takes longer than to unfold them.
    """
    first, last = (_wide(parts[name]) for name in ("v6-start", "v6-last"))
    code = np.frombuffer(parts["v6-code"], "<u4")
    if len(code) != len(first) or len(first) != len(last):
        raise ValueError("lengths")
    if not known and len(first) and not ((first <= last).all() and (last[:-1] < first[1:]).all()):
        raise ValueError("order")
    return first, last, code


def _wide(part: bytes) -> Any:
    if len(part) % 16:
        raise ValueError("v6")
    rows = np.ascontiguousarray(np.frombuffer(part, np.uint8).reshape(16, -1).T)
    return np.frombuffer(rows.tobytes(), dtype="S16")
