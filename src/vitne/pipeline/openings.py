"""What opens closed bytes in a scan: keys of the user, keys that messages yield, keys that values yield."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.ciphers import Keyring

if TYPE_CHECKING:
    from vitne.encodings import Gated
    from vitne.identify.search import Searcher
    from vitne.model import Child, Limits, Secrets


class Openings:
    """The opener of one scan: asked about bytes that no encoding reads."""

    def __init__(self, secrets: Secrets, searcher: Searcher) -> None:
        self._keyring = Keyring(secrets.keys, secrets.alphabets)
        self._searcher = searcher
        self.texts = bool(secrets.alphabets)  # readable bytes are asked about, too

    def open(self, data: bytes, limits: Limits) -> list[tuple[Gated, Child]]:
        """Give what some bytes hold, in each of the ways that make something of them."""
        return self._keyring.open(data, limits)
