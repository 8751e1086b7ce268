"""Cheap looks at bytes: are they text, a known file format, worth another decoder."""

from __future__ import annotations

import math
import re

import numpy as np

SAMPLE = 4096  # bytes that are looked at

_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROLS = bytes(byte for byte in range(256) if _CONTROL.match(bytes((byte,))))
_HIGH = re.compile(rb"[\x80-\xff]")
_PACKED = re.compile(
    rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|PK\x03\x04|BZh[1-9]1AY|\xfd7zXZ\x00|\x04\x22\x4d\x18|[\x08-\x78][\x01\x5e\x9c\xda]"
)
_MEDIA = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....(?:WEBP|WAVE|AVI )|OggS\x00|ID3[\x02-\x04]"
    rb"|\xff[\xfb\xf3\xf2]|....ftyp|wOF[F2]|OTTO\x00|\x00\x01\x00\x00\x00[\x04-\x40]|\x00\x00\x01\x00[\x01-\x20]\x00|fLaC\x00"
    rb"|BM....\x00\x00\x00\x00|\x1aE\xdf\xa3|FLV\x01|II\*\x00|MM\x00\*|G.{187}G",
    re.DOTALL,
)


def readable(data: bytes) -> bool:
    """Say whether a person can read the bytes: ASCII or UTF-8 without control characters, NUL behind."""
    head = data[:SAMPLE]
    if len(data) <= SAMPLE:
        head = head.rstrip(b"\x00")
    if not head or len(head.translate(None, _CONTROLS)) < len(head):
        return False
    if head.isascii():
        return True
    for cut in range(4 if len(data) > SAMPLE else 1):
        try:
            head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def packed(data: bytes) -> bool:
    """Say whether the bytes begin as a compressed stream or archive does."""
    if _PACKED.match(data) is None:
        return False
    return not (data[1] in b"\x01\x5e\x9c\xda" and data[0] & 0x0F != 8) and (
        data[0] & 0x0F != 8 or int.from_bytes(data[:2], "big") % 31 == 0 or data[0] == 0x28
    )


def media(data: bytes) -> bool:
    """Say whether the bytes begin as a picture, sound, film or font does."""
    return _MEDIA.match(data) is not None


def entropy(data: bytes) -> float:
    """Give the entropy of the first bytes in bits per byte."""
    head = data[:SAMPLE]
    if not head:
        return 0.0
    counts = np.bincount(np.frombuffer(head, dtype=np.uint8))
    shares = counts[counts > 0] / len(head)
    return -float((shares * np.log2(shares)).sum())


def random(data: bytes) -> bool:
    """Say whether the bytes are as even as ciphertext: 32 or more, no text, entropy near the most."""
    if len(data) < 32 or readable(data):
        return False
    most = min(8.0, math.log2(min(len(data), SAMPLE)))
    return entropy(data) >= 0.88 * most


def scrambled(data: bytes) -> bool:
    """Say whether the bytes are varied, hold control characters, and so are neither text nor filling."""
    return len(data) >= 32 and _CONTROL.search(data[:SAMPLE]) is not None and entropy(data) >= 3


def high_share(data: bytes) -> float:
    """Give the share of bytes above 7F among the first: compressed data have about half, texts few."""
    head = data[:SAMPLE]
    return len(_HIGH.findall(head)) / len(head) if head else 0.0
