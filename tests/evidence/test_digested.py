"""Twin of vitne.evidence.digested: the digest of a value becomes that of its stand-in, salted or not, cut or in hex."""

from __future__ import annotations

import hashlib
import hmac
import zlib

import pytest

from vitne.evidence.digested import Digested
from vitne.model import Salt, Seed

ONE, TWO = "490154203237518", "490154207777775"
SALT = Salt(name="app", data=b"pepper")


@pytest.fixture(scope="module")
def made() -> Digested:
    seeds = [[Seed(identifier="imei", name="phone", value=value)] for value in (ONE, TWO)]
    return Digested(*seeds, [SALT])


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256", "sha512", "ripemd160", "sm3", "blake2b"])
def test_a_digest_becomes_that_of_the_stand_in(made: Digested, kind: str) -> None:
    if kind not in hashlib.algorithms_available:
        pytest.skip(f"this machine has no {kind}")
    one, two = (hashlib.new(kind, value.encode()).digest() for value in (ONE, TWO))
    assert made.of(one) == two
    assert made.of(one.hex().encode()) == two.hex().encode()
    assert made.of(one.hex().upper().encode()) == two.hex().upper().encode()
    assert made.of(one[:16]) == two[:16]


def test_salted_keyed_repeated_and_short_ones_too(made: Digested) -> None:
    assert (
        made.of(hashlib.sha256(b"pepper" + ONE.encode()).digest())
        == hashlib.sha256(b"pepper" + TWO.encode()).digest()
    )
    assert (
        made.of(hashlib.md5(ONE.encode() + b":pepper").digest())
        == hashlib.md5(TWO.encode() + b":pepper").digest()
    )
    assert made.of(hmac.digest(b"pepper", ONE.encode(), "sha1")) == hmac.digest(
        b"pepper", TWO.encode(), "sha1"
    )
    twice = [hashlib.sha1(hashlib.md5(value.encode()).hexdigest().encode()).digest() for value in (ONE, TWO)]
    assert made.of(twice[0]) == twice[1]
    assert made.of(zlib.crc32(ONE.encode()).to_bytes(4, "big")) == zlib.crc32(TWO.encode()).to_bytes(4, "big")


@pytest.mark.parametrize("other", [b"", b"abc", b"x" * 20, b"zz" * 20, b"\xff" * 32, b"0" * 300])
def test_anything_else_is_none(made: Digested, other: bytes) -> None:
    assert made.of(other) is None
