"""TEA, XTEA and XXTEA: ciphers that fit on a page, which is why senders' own code has them.

specification: Wheeler and Needham, "TEA, a Tiny Encryption Algorithm" (1994), "Tea extensions" (1997),
"Correction to xtea" (1998)

TEA and XTEA read words with the great end first, XXTEA with the little end first, as their common
implementations do.
"""

from __future__ import annotations

import struct

_DELTA = 0x9E3779B9
_WORD = 0xFFFFFFFF


class Tea:
    """TEA under one key: 32 rounds, or the 16 of some senders."""

    def __init__(self, key: bytes, rounds: int = 32) -> None:
        self._key = struct.unpack(">4I", key)
        self._rounds = rounds

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt whole blocks of eight bytes."""
        a, b, c, d = self._key
        out = []
        for left, right in struct.iter_unpack(">2I", data):
            total = _DELTA * self._rounds & _WORD
            for _ in range(self._rounds):
                right = right - ((left << 4) + c ^ left + total ^ (left >> 5) + d) & _WORD  # noqa: PLW2901
                left = left - ((right << 4) + a ^ right + total ^ (right >> 5) + b) & _WORD  # noqa: PLW2901
                total = total - _DELTA & _WORD
            out.append(struct.pack(">2I", left, right))
        return b"".join(out)

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt whole blocks of eight bytes."""
        a, b, c, d = self._key
        out = []
        for left, right in struct.iter_unpack(">2I", data):
            total = 0
            for _ in range(self._rounds):
                total = total + _DELTA & _WORD
                left = left + ((right << 4) + a ^ right + total ^ (right >> 5) + b) & _WORD  # noqa: PLW2901
                right = right + ((left << 4) + c ^ left + total ^ (left >> 5) + d) & _WORD  # noqa: PLW2901
            out.append(struct.pack(">2I", left, right))
        return b"".join(out)


class Xtea:
    """XTEA under one key, 32 rounds."""

    def __init__(self, key: bytes) -> None:
        self._key = struct.unpack(">4I", key)

    def decrypt(self, data: bytes) -> bytes:
        """Decrypt whole blocks of eight bytes."""
        key, out = self._key, []
        for left, right in struct.iter_unpack(">2I", data):
            total = _DELTA * 32 & _WORD
            for _ in range(32):
                mixed = (left << 4 ^ left >> 5) + left ^ total + key[total >> 11 & 3]
                right = right - mixed & _WORD  # noqa: PLW2901
                total = total - _DELTA & _WORD
                left = left - ((right << 4 ^ right >> 5) + right ^ total + key[total & 3]) & _WORD  # noqa: PLW2901
            out.append(struct.pack(">2I", left, right))
        return b"".join(out)

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt whole blocks of eight bytes."""
        key, out = self._key, []
        for left, right in struct.iter_unpack(">2I", data):
            total = 0
            for _ in range(32):
                left = left + ((right << 4 ^ right >> 5) + right ^ total + key[total & 3]) & _WORD  # noqa: PLW2901
                total = total + _DELTA & _WORD
                mixed = (left << 4 ^ left >> 5) + left ^ total + key[total >> 11 & 3]
                right = right + mixed & _WORD  # noqa: PLW2901
            out.append(struct.pack(">2I", left, right))
        return b"".join(out)


def _mixed(before: int, behind: int, total: int, key: int) -> int:
    return ((before >> 5 ^ behind << 2) + (behind >> 3 ^ before << 4)) ^ ((total ^ behind) + (key ^ before))


def xxtea_decrypt(data: bytes, key: bytes) -> bytes:
    """Decrypt all words at once; the data are two words or more."""
    words = list(struct.unpack(f"<{len(data) // 4}I", data))
    keys, count = struct.unpack("<4I", key), len(words)
    rounds = 6 + 52 // count
    total = rounds * _DELTA & _WORD
    for _ in range(rounds):
        turn = total >> 2 & 3
        for at in range(count - 1, -1, -1):
            mixed = _mixed(words[at - 1], words[(at + 1) % count], total, keys[at & 3 ^ turn])
            words[at] = words[at] - mixed & _WORD
        total = total - _DELTA & _WORD
    return struct.pack(f"<{count}I", *words)


def xxtea_encrypt(data: bytes, key: bytes) -> bytes:
    """Encrypt all words at once; the data are two words or more."""
    words = list(struct.unpack(f"<{len(data) // 4}I", data))
    keys, count = struct.unpack("<4I", key), len(words)
    total = 0
    for _ in range(6 + 52 // count):
        total = total + _DELTA & _WORD
        turn = total >> 2 & 3
        for at in range(count):
            mixed = _mixed(words[at - 1], words[(at + 1) % count], total, keys[at & 3 ^ turn])
            words[at] = words[at] + mixed & _WORD
    return struct.pack(f"<{count}I", *words)
