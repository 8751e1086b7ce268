"""Parts of a sealed bag: any bytes are a part or are refused, and nothing breaks."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vitne.evidence import bags, ledger, signing, timestamps
from vitne.evidence.canonical import canonical
from vitne.model import Malformed

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_ENTRY = canonical({"a": 1, "hash": "0" * 64, "prev": "0" * 64, "seq": 1})
SEEDS: list[bytes] = [
    b"0" * 64 + b"  data/a%0Ab\n" + b"f" * 64 + b" *data/c\n",
    _ENTRY + b"\n" + _ENTRY + b"\n",
    signing.envelope(b'{"files":{}}', _KEY),
    signing.public_pem(_KEY.public_key()),
    bytes.fromhex("30030201003003020100"),
]


def one(data: bytes) -> None:
    """Read the data as every part of a bag."""
    for read in (bags.read_manifest, signing.read_public, lambda d: signing.opened(d, _KEY.public_key())):
        try:
            found = read(data)
        except Malformed:
            continue
        if isinstance(found, dict):
            assert all(bags.inside(name) for name in found)
    entries, broken = ledger.check(data)
    assert broken is not None or len(entries) == data.count(b"\n")
    assert timestamps.check(data, b"", None).state != "valid"
