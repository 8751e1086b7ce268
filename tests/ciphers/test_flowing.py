from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from vitne.ciphers.flowing import flowing_of, rc4, xor
from vitne.ciphers.tea import xxtea_encrypt
from vitne.model import Key

TEXT = b'{"imei":"004402990000014","model":"TA-0000","ts":1549174542}'
KEY = bytes.fromhex("8f1d3b5c77a90214e6c2d0b18a4f6e93")


def ways(data, key=KEY, **named):
    return [
        (name, way, one.close(way))
        for name, one in flowing_of(Key(name="k", data=key, **named))
        for way in one.open(data)
    ]


def test_rc4_gives_the_stream_of_rfc_6229():
    assert rc4(bytes(16), bytes.fromhex("0102030405")).hex() == "b2396305f03dc027ccc3524a0a1118a8"


@pytest.mark.parametrize(
    ("captured", "key", "name", "named"),
    [
        (rc4(TEXT, KEY), KEY, "rc4", {}),
        (xor(TEXT, KEY), KEY, "xor", {}),
        (KEY[:12] + ChaCha20Poly1305(KEY * 2).encrypt(KEY[:12], TEXT, None), KEY * 2, "chacha20", {}),
        (xxtea_encrypt(TEXT + (60).to_bytes(4, "little"), KEY), KEY, "xxtea", {"cipher": "xxtea"}),
        (xxtea_encrypt(TEXT, KEY), KEY, "xxtea", {"cipher": "xxtea"}),
    ],
)
def test_each_cipher_opens_and_closes_to_the_very_bytes(captured, key, name, named):
    assert (name, TEXT, captured) in [
        (which, way.plain, closed) for which, way, closed in ways(captured, key, **named)
    ]


def test_noise_opens_with_none():
    chance = random.Random(8)
    assert not [each for _ in range(500) for each in ways(chance.randbytes(chance.randint(8, 99)))]


def test_xor_repeats_the_key():
    assert xor(b"\x00" * 5, b"ab") == b"ababa"
    assert xor(b"", b"ab") == b""
