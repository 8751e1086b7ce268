"""Compiled searches kept from one run to the next, so that a short scan need not wait for the compiler.

What is kept holds the values that are searched for.  It is therefore sealed (AES-256 in GCM mode, NIST SP
800-38D) with a key that is made of those very values: who has the file and not the values cannot read it, and
what was not sealed by someone who has them is not taken.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST = 8
"""Files kept; the oldest goes first."""
_NONCE = 12
_ENDING = ".needles"


class Kept:
    """A folder of compiled searches; whatever goes wrong with it is as if nothing were kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, mark: bytes) -> bytes | None:
        """Give what was kept under a mark; None for nothing, or for what was not sealed with that mark."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        opener = AESGCM(hashlib.sha256(mark).digest())
        for file in sorted(self.folder.glob(f"*{_ENDING}"))[: 2 * MOST]:
            with suppress(OSError, InvalidTag, ValueError):
                sealed = file.read_bytes()
                return opener.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        return None

    def keep(self, mark: bytes, data: bytes) -> None:
        """Keep something under a mark, readable by its owner alone."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(hashlib.sha256(mark).digest()).encrypt(nonce, data, None)
        place = self.folder / f"{os.urandom(8).hex()}{_ENDING}"  # no name is made of a value
        fresh = place.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(sealed)
            fresh.replace(place)
            files = sorted(self.folder.glob(f"*{_ENDING}"), key=lambda file: file.stat().st_mtime_ns)
            for old in files[:-MOST]:
                old.unlink()


def mark_of(parts: Iterable[bytes]) -> bytes:
    """Give the mark of everything that a compiled search depends on; how it is cut into parts counts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()
