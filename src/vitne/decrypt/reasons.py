"""Why closed bytes stay closed, as words that results count them by."""

from __future__ import annotations

NO_KEY, WRONG_KEY = "no-key", "wrong-key"
MISSING, UNSUPPORTED, DAMAGED = "missing-segment", "unsupported-cipher", "damaged-record"
