"""Trying a key on some bytes: which mode of operation, first block and padding make something of them.

specification: SP 800-38A (ECB, CBC, CFB, OFB, CTR); SP 800-38D (GCM); RFC 5652 section 6.3 (padding)

One block tells most keys wrong: the last one has to end in padding, or the first one has to speak for itself.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.ciphers.blocks import BLOCKS, Block, combined, padded, padding_of
from vitne.encodings._looks import packed, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from vitne.model import Key

LEAST_TEXT = 16  # bytes of text that no wrong key gives by chance: below one in a million
_NONCE, _TAG = 12, 16  # bytes of GCM as libraries write it
_LONGEST_TAGGED = 4 << 20  # bytes of which an authentication tag is reckoned
_STREAMS = ("ctr", "cfb", "ofb")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How some bytes were closed, and what they hold."""

    mode: str  # mode of operation
    plain: bytes  # what they hold, padding taken off
    iv_from: str = ""  # "before" (stands before the rest), "zero", "key", "given"; "" where the mode has none
    iv: bytes = b""  # first block or nonce; b"" where it is the key's own first bytes
    padding: str = "none"  # "pkcs7", "zero", "none"


class _Ends(NamedTuple):
    """What the first two blocks and the last one decipher to, each by itself."""

    first: bytes
    last: bytes


HEADS = frozenset((b"\x1f\x8b", b"\x28\xb5", b"PK", b"BZ", b"\xfd7", b"\x04\x22"))


def may_speak(data: bytes) -> bool:
    """Say at one look whether bytes may begin a text or a known format."""
    first = data[:8]
    return first.isascii() or first[:1] == b"\x78" or first[:2] in HEADS


def speaks(data: bytes) -> bool:
    """Say whether deciphered bytes speak for themselves: text, or a known format's beginning."""
    return readable(data) or packed(data)


class Lock:
    """One key under one block cipher."""

    def __init__(self, key: Key, block: Block) -> None:
        self.key, self.block = key, block
        runner = block.make(key.data)
        self._decrypt, self._encrypt = runner.decrypt, runner.encrypt
        size = block.size
        fixed = [("zero", bytes(size))]
        if key.iv is not None and len(key.iv) == size:
            fixed.insert(0, ("given", key.iv))
        if len(key.data) >= size:
            fixed.append(("key", key.data[:size]))
        # first blocks that stand nowhere in the data, and what counter and feedback modes combine there
        self.fixed = [(whence, start, self._encrypt(start)) for whence, start in fixed]

    def under(self, blocks: bytes) -> bytes:
        """Decipher whole blocks, each by itself."""
        plain: bytes = self._decrypt(blocks)
        return plain

    def over(self, blocks: bytes) -> bytes:
        """Encipher whole blocks, each by itself."""
        closed: bytes = self._encrypt(blocks)
        return closed

    def open(self, data: bytes) -> Iterator[Way]:
        """Yield the ways in which this key makes something of the data, the likeliest first."""
        size, mode = self.block.size, self.key.mode
        if len(data) >= size and not len(data) % size and mode in {"", "ecb", "cbc"}:
            ends = _Ends(self._decrypt(data[: 2 * size]), self._decrypt(data[-size:]))
            if mode != "cbc":
                yield from self._ecb(data, ends)
            if mode != "ecb":
                yield from self._cbc(data, ends)
        if mode in {"", *_STREAMS}:
            yield from self._streams(data)
        yield from self._gcm(data)

    def _trusted(self, fill: int) -> bool:
        """Say whether padding alone is proof enough to look at what comes out."""
        return fill > 1 or self.block.name == "aes" or bool(self.key.cipher)

    def _ecb(self, data: bytes, ends: _Ends) -> Iterator[Way]:
        fill = padding_of(ends.last)
        if not fill and not may_speak(ends.first):
            return
        size = self.block.size
        head = ends.first if size >= LEAST_TEXT else self._decrypt(data[:LEAST_TEXT])
        head = head[: len(data) - fill]
        if fill and (speaks(head) or self._trusted(fill)):
            yield Way(mode="ecb", plain=self._decrypt(data)[:-fill], padding="pkcs7")
        elif not fill and len(data) >= LEAST_TEXT and readable(head):
            yield from _unpadded(self._decrypt(data), "ecb")

    def _starts(self, data: bytes) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield first blocks worth a try with the rest that each stands before: (whence, block, rest)."""
        size = self.block.size
        for whence, start, _ in self.fixed:
            yield whence, start, data
        if len(data) > size:  # last: without its first block any text is one, too
            yield "before", data[:size], data[size:]

    def _cbc(self, data: bytes, ends: _Ends) -> Iterator[Way]:
        size = self.block.size
        fill = padding_of(combined(ends.last, data[-2 * size : -size])) if len(data) > size else 0
        unsure: list[Way] = []
        for whence, start, rest in self._starts(data):
            if len(data) == size:
                fill = padding_of(combined(ends.last, start))
            opened = ends.first[size:] if whence == "before" else ends.first
            if not fill and (len(rest) < 2 * size or not may_speak(combined(opened[:8], start))):
                continue
            head = rest[: max(size, LEAST_TEXT)]
            said = combined(self._decrypt(head), start + head)
            if fill and fill < len(rest) + (whence != "before"):
                way = self._chained(rest, start, whence, fill=fill)
                if speaks(said[: len(rest) - fill] or b"\x00"):
                    yield way
                    return
                if whence in {"before", "given", "zero"} and self._trusted(fill):
                    unsure.append(way)
            elif not fill and readable(said) and len(said) >= LEAST_TEXT:
                plain = combined(self._decrypt(rest), start + rest)
                for each in _unpadded(plain, "cbc"):
                    yield msgspec.structs.replace(each, iv_from=whence, iv=_told(whence, start))
                    return
        yield from sorted(unsure, key=lambda way: way.iv_from != "before")

    def _chained(self, rest: bytes, start: bytes, whence: str, *, fill: int) -> Way:
        plain = combined(self._decrypt(rest), start + rest)[:-fill]
        return Way(mode="cbc", plain=plain, iv_from=whence, iv=_told(whence, start), padding="pkcs7")

    def _streams(self, data: bytes) -> Iterator[Way]:
        """Counter and feedback modes share the first block of what is combined with the text."""
        size = self.block.size
        tries = [(whence, start, stream, data) for whence, start, stream in self.fixed]
        if len(data) > size:
            tries.append(("before", data[:size], self._encrypt(data[:size]), data[size:]))
        for whence, start, stream, rest in tries:
            if len(rest) < LEAST_TEXT or not may_speak(combined(rest[:8], stream)):
                continue
            if not speaks(combined(rest[:size], stream)):
                continue
            for mode in _STREAMS if self.key.mode == "" else (self.key.mode,):
                head = self.streamed(rest[: 4 * size], start, mode)
                if readable(head) or (packed(head) and size >= LEAST_TEXT):
                    plain = self.streamed(rest, start, mode)
                    yield Way(mode=mode, plain=plain, iv_from=whence, iv=_told(whence, start))
                    return

    def streamed(self, data: bytes, start: bytes, mode: str, *, forward: bool = False) -> bytes:
        """Run a counter or feedback mode; ``forward`` enciphers (only feedback of the cipher differs)."""
        size = self.block.size
        blocks = -(-len(data) // size)
        if mode == "ctr":
            first, top = int.from_bytes(start, "big"), 1 << 8 * size
            stream = self._encrypt(
                b"".join(((first + at) % top).to_bytes(size, "big") for at in range(blocks))
            )
        elif mode == "cfb" and not forward:
            stream = self._encrypt((start + data)[: blocks * size])
        else:
            return self._fed_back(data, start, mode)
        return combined(data, stream)

    def _fed_back(self, data: bytes, start: bytes, mode: str) -> bytes:
        size, out, state = self.block.size, [], start
        for at in range(0, len(data), size):
            state = self._encrypt(state)
            piece = combined(data[at : at + size], state)
            out.append(piece)
            if mode == "cfb":
                state = piece
        return b"".join(out)

    @functools.cached_property
    def _sealed(self) -> AESGCM | None:
        """What opens texts with a tag; None where the key is for others."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.key.data) if self.key.mode in {"", "gcm"} and self.block.name == "aes" else None

    def tagged(self, data: bytes) -> bool:
        """Say whether the key opens the data and their tag."""
        return next(self._gcm(data), None) is not None

    def _gcm(self, data: bytes) -> Iterator[Way]:
        if self._sealed is None or not _NONCE + _TAG < len(data) <= _LONGEST_TAGGED:
            return
        nonces = [("before", data[:_NONCE], data[_NONCE:])]
        if self.key.iv is not None and len(self.key.iv) >= 8:
            nonces.insert(0, ("given", self.key.iv, data))
        for whence, nonce, rest in nonces:
            plain = _decrypted(self._sealed, nonce, rest)
            if plain is not None:
                yield Way(mode="gcm", plain=plain, iv_from=whence, iv=_told(whence, nonce))
                return

    def close(self, way: Way) -> bytes:
        """Encipher again; gives the bytes that ``open`` took, the first block before them where it stood."""
        start = way.iv if way.iv_from not in {"key", "given"} else self._own_start(way)
        before = start if way.iv_from == "before" else b""
        size = self.block.size
        if way.mode == "gcm":
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            return before + AESGCM(self.key.data).encrypt(start, way.plain, None)
        if way.mode in _STREAMS:
            return before + self.streamed(way.plain, start, way.mode, forward=True)
        data = padded(way.plain, size, padding=way.padding)
        if way.mode == "ecb":
            whole: bytes = self._encrypt(data)
            return whole
        out, state = [before], start
        for at in range(0, len(data), size):
            state = self._encrypt(combined(data[at : at + size], state))
            out.append(state)
        return b"".join(out)

    def _own_start(self, way: Way) -> bytes:
        if way.iv_from == "given":
            return self.key.iv or b""
        return self.key.data[: self.block.size]


def _decrypted(sealed: AESGCM, nonce: bytes, data: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag

    try:
        return sealed.decrypt(nonce, data, None)
    except InvalidTag:
        return None


def _told(whence: str, start: bytes) -> bytes:
    """Give a first block as results may show it: one that is the key, or came with it, is not shown."""
    return start if whence in {"before", "zero"} else b""


def _unpadded(plain: bytes, mode: str) -> Iterator[Way]:
    """Yield a text that fills its blocks, or ends in zeros."""
    text = plain.rstrip(b"\x00")
    if len(text) >= LEAST_TEXT and readable(text[-64:]):
        yield Way(mode=mode, plain=text, padding="zero" if text != plain else "none")


def locks_of(key: Key) -> list[Lock]:
    """Give what to try with a key: the cipher it names, else every common one that takes so many bytes."""
    length = len(key.data)
    fitting = [block for block in BLOCKS.values() if length in block.keys]
    if key.cipher:
        return [Lock(key, block) for block in fitting if block.name == key.cipher]
    return [Lock(key, block) for block in fitting if block.common]
