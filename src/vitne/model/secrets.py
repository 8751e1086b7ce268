"""Secrets: keys, salts, alphabets and plaintexts of senders, as a user or a message gives them.

No text of these nouns shows what they hold: they may end up in a traceback.
"""

from __future__ import annotations

import msgspec


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """One key of a cipher."""

    name: str  # what results call it; never holds the key
    data: bytes  # the key
    cipher: str = ""  # name of the cipher it is for; "" for all that take so many bytes
    mode: str = ""  # "ecb", "cbc", "ctr", "cfb", "ofb", "gcm"; "" for all
    iv: bytes | None = None  # first block or nonce that the sender always uses; None where it is not known

    def __repr__(self) -> str:
        return f"Key({self.name!r}, {len(self.data)} bytes)"


class Salt(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that a sender puts before or behind a value before it takes a digest, or keys an HMAC with."""

    name: str  # what results call it; never holds the salt
    data: bytes  # the salt

    def __repr__(self) -> str:
        return f"Salt({self.name!r}, {len(self.data)} bytes)"


class Alphabet(msgspec.Struct, frozen=True, kw_only=True):
    """The letters of a sender's own base64, base32 or base58, in the order of what they stand for."""

    name: str  # what results call it; never holds the letters
    letters: str  # 32, 58 or 64 different ASCII characters

    def __repr__(self) -> str:
        return f"Alphabet({self.name!r}, {len(self.letters)} letters)"


class Plaintext(msgspec.Struct, frozen=True, kw_only=True):
    """A record as a sender writes it before it closes it under a key made from that very text."""

    name: str  # what results call it
    text: str  # the record; {imei} and the like stand for known values, by identifier
    steps: tuple[str, ...] = ("md5",)  # what makes the key of the text; words of ``ciphers.steps``
    cipher: str = "aes"  # name of the block cipher
    mode: str = ""  # "" for all

    def __repr__(self) -> str:
        return f"Plaintext({self.name!r}, {len(self.text)} letters)"


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """All that a user hands over to open what senders closed."""

    keys: tuple[Key, ...] = ()
    salts: tuple[Salt, ...] = ()
    alphabets: tuple[Alphabet, ...] = ()
    plaintexts: tuple[Plaintext, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.keys or self.salts or self.alphabets or self.plaintexts)
