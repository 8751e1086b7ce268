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

        try:
            sealed = self._file(mark).read_bytes()
            return AESGCM(_derived(b"key", mark)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (OSError, InvalidTag, ValueError):
            return None

    def keep(self, mark: bytes, data: bytes) -> None:
        """Keep something under a mark, readable by its owner alone."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = hashlib.sha256(data).digest()[:_NONCE]  # one key seals one content, so none comes twice
        sealed = nonce + AESGCM(_derived(b"key", mark)).encrypt(nonce, data, None)
        place = self._file(mark)
        fresh = place.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(sealed)
            fresh.replace(place)
            files = sorted(self.folder.glob(f"*{_ENDING}"), key=lambda file: file.stat().st_mtime_ns)
            for old in files[:-MOST]:
                old.unlink()

    def _file(self, mark: bytes) -> Path:
        return self.folder / f"{_derived(b'name', mark).hex()[:32]}{_ENDING}"


def mark_of(parts: Iterable[bytes]) -> bytes:
    """Give the mark of everything that a compiled search depends on; how it is cut into parts counts."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.digest()


def _derived(what: bytes, mark: bytes) -> bytes:
    return hashlib.sha256(what + mark).digest()
