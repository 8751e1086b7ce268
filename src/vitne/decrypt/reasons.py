"""Why closed bytes stay closed, as words that results count them by."""

from __future__ import annotations

NO_KEY, WRONG_KEY = "no-key", "wrong-key"
NO_HELLO = "no-hello"  # the handshake that tells which keys belong here was not seen
MISSING, UNSUPPORTED, DAMAGED = "missing-segment", "unsupported-cipher", "damaged-record"
