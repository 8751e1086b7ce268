"""Key logs: any bytes give secrets or none."""

from __future__ import annotations

from vitne.decrypt import KeyLog

_RANDOM = bytes(range(32))
_LINE = b"CLIENT_RANDOM " + _RANDOM.hex().encode() + b" " + b"ab" * 48
SEEDS: list[bytes] = [
    _LINE + b"\n# comment\r\nSERVER_TRAFFIC_SECRET_0 " + b"00" * 32 + b" " + b"11" * 32 + b"\n",
    b"\n\n \n" + _LINE.upper() + b"\r\n" + _LINE[:-3],
]


def one(data: bytes) -> None:
    """Index the data whole and in two logs, and look something up."""
    whole, two = KeyLog(), KeyLog()
    whole.add(data)
    half = data.find(b"\n", len(data) // 2) + 1
    two.add(data[:half])
    two.add(data[half:])
    assert (whole.lines, whole.unread) == (two.lines, two.unread), "how the log is cut matters"
    assert whole.secrets(_RANDOM) == two.secrets(_RANDOM)
    for secrets in whole.secrets(_RANDOM).values():
        assert all(32 <= len(secret) <= 64 for secret in secrets)
