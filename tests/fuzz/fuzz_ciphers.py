"""What opens closed bytes: files of secrets, keys on any bytes, recipes, differences and tokens of digests."""

from __future__ import annotations

import tempfile
from pathlib import Path

from vitne import catalog
from vitne.ciphers import Keyring, read_secrets
from vitne.ciphers.recipes import Recipes
from vitne.identify.differences import Differences
from vitne.identify.digests import Digests
from vitne.kernel.sieve import Sieve
from vitne.model import Alphabet, Key, Limits, Salt, Seed, UsageError

_SEED = Seed(identifier="imei", name="imei#1", value="490154203237518")
_KEYS = [Key(name=f"k{size}", data=bytes(range(1, size + 1))) for size in (1, 8, 16, 24, 32)]
_KEYS += [Key(name=name, data=bytes(range(16)), cipher=name) for name in ("xxtea", "tea", "camellia")]
_RING = Keyring(_KEYS, [Alphabet(name="a", letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")])
_RECIPES = Recipes(catalog.recipes())
_DIFFERENCES = Differences([_SEED], haystack=1 << 20)
_DIGESTS = Digests([_SEED], [Salt(name="s", data=b"pepper")])
_WORDS = Sieve(words=_DIGESTS.words)
_LIMITS = Limits(size=1 << 16)
SEEDS: list[bytes] = [
    b'[[key]]\nname = "a"\nhex = "000102"\ncipher = "rc4"\n[[salt]]\nname = "b"\ntext = "c"\n',
    b'[[alphabet]]\nname = "a"\nletters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"\n',
    bytes(range(64)),
    bytes(byte ^ 0x5A for byte in b'{"imei":"490154203237518"}'),
    b"9b74c9897bac770ffc029102a200c5de" * 2,
    b"id=abcdef&pos=1,2,3&time=1600000000&app_id=1",
]


def one(data: bytes) -> None:
    """Ask every opener; what it gives lies in the data and is bounded."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "secrets.toml"
        path.write_bytes(data)
        try:
            read_secrets(path)
        except UsageError as error:
            told = str(error)
        else:
            told = path.name
        assert path.name in told
    for cipher, child in _RING.open(data, _LIMITS):
        assert 0 <= child.start <= child.end <= len(data)
        assert len(child.data) <= _LIMITS.size
        if child.complete and cipher.name != "base32":
            assert cipher.wrap(child) == data[child.start : child.end]
    for hidden in _DIFFERENCES.find(data):
        assert 0 <= hidden.start < hidden.end <= len(data)
    for start, end, _ in _DIGESTS.at(data, _WORDS.find(data).words):
        assert 0 <= start < end <= len(data)
    fields = dict(pair.split(b"=", 1) for pair in data.split(b"&") if b"=" in pair)
    _RECIPES.keys({name.decode("latin-1"): value for name, value in fields.items()})
