from __future__ import annotations

import random
import subprocess

import pytest

from vitne.ciphers import Keyring
from vitne.encodings.xor import combined
from vitne.model import Key

KEY = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")
TEXT = b'{"imei":"004402990000014","place":"59.91,10.75"}'


def closed(name: str, key: bytes, *more: str, text: bytes = TEXT) -> bytes:
    """Give what openssl makes of the text."""
    command = [
        "openssl",
        "enc",
        "-" + name,
        "-K",
        key.hex(),
        *more,
        "-provider",
        "legacy",
        "-provider",
        "default",
    ]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


@pytest.mark.parametrize("mask", [1, 0x5A, 0xFF])
@pytest.mark.parametrize(("name", "size"), [("aes-128-ecb", 16), ("sm4-ecb", 16)])
def test_a_mask_over_blocks_follows_from_the_key(name, size, mask):
    data = combined(closed(name, KEY[:size]), bytes([mask]))
    assert mask in Keyring([Key(name="k", data=KEY[:size])]).masked(data)


def test_a_mask_over_chained_blocks_behind_their_first_follows_from_the_key():
    start = bytes(range(16))
    data = start + closed("aes-128-cbc", KEY, "-iv", start.hex())
    assert Keyring([Key(name="k", data=KEY)]).masked(combined(data, b"\x77")) == [0x77]


def test_even_bytes_have_no_mask():
    chance = random.Random(4)
    ring = Keyring([Key(name="k", data=KEY), Key(name="l", data=KEY[:8])])
    assert sum(bool(ring.masked(chance.randbytes(16 * chance.randint(2, 9)))) for _ in range(1000)) <= 1
    assert Keyring([]).masked(chance.randbytes(64)) == []
    assert ring.masked(b"") == ring.masked(TEXT) == []
